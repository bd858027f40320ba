import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '../../../infra/runtime/log.js';
import { startEmbeddedPostgres } from '../../../infra/runtime/postgres/embedded.js';
import { createPools } from '../../../infra/runtime/postgres/pools.js';
import { migrate } from '../../../prisma/migrate.js';
import { createSignal } from '../../../subgraphs/_kernel/events/create-signal.js';
import { Loaders } from '../../../subgraphs/_kernel/request/loaders.js';
import { systemClock } from '../../../subgraphs/_kernel/request/clock.js';
import { uuidv7 } from '../../../subgraphs/_kernel/request/ids.js';
import type { RequestContext } from '../../../subgraphs/_kernel/request/request-context.js';
import { createRuntime } from '../../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../../subgraphs/_kernel/secrets/secret-box.js';
import { ANONYMOUS } from '../../../subgraphs/_kernel/wire/principal.js';
import { createIdentity } from '../../../subgraphs/identity/subgraph.js';
import { ACME } from '../../support/runtime.js';
import { keepBusy } from '../keep-busy.js';
import { quantile } from '../quantile.js';

/**
 * How many sign-ins with a password and how many refreshes identity does a second, and a second of one core: argon2id
 * with 19 MiB and two passes, against a PostgreSQL of its own. Says nothing of the gateway.
 */
const PEOPLE = 16;
const AT_ONCE = 8;
const SECONDS = Number(process.argv[2] ?? 10);
const PASSWORD = 'Spine-bench-1!';
const logger = createLogger({ name: 'bench', level: 'silent' });

interface Measured {
  readonly perSecond: number;
  readonly perCore: number;
  readonly medianMs: number;
}

async function measure(work: (worker: number) => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const { took, perSecond } = await keepBusy({ atOnce: AT_ONCE, seconds: SECONDS }, work);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond, perCore: took.length / ((user + system) / 1e6), medianMs: quantile(took, 0.5) };
}

const shown = (what: string, { perSecond, perCore, medianMs }: Measured): string =>
  `${what.padEnd(10)} ${perSecond.toFixed(0).padStart(8)}/s ${perCore.toFixed(0).padStart(12)}/s of one core ${medianMs.toFixed(1).padStart(10)} ms median`;

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-bench-'));
  const server = await startEmbeddedPostgres({ directory: path.join(folder, 'postgres'), onProgress: () => undefined });
  await migrate(server.url);
  const pools = createPools({ url: server.url });
  const signal = await createSignal({ redisUrl: undefined, databaseUrl: server.url, pool: pools.platform, logger });
  const runtime = createRuntime({ pools, signal, secretBox: createSecretBox('x'.repeat(32)), clock: systemClock, logger });
  const { services } = createIdentity(runtime, { issuer: 'http://spine.example', appName: 'Spine' });
  const context = (): RequestContext => ({
    tenant: ACME,
    principal: ANONYMOUS,
    origin: { requestId: uuidv7(), ip: null, userAgent: 'bench' },
    clock: systemClock,
    logger,
    loaders: new Loaders(),
  });
  try {
    const emails = Array.from({ length: PEOPLE }, (_, n) => `bench-${n}@acme.example`);
    for (const email of emails) {
      await services.registration.register(context(), { email, password: PASSWORD, displayName: 'Bench' });
    }
    let next = 0;
    const login = (): ReturnType<typeof services.sessions.login> => {
      next += 1;
      return services.sessions.login(context(), { email: emails[next % PEOPLE] ?? '', password: PASSWORD });
    };
    console.log(`\nIdentity alone, ${AT_ONCE} at once, ${SECONDS} s each\n`);
    console.log(shown('logins', await measure(async () => void (await login()))));
    const tokens = await Promise.all(Array.from({ length: AT_ONCE }, async () => (await login()).refresh.token));
    const refreshed = await measure(async (worker) => {
      const { refresh } = await services.sessions.refresh(context(), tokens[worker] ?? '');
      tokens[worker] = refresh.token;
    });
    console.log(`${shown('refreshes', refreshed)}\n`);
  } finally {
    await runtime.close();
    await signal.close();
    await pools.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
