import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGateway, type Gateway } from '../../gateway/gateway.js';
import { createRateCounter } from '../../gateway/stages/rate-limits/create-counter.js';
import { gatewayConfigOf, type GatewayConfig } from '../../gateway/gateway-config.js';
import { migrate, MigrationError } from '../../prisma/migrate.js';
import { isSeeded, seedDemo } from '../../prisma/seed/seed.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { hostSubgraph, type SubgraphHost } from '../../subgraphs/_kernel/host.js';
import { systemClock, type Clock } from '../../subgraphs/_kernel/request/clock.js';
import { createRuntime } from '../../subgraphs/_kernel/runtime.js';
import { createDiskStore } from '../../subgraphs/_kernel/files/disk-store.js';
import { createS3Store } from '../../subgraphs/_kernel/files/s3-store.js';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { createSubgraphs, type Subgraphs, type SubgraphsConfig } from '../../subgraphs/registry.js';
import type { Config } from '../runtime/config.js';
import { createLogger, type LoggerOptions } from '../runtime/log.js';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.js';
import { createPools, describeConnectionFailure } from '../runtime/postgres/pools.js';
import { startTelemetry } from '../runtime/telemetry.js';
import { startMailbox, type Mailbox } from './doubles/mailbox/mailbox.js';
import { startStripeDouble } from './doubles/stripe/stripe-double.js';
import type { Progress } from './progress.js';
import { localSecrets } from './secrets.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const REQUEST_TIMEOUT_MS = 30_000;

export const SUPERGRAPH_FILE = path.join(ROOT, 'schema/supergraph.graphql');

export interface PlatformOptions {
  readonly config: Config;
  /** Where an installation without a database of its own keeps its data and secrets. */
  readonly folder: string;
  readonly progress: Progress;
  /** Whether a database without companies is given the demo's. */
  readonly seed: boolean;
  readonly clock?: Clock;
  /** Where the log goes; standard output by default. */
  readonly logTo?: LoggerOptions['destination'];
}

export interface StartedPlatform {
  /** The gateway's address. */
  readonly url: string;
  readonly subgraphs: Subgraphs;
  /** Where mails and SMS end up; null when there is a mail server. */
  readonly mailbox: Mailbox | null;
  /** The subgraphs as the gateway reaches them. */
  readonly endpoints: Readonly<Record<SubgraphName, SubgraphHost>>;
  /** One more in front of the same subgraphs, which does not listen yet and which its maker stops. */
  readonly anotherGateway: () => Promise<Gateway>;
}

export interface Platform {
  /** Starts everything. What was started before a failure is stopped again. */
  start(): Promise<StartedPlatform>;
  /** Ends everything in the reverse order of its start, also in the middle of it; may be called again. */
  stop(): Promise<void>;
}

/** Everything in one process: database, the seven subgraphs, the gateway, and doubles of what lives outside. */
export function createPlatform(options: PlatformOptions): Platform {
  const steps: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const runSteps = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) await step();
  };
  const stop = (): Promise<void> => (stopped ??= runSteps());
  return {
    stop,
    async start() {
      try {
        return await start(options, (step) => {
          steps.push(step);
          // Asked to stop while something was still on its way up: it goes down as soon as it is there.
          if (stopped) throw new Error('Stopped while starting.');
        });
      } catch (error) {
        await stop();
        await runSteps();
        throw error;
      }
    },
  };
}

/** Where mails and SMS go when there is no mail server; null where there is one. */
async function localMailbox({ mail }: Config, onStop: (step: () => Promise<unknown>) => void) {
  if (mail.smtpUrl !== undefined) return null;
  const mailbox = await startMailbox();
  onStop(() => mailbox.stop());
  return mailbox;
}

/** The mailbox takes messages to telephones, too. */
const smsBy = (mailbox: Mailbox | null): SubgraphsConfig['sms'] =>
  mailbox ? { accountSid: 'AClocal', authToken: 'local', from: '+15005550006', apiBase: mailbox.url } : undefined;

/** @throws with one sentence for whoever started it */
const bringUpToDate = (databaseUrl: string): Promise<unknown> =>
  migrate(databaseUrl).catch((error: unknown) => {
    throw error instanceof MigrationError
      ? error
      : new Error(describeConnectionFailure(error, databaseUrl), { cause: error });
  });

