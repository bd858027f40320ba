import { createLogger } from '../../infra/runtime/log.js';
import { createPools } from '../../infra/runtime/postgres/pools.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { handleJob } from '../../subgraphs/_kernel/jobs/job.js';
import { createJobWorker } from '../../subgraphs/_kernel/jobs/job-worker.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import { createDatabase } from '../../subgraphs/_kernel/tenancy/tenant-database.js';

interface CallJobs {
  'test.call': { readonly n: number };
}

/**
 * A worker in a process of its own, to be killed: each of its jobs calls an address with the job's id as a key, and
 * writes a row when the call is answered.
 * Arguments: connection string of the database, address to call.
 */
async function main([databaseUrl = '', address = '']: readonly string[]): Promise<void> {
  const logger = createLogger({ name: 'job-process', level: 'silent' });
  const pools = createPools({ url: databaseUrl, max: 8 });
  const signal = await createSignal({ redisUrl: undefined, databaseUrl, pool: pools.platform, logger });
  const call = handleJob<CallJobs>()('test.call', {
    retry: { firstPauseMs: 20, longestPauseMs: 100 },
    async run(_context, job, abort) {
      const headers = { 'idempotency-key': job.id };
      await fetch(address, { method: 'POST', headers, body: String(job.payload.n), signal: abort });
      return {
        is: 'DONE',
        settle: async (db) => void (await db.$executeRaw`INSERT INTO kernel.effect (n) VALUES (${job.payload.n}::int)`),
      };
    },
  });
  createJobWorker({
    queue: 'test',
    handlers: [call],
    database: createDatabase(pools),
    signal,
    clock: systemClock,
    logger,
    leaseMs: 600,
  }).start();
  process.stdout.write('working\n');
}

await main(process.argv.slice(2));
