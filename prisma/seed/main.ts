import { ConfigError, loadConfig } from '../../infra/runtime/config.js';
import { createLogger } from '../../infra/runtime/log.js';
import { createPools, describeConnectionFailure } from '../../infra/runtime/postgres/pools.js';
import { createDiskStore } from '../../subgraphs/_kernel/files/disk-store.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { hostSubgraph } from '../../subgraphs/_kernel/host.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import { createRuntime } from '../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import { createSubgraphs } from '../../subgraphs/registry.js';
import { migrate, MigrationError } from '../migrate.js';
import { DEMO_TENANTS } from './demo-data.js';
import { isSeeded, seedDemo } from './seed.js';

const CATCH_UP_MS = 120_000;

/** Fills the demo into the database of DATABASE_URL: `npm run seed`. A second run changes nothing. */
async function main(): Promise<void> {
  const config = loadConfig();
  const { databaseUrl } = config;
  if (!databaseUrl) {
    throw new ConfigError([{ variable: 'DATABASE_URL', problem: 'must be set; npm start seeds its own database' }]);
  }
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
    secretBox: createSecretBox(encryptionKey),
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
  const hosts = Object.values(subgraphs).map((subgraph) => hostSubgraph(subgraph, runtime, pools));
  try {
    if (await isSeeded(runtime)) {
      console.log('The demo is there already.');
      return;
    }
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
    await runtime.close();
    await signal.close();
    await pools.end();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