async function start(
  { config, folder, progress, seed, clock = systemClock, logTo }: PlatformOptions,
  onStop: (step: () => Promise<unknown>) => void,
): Promise<StartedPlatform> {
  const logger = createLogger({ name: 'local', level: config.logLevel, ...(logTo ? { destination: logTo } : {}) });
  const { environment, telemetryEndpoint } = config;
  const telemetry = startTelemetry({ name: 'spine', endpoint: telemetryEndpoint, environment });
  onStop(() => telemetry.stop());
  const secrets = await localSecrets(folder);

  const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(folder, progress, onStop));
  progress.step('Migrating the database');
  await bringUpToDate(databaseUrl);

  const pools = createPools({
    url: databaseUrl,
    appUrl: config.databaseAppUrl,
    platformUrl: config.databasePlatformUrl,
    onIdleError: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  onStop(() => pools.end());
  const signal = await createSignal({ redisUrl: config.redisUrl, databaseUrl, pool: pools.platform, logger });
  onStop(() => signal.close());

  const stripe = config.stripe ?? (await stripeDouble(config, folder, secrets, clock, onStop));
  const mailbox = await localMailbox(config, onStop);
  const runtime = createRuntime({
    pools,
    signal,
    secretBox: createSecretBox(config.encryptionKey ?? secrets.encryptionKey, config.encryptionKeysBefore),
    clock,
    logger,
  });
  onStop(() => runtime.close());

  const disk = createDiskStore(
    { folder: config.files.folder, publicUrl: config.publicUrl, secret: config.encryptionKey ?? secrets.encryptionKey },
    clock,
  );
  const subgraphsConfig: SubgraphsConfig = {
    issuer: config.publicUrl,
    appName: config.appName,
    breachedPasswordsUrl: config.breachedPasswordsUrl,
    dnsServers: config.dnsServers,
    files: config.files.s3 ? createS3Store(config.files.s3, clock) : disk,
    environment: config.environment,
    stripe,
    mail: { smtpUrl: mailbox?.smtpUrl ?? config.mail.smtpUrl, from: config.mail.from },
    ...config.delivery,
    sms: config.delivery.sms ?? smsBy(mailbox),
    calendars: config.calendars,
    meetings: config.meetings,
    redisUrl: config.redisUrl,
  };
  const subgraphs = createSubgraphs(runtime, subgraphsConfig);
  const endpoints = Object.fromEntries(
    Object.values(subgraphs).map((subgraph) => [
      subgraph.name,
      hostSubgraph(subgraph, runtime, pools, { eventsKeptHours: config.eventsKeptHours }),
    ]),
  ) as Record<SubgraphName, SubgraphHost>;
  onStop(() => Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close())));

  const counter = createRateCounter({ redisUrl: config.redisUrl, database: undefined }, logger);
  onStop(() => counter.close());

  progress.step('Composing the graph');
  const gatewayConfig = gatewayConfigOf(config, REQUEST_TIMEOUT_MS);
  const gatewayWith = async (given: GatewayConfig): Promise<Gateway> =>
    createGateway({
      supergraphSdl: await readFile(SUPERGRAPH_FILE, 'utf8'),
      endpoints,
      logger: logger.child({ part: 'gateway' }),
      config: given,
      counter,
      ...(config.files.s3 ? {} : { files: disk }),
    });
  const gateway = await gatewayWith(gatewayConfig);
  onStop(() => gateway.stop());

  for (const endpoint of Object.values(endpoints)) endpoint.start();
  if (seed && !(await isSeeded(runtime))) await seedDemo({ runtime, subgraphs, progress });
  const { url } = await gateway.listen({ host: config.host, port: config.port });
  progress.done();
  const anotherGateway = (): Promise<Gateway> => gatewayWith({ ...gatewayConfig, metricsAddress: null });
  return { url, subgraphs, endpoints, mailbox, anotherGateway };
}

async function embeddedDatabase(
  folder: string,
  progress: Progress,
  onStop: (step: () => Promise<unknown>) => void,
): Promise<string> {
  progress.step('Looking for PostgreSQL');
  const server = await startEmbeddedPostgres({
    directory: path.join(folder, 'postgres'),
    onProgress: (step) => progress.step(step),
  });
  onStop(() => server.stop());
  return server.url;
}

async function stripeDouble(
  config: Config,
  folder: string,
  secrets: { readonly stripeSecretKey: string; readonly stripeWebhookSecret: string },
  clock: Clock,
  onStop: (step: () => Promise<unknown>) => void,
): Promise<SubgraphsConfig['stripe']> {
  const double = await startStripeDouble({
    secretKey: secrets.stripeSecretKey,
    webhook: {
      url: `http://${config.host}:${config.port}/webhooks/stripe`,
      secret: secrets.stripeWebhookSecret,
    },
    clock,
    stateFile: path.join(folder, 'stripe.jsonl'),
  });
  onStop(() => double.stop());
  return { secretKey: secrets.stripeSecretKey, webhookSecret: secrets.stripeWebhookSecret, apiBase: double.url };
}
