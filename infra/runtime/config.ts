import { isIP } from 'node:net';
import { z } from 'zod';
import { isLocalEnvironment } from '../../subgraphs/_kernel/wire/local-environment.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { FILES_PAIRS, filesOf, filesVariables, type FilesConfig } from './files-config.js';
import { CALENDAR_PAIRS, calendarsOf, calendarVariables, type CalendarVariables } from './calendar-variables.js';
import { MEETING_PAIRS, meetingsOf, meetingVariables, type MeetingVariables } from './meeting-variables.js';
import { adminAlertProblems, DELIVERY_PAIRS, deliveryOf, deliveryVariables, type DeliveryVariables } from './delivery-variables.js';


const ENVIRONMENTS = ['development', 'test', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that is decided outside the code. What is `undefined` has a local counterpart. */
export interface Config {
  /** APP_ENV, else NODE_ENV. */
  readonly environment: Environment;
  /** LOG_LEVEL. */
  readonly logLevel: LogLevel;
  /** APP_NAME: what people are told they are using. */
  readonly appName: string;
  /** PORT of the gateway. 0 lets the system choose. */
  readonly port: number;
  /** HOST: the address to listen on; the loopback address in development and tests. */
  readonly host: string;
  /** SPINE_BASE_DOMAIN: tenants live at `<subdomain>.<baseDomain>`. */
  readonly baseDomain: string;
  /** SPINE_PUBLIC_URL: where the outside reaches the gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** DATABASE_URL: the owner's connection. Without it the embedded PostgreSQL is started. */
  readonly databaseUrl: string | undefined;
  /** DATABASE_APP_URL: a login that is bound to tenants, in place of the owner's as role `spine_app`. */
  readonly databaseAppUrl: string | undefined;
  /** DATABASE_PLATFORM_URL: a login above tenants, in place of the owner's as role `spine_platform`. */
  readonly databasePlatformUrl: string | undefined;
  /** REDIS_URL. Without it events, cache and limits use PostgreSQL and this process. */
  readonly redisUrl: string | undefined;
  /** EVENTS_KEPT_HOURS: age in hours that an event reaches before it is removed from the log. */
  readonly eventsKeptHours: number;
  /** OTEL_EXPORTER_OTLP_ENDPOINT: a collector that takes OTLP over HTTP. Without it nothing is traced. */
  readonly telemetryEndpoint: string | undefined;
  /** SPINE_ENVELOPE_SECRET, shared by gateway and subgraphs when they are processes of their own. */
  readonly envelopeSecret: string | undefined;
  /** SPINE_ENCRYPTION_KEY: seals secrets that are kept in the database. */
  readonly encryptionKey: string | undefined;
  /** SPINE_ENCRYPTION_KEYS_BEFORE: what was in its place earlier, for what is sealed with it still. */
  readonly encryptionKeysBefore: readonly string[];
  readonly limits: LimitsConfig;
  readonly live: LiveConfig;
  /** METRICS_PORT and METRICS_HOST: where figures are served; null for the gateway's own port, never in production. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | null;
  /** TRUSTED_PROXIES: addresses and CIDR ranges, separated by commas, whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** SUBGRAPH_<NAME>_URL: where the gateway finds each subgraph, without a slash at the end. */
  readonly subgraphUrls: Readonly<Record<SubgraphName, string>>;
  /** SUBGRAPH_<NAME>_PORT: where each subgraph listens. */
  readonly subgraphPorts: Readonly<Record<SubgraphName, number>>;
  /** SUBGRAPH_HOST: the address subgraphs listen on; like `host` by default. */
  readonly subgraphHost: string;
  /** BREACHED_PASSWORDS_URL: a service of the range protocol, such as https://api.pwnedpasswords.com. */
  readonly breachedPasswordsUrl: string | undefined;
  /** DNS_SERVERS: `address` or `address:port`, separated by commas, asked about companies' own domains. */
  readonly dnsServers: readonly string[];
  /** SMTP_URL and MAIL_FROM. Without a URL the local mailbox is used, and apart from it mails wait. */
  readonly mail: { readonly smtpUrl: string | undefined; readonly from: string };
  readonly delivery: DeliveryVariables;
  readonly calendars: CalendarVariables;
  readonly meetings: MeetingVariables;
  readonly files: FilesConfig;
  /** STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE. Without a key the local double is used. */
  readonly stripe: StripeConfig | undefined;
}

/** How much and how often clients may ask. */
export interface LimitsConfig {
  /** COST_LIMIT: cost of one operation. */
  readonly operationCost: number;
  /** RATE_LIMIT_ADDRESS: requests a minute from one address. */
  readonly perAddress: number;
  /** RATE_LIMIT_ANONYMOUS: operations a minute of those not signed in, from one address. */
  readonly perAnonymous: number;
  /** RATE_LIMIT_PRINCIPAL: operations a minute of one person. */
  readonly perPrincipal: number;
  /** RATE_LIMIT_TENANT: operations a minute of one company. */
  readonly perTenant: number;
  /** RATE_LIMIT_CREDENTIALS_ADDRESS: sign-ins and the like in five minutes from one address. */
  readonly credentialsByAddress: number;
  /** RATE_LIMIT_CREDENTIALS_ACCOUNT: the same for one account. */
  readonly credentialsByAccount: number;
}

/** What those get who stay connected. */
export interface LiveConfig {
  /** CONNECTIONS_PER_TENANT: WebSocket connections and event streams of one company at a time. */
  readonly perTenant: number;
  /** CONNECTIONS_PER_ADDRESS: the same from one address. */
  readonly perAddress: number;
  /** REVOCATIONS_STALE_SECONDS without news of bans and the like, after which nobody signed in is served. */
  readonly revocationsStaleAfterMs: number;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Another server that speaks Stripe's protocol. */
  readonly apiBase: string | undefined;
}

/** What is wrong with the environment: every variable by name, in one message, without their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly variables: readonly string[];

  constructor(problems: readonly { readonly variable: string; readonly problem: string }[]) {
    super(`Configuration: ${problems.map(({ variable, problem }) => `${variable} ${problem}`).join('; ')}.`);
    this.variables = problems.map(({ variable }) => variable);
  }
}

const FIRST_SUBGRAPH_PORT = 4001;
const METRICS_PORT = 9464;
const MINIMUM_SECRET_LENGTH = 32;

/** What nobody guesses; that it is random shows in nothing but its variety. */
const FEWEST_CHARACTERS = 10;
const secret = z
  .string()
  .min(MINIMUM_SECRET_LENGTH, { error: `must have at least ${MINIMUM_SECRET_LENGTH} characters`, abort: true })
  .refine((value) => new Set(value).size >= FEWEST_CHARACTERS, 'must be made at random, as by openssl rand -base64 32');
const secrets = z
  .string()
  .transform((list) => list.split(',').map((each) => each.trim()).filter(Boolean))
  .pipe(z.array(secret));

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number between 0 and 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number between 0 and 65535');

const httpUrl = urlOf(['http:', 'https:'], 'must be an http(s) URL').transform((url) => url.replace(/\/+$/, ''));
const postgresUrl = urlOf(
  ['postgresql:', 'postgres:'],
  'must be a PostgreSQL connection string (postgresql://user:password@host:port/database)',
);
const smtpUrl = urlOf(['smtp:', 'smtps:'], 'must be an SMTP URL (smtp://user:password@host:port)');
const dnsServers = z
  .string()
  .transform((list) => list.split(',').map((server) => server.trim()))
  .refine((list) => list.every(isSocketAddress), 'must be addresses, each with or without a port, separated by commas');
const redisUrl = urlOf(['redis:', 'rediss:'], 'must be a Redis URL (redis://host:port)');
const domain = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a domain name without a port');

const count = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'must be a whole number above 0')
  .transform(Number);

