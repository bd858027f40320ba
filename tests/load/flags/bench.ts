import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '../../../infra/runtime/log.js';
import { startEmbeddedPostgres } from '../../../infra/runtime/postgres/embedded.js';
import { createPools } from '../../../infra/runtime/postgres/pools.js';
import { migrate } from '../../../prisma/migrate.js';
import { createSignal } from '../../../subgraphs/_kernel/events/create-signal.js';
import { createFlagSet } from '../../../subgraphs/_kernel/flags/evaluation/flag-set.js';
import { plainFlag } from '../../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import { createFlagWatch } from '../../../subgraphs/_kernel/flags/flag-watch.js';
import { systemClock } from '../../../subgraphs/_kernel/request/clock.js';
import { createRuntime } from '../../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../../subgraphs/_kernel/secrets/secret-box.js';
import { PLATFORM_TENANT } from '../../../subgraphs/_kernel/wire/tenant.js';
import { createOps } from '../../../subgraphs/ops/subgraph.js';
import { createTestFiles } from '../../support/files.js';
import { contextFor, eventually, staffOf } from '../../support/runtime.js';
import { ascending, quantile } from '../quantile.js';

/**
 * How long an answer out of memory takes, of 500 flags each rolled out to a part of the people, beside the same
 * answer asked of PostgreSQL; and how long a kill switch takes to reach another process, which has connections
 * of its own here.
 */
const FLAGS = 500;
const ANSWERS = 200_000;
const ASKED_OF_DATABASE = 500;
const KILLS = 40;
const logger = createLogger({ name: 'bench', level: 'silent' });

function shown(what: string, took: readonly number[]): string {
  const sorted = ascending(took);
  const at = (share: number): string => quantile(sorted, share).toFixed(4).padStart(10);
  return `${what.padEnd(36)} ${at(0.5)} ms median ${at(0.99)} ms p99`;
}

function answersOutOfMemory(): readonly number[] {
  const rule = { id: 'some', constraints: [], percentage: 30, stickiness: 'userId', value: true, from: null, until: null } as const;
  const set = createFlagSet();
  set.replace(
    Array.from({ length: FLAGS }, (_, at) =>
      plainFlag({ key: `flag_${at}`, type: 'BOOLEAN', description: '', defaultValue: false, rules: [{ ...rule, group: `flag_${at}` }] }),
    ),
  );
  const now = new Date();
  return Array.from({ length: ANSWERS }, (_, at) => {
    const begun = performance.now();
    set.evaluate(`flag_${at % FLAGS}`, { userId: `usr_${at}`, now });
    return performance.now() - begun;
  });
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-bench-'));
  const server = await startEmbeddedPostgres({ directory: path.join(folder, 'postgres'), onProgress: () => undefined });
  await migrate(server.url);
  const processOf = async () => {
    const pools = createPools({ url: server.url });
    return { pools, signal: await createSignal({ redisUrl: undefined, databaseUrl: server.url, pool: pools.platform, logger }) };
  };
  const [one, other] = [await processOf(), await processOf()];
  const runtime = createRuntime({ ...one, secretBox: createSecretBox('x'.repeat(32)), clock: systemClock, logger });
  const watch = createFlagWatch(other.pools.platform, other.signal, logger);
  try {
    const { services } = createOps(runtime, {
      environment: 'test',
      appName: 'Spine',
      issuer: 'https://spine.example',
      stripe: { secretKey: '', apiBase: undefined },
      mail: { smtpUrl: undefined, from: 'no-reply@spine.example' },
      redisUrl: undefined,
      files: createTestFiles(),
    });
    const context = contextFor(PLATFORM_TENANT, staffOf(['platform:incidents:read', 'platform:incidents:manage']));
    const described = { type: 'BOOLEAN', description: 'of a benchmark', defaultValue: true, reason: 'a benchmark' } as const;
    await services.flags.create(context, { key: 'pushed', ...described, needsApproval: false, clientVisible: false, permanent: false });
    await eventually(async () => watch.isOn('pushed', { now: new Date() }));

    const asked: number[] = [];
    for (let at = 0; at < ASKED_OF_DATABASE; at += 1) {
      const begun = performance.now();
      await services.flags.find(context, 'pushed');
      asked.push(performance.now() - begun);
    }
    const reached: number[] = [];
    for (let at = 0; at < KILLS; at += 1) {
      const isOff = at % 2 === 0;
      const changed = new Promise<number>((resolve) => {
        const stop = watch.onChange(() => {
          stop();
          resolve(performance.now());
        });
      });
      // From the request and not from its answer: the other process often knows before whoever asked.
      const begun = performance.now();
      await services.flags.setKillSwitch(context, 'pushed', isOff ? false : undefined, 'a benchmark');
      reached.push((await changed) - begun);
    }
    console.log(`\n${FLAGS} flags, ${ANSWERS} answers\n`);
    console.log(shown('answer out of memory', answersOutOfMemory()));
    console.log(shown('the same asked of the database', asked));
    console.log(`${shown('kill switch in another process', reached)}\n`);
  } finally {
    await watch.close();
    await runtime.close();
    for (const { pools, signal } of [one, other]) {
      await signal.close();
      await pools.end();
    }
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
