import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, type Config } from '../../infra/runtime/config.js';
import { createLogger } from '../../infra/runtime/log.js';
import { startEmbeddedPostgres } from '../../infra/runtime/postgres/embedded.js';
import { createPools, describeConnectionFailure, type Pools } from '../../infra/runtime/postgres/pools.js';
import { createDiskStore } from '../../subgraphs/_kernel/files/disk-store.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { hostSubgraph } from '../../subgraphs/_kernel/host.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import { createRuntime } from '../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import { createSubgraphs } from '../../subgraphs/registry.js';
import { migrate, MigrationError } from '../migrate.js';
import { DEMO_PASSWORD, DEMO_TENANTS, signInsOf } from './demo-data.js';
import { readIndustry } from './industry.js';
import { seedIndustry } from './seed-industry.js';
import { isSeeded, seedDemo } from './seed.js';
import type { SeedParts } from './seed-parts.js';

const CATCH_UP_MS = 120_000;

/** Database of the platform that `npm start` runs, which may be at work meanwhile. */
async function databaseOfStart(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  return startEmbeddedPostgres({ directory: path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../.spine/postgres') });
}

/** Everything that seeding needs of a process, on a database that is brought up to date; closed behind the work. */
async function withParts(
  config: Config,
  databaseUrl: string,
  work: (parts: SeedParts, pools: Pools) => Promise<void>,
): Promise<void> {
  await migrate(databaseUrl).catch((error: unknown) => {
    throw error instanceof MigrationError ? error : new Error(describeConnectionFailure(error, databaseUrl), { cause: error });
  });
  const logger = createLogger({ name: 'seed', level: config.logLevel });
  const pools = createPools({ url: databaseUrl, appUrl: config.databaseAppUrl, platformUrl: config.databasePlatformUrl });
  const signal = await createSignal({ redisUrl: config.redisUrl, databaseUrl, pool: pools.platform, logger });
  // Seeding opens no sealed secret and makes none, nor a link to a file.
  const encryptionKey = config.encryptionKey ?? 'unused by the seed';
  const runtime = createRuntime({
    pools,
    signal,
    secretBox: createSecretBox(encryptionKey, config.encryptionKeysBefore),
    clock: systemClock,
    logger,
  });
  const subgraphs = createSubgraphs(runtime, {
    issuer: config.publicUrl,
    appName: config.appName,
    environment: config.environment,
    stripe: config.stripe ?? { secretKey: 'unused by the seed', webhookSecret: 'unused', apiBase: undefined },
    mail: config.mail,
    files: createDiskStore({ folder: config.files.folder, publicUrl: config.publicUrl, secret: encryptionKey }, systemClock),
    redisUrl: undefined,
  });
  try {
    await work({ runtime, subgraphs }, pools);
  } finally {
    await runtime.close();
    await signal.close();
    await pools.end();
  }
}

/** Fills in the demo, which the subgraphs have to react to. A second run changes nothing. */
async function addDemo({ runtime, subgraphs }: SeedParts, pools: Pools): Promise<void> {
  if (await isSeeded(runtime)) {
    console.log('The demo is there already.');
    return;
  }
  const hosts = Object.values(subgraphs).map((subgraph) => hostSubgraph(subgraph, runtime, pools));
  try {
    for (const host of hosts) host.start();
    await seedDemo({ runtime, subgraphs, progress: { step: (text) => console.log(text) } });
    console.log('Waiting until every subgraph has taken it in');
    for (const { tenant } of DEMO_TENANTS) {
      const identity = await subgraphs.tenancy.services.tenants.lookUp({ slug: tenant.slug });
      const reacting = Object.values(subgraphs).filter(({ reactions }) => reactions.length > 0);
      if (identity) await Promise.all(reacting.map(({ name }) => runtime.catchUp(name, identity.id, CATCH_UP_MS)));
    }
    console.log('The demo is ready.');
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
}

/** Fills in the company of an industry, into DATABASE_URL or else where `npm start` keeps its data. */
async function addIndustry(config: Config, name: string): Promise<void> {
  const pack = await readIndustry(name);
  const own = config.databaseUrl === undefined ? await databaseOfStart() : null;
  try {
    await withParts(config, config.databaseUrl ?? own?.url ?? '', async (parts) => {
      const { slug, name: company } = await seedIndustry(parts, pack);
      console.log(`${company} is ready: http://${slug}.${config.baseDomain}:${config.port}/graphql`);
      console.log(`Sign-ins, all with the password ${DEMO_PASSWORD}:`);
      for (const { email, role } of signInsOf(slug)) console.log(`  ${email.padEnd(34)} ${role}`);
    });
  } finally {
    await own?.stop();
  }
}

/** `npm run seed`: the demo into the database of DATABASE_URL; `npm run seed -- --industry=…`: the company of one. */
async function main(): Promise<void> {
  const config = loadConfig();
  const { industry } = parseArgs({ options: { industry: { type: 'string' } } }).values;
  if (industry !== undefined) return addIndustry(config, industry);
  if (config.databaseUrl === undefined) {
    throw new ConfigError([{ variable: 'DATABASE_URL', problem: 'must be set; npm start seeds its own database' }]);
  }
  return withParts(config, config.databaseUrl, addDemo);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