const variables = z.object({
  APP_ENV: oneOf(ENVIRONMENTS).optional(),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: oneOf(LOG_LEVELS).optional(),
  APP_NAME: z.string().default('Spine'),
  PORT: port.default(4000),
  HOST: z.string().optional(),
  SPINE_BASE_DOMAIN: domain.default('localhost'),
  SPINE_PUBLIC_URL: httpUrl.optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_APP_URL: postgresUrl.optional(),
  DATABASE_PLATFORM_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  SPINE_ENVELOPE_SECRET: secret.optional(),
  SPINE_ENCRYPTION_KEY: secret.optional(),
  SPINE_ENCRYPTION_KEYS_BEFORE: secrets.default([]),
  BREACHED_PASSWORDS_URL: httpUrl.optional(),
  DNS_SERVERS: dnsServers.optional(),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: z.email('must be an e-mail address').optional(),
  ...deliveryVariables,
  ...calendarVariables,
  ...meetingVariables,
  ...filesVariables,
  TRUSTED_PROXIES: z.string().optional(),
  METRICS_PORT: port.optional(),
  METRICS_HOST: z.string().optional(),
  COST_LIMIT: count.default(20_000),
  EVENTS_KEPT_HOURS: count.default(168),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  RATE_LIMIT_ADDRESS: count.default(6_000),
  RATE_LIMIT_ANONYMOUS: count.default(1_800),
  RATE_LIMIT_PRINCIPAL: count.default(3_000),
  RATE_LIMIT_TENANT: count.default(30_000),
  RATE_LIMIT_CREDENTIALS_ADDRESS: count.default(300),
  RATE_LIMIT_CREDENTIALS_ACCOUNT: count.default(30),
  CONNECTIONS_PER_TENANT: count.default(5_000),
  CONNECTIONS_PER_ADDRESS: count.default(1_000),
  REVOCATIONS_STALE_SECONDS: count.default(60),
  SUBGRAPH_HOST: z.string().optional(),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_API_BASE: httpUrl.optional(),
});

