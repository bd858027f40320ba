import { createDiskStore } from './_kernel/files/disk-store.js';
import { createS3Store } from './_kernel/files/s3-store.js';
import { loadConfig, ConfigError } from '../infra/runtime/config.js';
import { createLogger } from '../infra/runtime/log.js';
import { onShutdown } from '../infra/runtime/shutdown.js';
import { startTelemetry } from '../infra/runtime/telemetry.js';
import { createPools, waitForDatabase } from '../infra/runtime/postgres/pools.js';
import { createSignal } from './_kernel/events/create-signal.js';
import { hostSubgraph } from './_kernel/host.js';
import { serveSubgraph } from './_kernel/http/subgraph-server.js';
import { systemClock } from './_kernel/request/clock.js';
import { createRuntime } from './_kernel/runtime.js';
import { createSecretBox } from './_kernel/secrets/secret-box.js';
import { SUBGRAPH_NAMES, type SubgraphName } from './_kernel/wire/subgraph-names.js';
import { createSubgraph } from './registry.js';

/** Long enough for a database that starts beside; a name or password that is wrong is told soon enough to be mended. */
const DATABASE_WITHIN_MS = 30_000;

const isSubgraphName = (name: string | undefined): name is SubgraphName =>
  SUBGRAPH_NAMES.some((known) => known === name);

/** Serves one subgraph until the process is told to stop: `main.ts <name>`. */
async function main(name: string | undefined): Promise<void> {
  if (!isSubgraphName(name)) {
    throw new ConfigError([{ variable: 'argument', problem: `must be one of ${SUBGRAPH_NAMES.join(', ')}` }]);
  }
  const config = loadConfig();
  const missing = [
    ...(config.databaseUrl ? [] : ['DATABASE_URL']),
    ...(config.envelopeSecret ? [] : ['SPINE_ENVELOPE_SECRET']),
    ...(config.encryptionKey ? [] : ['SPINE_ENCRYPTION_KEY']),
    ...(name === 'commerce' && !config.stripe ? ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] : []),
  ];
  const { databaseUrl, envelopeSecret, encryptionKey } = config;
  if (missing.length > 0 || !databaseUrl || !envelopeSecret || !encryptionKey) {
    throw new ConfigError(missing.map((variable) => ({ variable, problem: 'must be set when subgraphs run apart' })));
  }

  const telemetry = startTelemetry({ name, endpoint: config.telemetryEndpoint, environment: config.environment });
  const logger = createLogger({ name, level: config.logLevel });
  const pools = createPools({
    url: databaseUrl,
    appUrl: config.databaseAppUrl,
    platformUrl: config.databasePlatformUrl,
    onIdleError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  await waitForDatabase(pools, DATABASE_WITHIN_MS);
  const signal = await createSignal({ redisUrl: config.redisUrl, databaseUrl, pool: pools.platform, logger });
  const runtime = createRuntime({
    pools,
    signal,
    secretBox: createSecretBox(encryptionKey, config.encryptionKeysBefore),
    clock: systemClock,
    logger,
  });
  const subgraph = createSubgraph(name, runtime, {
    issuer: config.publicUrl,
    appName: config.appName,
    breachedPasswordsUrl: config.breachedPasswordsUrl,
    dnsServers: config.dnsServers,
    files: config.files.s3
      ? createS3Store(config.files.s3, systemClock)
      : createDiskStore({ folder: config.files.folder, publicUrl: config.publicUrl, secret: encryptionKey }, systemClock),
    environment: config.environment,
    stripe: config.stripe ?? { secretKey: '', webhookSecret: '', apiBase: undefined },
    mail: config.mail,
    ...config.delivery,
    calendars: config.calendars,
    meetings: config.meetings,
    redisUrl: config.redisUrl,
  });
  const host = hostSubgraph(subgraph, runtime, pools, { eventsKeptHours: config.eventsKeptHours });
  const server = await serveSubgraph(
    { endpoint: host, schema: subgraph.schema, envelopeSecret, clock: systemClock, logger },
    { host: config.subgraphHost, port: config.subgraphPorts[name] },
  );
  host.start();
  logger.info({ url: server.url }, 'subgraph is up');

  onShutdown(async () => {
    await server.stop();
    await host.close();
    await runtime.close();
    await signal.close();
    await pools.end();
    await telemetry.stop();
    logger.info({}, 'subgraph has stopped');
  });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