const subgraphVariables = z.object({
  urls: z.object(Object.fromEntries(SUBGRAPH_NAMES.map((name) => [urlVariable(name), httpUrl.optional()]))),
  ports: z.object(Object.fromEntries(SUBGRAPH_NAMES.map((name) => [portVariable(name), port.optional()]))),
});

/**
 * Reads the whole configuration at once. An empty variable counts as unset.
 *
 * @throws ConfigError that names every variable that is wrong
 */
// eslint-disable-next-line no-restricted-properties -- the one place where the environment is read
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const main = variables.safeParse(given);
  const subgraphs = subgraphVariables.safeParse({ urls: given, ports: given });
  const problems = [
    ...problemsOf(main.error),
    ...problemsOf(subgraphs.error),
    ...(given['APP_ENV'] ? [] : nodeEnvProblems(given['NODE_ENV'])),
    ...pairProblems(given),
  ];
  if (!main.success || !subgraphs.success || problems.length > 0) throw new ConfigError(problems);
  return configOf(main.data, subgraphs.data);
}

/** Whether anything says that this is production: the variable of Node's own world, or ours. */
// eslint-disable-next-line no-restricted-properties -- the one place where the environment is read
export function isProduction(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env['NODE_ENV'] === 'production' || env['APP_ENV'] === 'production';
}

function configOf(given: z.infer<typeof variables>, subgraphs: z.infer<typeof subgraphVariables>): Config {
  const environment = given.APP_ENV ?? oneOf(ENVIRONMENTS).default('development').parse(given.NODE_ENV);
  const isLocal = isLocalEnvironment(environment);
  const host = given.HOST ?? (isLocal ? '127.0.0.1' : '0.0.0.0');
  return {
    environment,
    logLevel: given.LOG_LEVEL ?? (environment === 'test' ? 'warn' : 'info'),
    appName: given.APP_NAME,
    port: given.PORT,
    host,
    baseDomain: given.SPINE_BASE_DOMAIN,
    publicUrl: given.SPINE_PUBLIC_URL ?? `http://${given.SPINE_BASE_DOMAIN}:${given.PORT}`,
    databaseUrl: given.DATABASE_URL,
    databaseAppUrl: given.DATABASE_APP_URL,
    databasePlatformUrl: given.DATABASE_PLATFORM_URL,
    redisUrl: given.REDIS_URL,
    eventsKeptHours: given.EVENTS_KEPT_HOURS,
    telemetryEndpoint: given.OTEL_EXPORTER_OTLP_ENDPOINT,
    envelopeSecret: given.SPINE_ENVELOPE_SECRET,
    encryptionKey: given.SPINE_ENCRYPTION_KEY,
    encryptionKeysBefore: given.SPINE_ENCRYPTION_KEYS_BEFORE,
    trustedProxies: (given.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((range) => range.trim())
      .filter(Boolean),
    metricsAddress: metricsAddressOf(given, environment),
    live: {
      perTenant: given.CONNECTIONS_PER_TENANT,
      perAddress: given.CONNECTIONS_PER_ADDRESS,
      revocationsStaleAfterMs: given.REVOCATIONS_STALE_SECONDS * 1_000,
    },
    limits: {
      operationCost: given.COST_LIMIT,
      perAddress: given.RATE_LIMIT_ADDRESS,
      perAnonymous: given.RATE_LIMIT_ANONYMOUS,
      perPrincipal: given.RATE_LIMIT_PRINCIPAL,
      perTenant: given.RATE_LIMIT_TENANT,
      credentialsByAddress: given.RATE_LIMIT_CREDENTIALS_ADDRESS,
      credentialsByAccount: given.RATE_LIMIT_CREDENTIALS_ACCOUNT,
    },
    subgraphUrls: bySubgraph(
      (name, index) => subgraphs.urls[urlVariable(name)] ?? `http://127.0.0.1:${FIRST_SUBGRAPH_PORT + index}`,
    ),
    subgraphPorts: bySubgraph((name, index) => subgraphs.ports[portVariable(name)] ?? FIRST_SUBGRAPH_PORT + index),
    subgraphHost: given.SUBGRAPH_HOST ?? host,
    breachedPasswordsUrl: given.BREACHED_PASSWORDS_URL,
    dnsServers: given.DNS_SERVERS ?? [],
    mail: { smtpUrl: given.SMTP_URL, from: given.MAIL_FROM ?? `no-reply@${given.SPINE_BASE_DOMAIN}` },
    delivery: deliveryOf(given),
    calendars: calendarsOf(given),
    meetings: meetingsOf(given),
    files: filesOf(given),
    stripe:
      given.STRIPE_SECRET_KEY && given.STRIPE_WEBHOOK_SECRET
        ? {
            secretKey: given.STRIPE_SECRET_KEY,
            webhookSecret: given.STRIPE_WEBHOOK_SECRET,
            apiBase: given.STRIPE_API_BASE,
          }
        : undefined,
  };
}

/** In production the figures are never on the public port: without a word they are for this machine alone. */
function metricsAddressOf({ METRICS_PORT: given, METRICS_HOST: host }: z.infer<typeof variables>, environment: Environment) {
  const isOpen = environment !== 'production' && environment !== 'staging';
  if (given === undefined && isOpen) return null;
  return { host: host ?? '127.0.0.1', port: given ?? METRICS_PORT };
}

function problemsOf(error: z.ZodError | undefined) {
  return (error?.issues ?? []).map((issue) => ({ variable: String(issue.path.at(-1)), problem: issue.message }));
}

function nodeEnvProblems(nodeEnv: string | undefined) {
  const isKnown = nodeEnv === undefined || ENVIRONMENTS.some((environment) => environment === nodeEnv);
  return isKnown ? [] : [{ variable: 'NODE_ENV', problem: `must be one of ${ENVIRONMENTS.join(', ')}` }];
}

/** Variables that mean nothing without another. */
function pairProblems(given: Readonly<Record<string, string | undefined>>) {
  const pairs = [
    ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
    ['STRIPE_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY'],
    ['DATABASE_APP_URL', 'DATABASE_URL'],
    ['DATABASE_PLATFORM_URL', 'DATABASE_URL'],
    ...DELIVERY_PAIRS,
    ...CALENDAR_PAIRS,
    ...MEETING_PAIRS,
    ...FILES_PAIRS,
  ] as const;
  const lacking = pairs
    .filter(([one, other]) => given[one] && !given[other])
    .map(([one, other]) => ({ variable: other, problem: `must be set because ${one} is` }));
  return [...lacking, ...adminAlertProblems(given)];
}

function bySubgraph<T>(of: (name: SubgraphName, index: number) => T): Readonly<Record<SubgraphName, T>> {
  return Object.fromEntries(SUBGRAPH_NAMES.map((name, index) => [name, of(name, index)])) as Record<SubgraphName, T>;
}

function urlVariable(name: SubgraphName): string {
  return `SUBGRAPH_${name.toUpperCase()}_URL`;
}

function portVariable(name: SubgraphName): string {
  return `SUBGRAPH_${name.toUpperCase()}_PORT`;
}

function urlOf(protocols: readonly string[], problem: string) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), problem);
}

/** `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
function isSocketAddress(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|(\d[\d.]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  return isIP(address ?? text) !== 0 && Number(port ?? 0) <= 65_535;
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}
