import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

import { errorCode } from '../error-code.js';

export interface PoolOptions {
  /** The owner's connection string: it may migrate, and become either of the other roles. */
  readonly url: string;
  /** Connection string of a login that is bound to tenants. `url` as role `spine_app` by default. */
  readonly appUrl?: string | undefined;
  /** Connection string of a login above tenants. `url` as role `spine_platform` by default. */
  readonly platformUrl?: string | undefined;
  /** Connections of each pool at most. 16 by default. */
  readonly max?: number;
  /** Told of idle connections that break, which the pool replaces by itself. */
  readonly onIdleError?: (error: Error) => void;
}

export interface Pools {
  /** Row level security binds it to the tenant of the transaction. Queries of one connection are pipelined. */
  readonly app: pg.Pool;
  /** Sees every tenant's rows, by policies of its own. */
  readonly platform: pg.Pool;
  /**
   * As `platform`, for what holds a lock while work is done with the others. Were they of one pool, as many holders as
   * it has connections would wait for each other's.
   */
  readonly locks: pg.Pool;
  readonly ownerUrl: string;
  /** Waits for what is under way, then closes all connections. */
  end(): Promise<void>;
}

const DEFAULT_MAX = 16;
const CONNECTION_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 250;

/** The connections of one process. Nothing is opened before the first query. */
export function createPools(options: PoolOptions): Pools {
  const app = createPool(options.appUrl ?? withRole(options.url, 'spine_app'), 'spine-app', true, options);
  const platformUrl = options.platformUrl ?? withRole(options.url, 'spine_platform');
  const platform = createPool(platformUrl, 'spine-platform', false, options);
  const locks = createPool(platformUrl, 'spine-locks', false, options);
  return {
    app,
    platform,
    locks,
    ownerUrl: options.url,
    end: async () => {
      await Promise.all([app.end(), platform.end(), locks.end()]);
    },
  };
}

/** The same connection string, for sessions that begin as another role. */
export function withRole(url: string, role: string): string {
  const connection = new URL(url);
  const given = connection.searchParams.get('options');
  connection.searchParams.set('options', [given, `-c role=${role}`].filter(Boolean).join(' '));
  return connection.toString();
}

/**
 * Waits until PostgreSQL takes queries, as beside a database that is starting as well.
 * @throws {Error} one sentence with the server and the reason, when it has not within `withinMs`
 */
export async function waitForDatabase({ platform, ownerUrl }: Pools, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await platform.query('SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(describeConnectionFailure(error, ownerUrl), { cause: error });
      await delay(LOOK_AGAIN_MS);
    }
  }
}

function createPool(
  connectionString: string,
  name: string,
  pipeline: boolean,
  { max = DEFAULT_MAX, onIdleError }: PoolOptions,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    application_name: name,
    max,
    pipeline,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
  });
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', (error) => onIdleError?.(error));
  // Every tenant's client listens as well; their number is bounded elsewhere.
  pool.setMaxListeners(0);
  return pool;
}

interface Target {
  /** `host:port` */
  readonly server: string;
  readonly user: string;
  readonly database: string;
}

/** What an error code of the system or of PostgreSQL means; `reason` is the error's own words. */
const FAILURES: Readonly<Record<string, (target: Target, reason: string) => string>> = {
  ECONNREFUSED: ({ server }) => `No PostgreSQL answers at ${server}: it refuses the connection.`,
  ENOTFOUND: ({ server }) => `The PostgreSQL host of ${server} cannot be found.`,
  EAI_AGAIN: ({ server }) => `The PostgreSQL host of ${server} cannot be found now.`,
  ETIMEDOUT: ({ server }) => `PostgreSQL at ${server} does not answer in time.`,
  '28P01': ({ server, user }, reason) => `PostgreSQL at ${server} does not let user "${user}" in: ${reason}.`,
  '28000': ({ server, user }, reason) => `PostgreSQL at ${server} does not let user "${user}" in: ${reason}.`,
  '3D000': ({ server, database }) => `PostgreSQL at ${server} has no database "${database}".`,
  '42501': ({ server, user }, reason) => `User "${user}" of PostgreSQL at ${server} lacks a right: ${reason}.`,
  '53300': ({ server }) => `PostgreSQL at ${server} has no connection to spare.`,
  '57P03': ({ server }) => `PostgreSQL at ${server} is starting up or shutting down.`,
};

/** Why a database cannot be used, as one sentence that names the server and never the password. */
export function describeConnectionFailure(error: unknown, url: string): string {
  const target = describeTarget(url);
  if (!target) {
    return 'DATABASE_URL is not a PostgreSQL connection string (postgresql://user:password@host:port/database).';
  }
  const reason = messageOf(error, url);
  const sentence = FAILURES[errorCode(error) ?? '']?.(target, reason);
  return sentence ?? `PostgreSQL at ${target.server} cannot be used: ${reason}.`;
}

function describeTarget(url: string): Target | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, pathname, searchParams } = new URL(url);
  if (protocol !== 'postgresql:' && protocol !== 'postgres:') return undefined;
  const host = hostname || searchParams.get('host') || 'localhost';
  return {
    server: `${host}:${port || '5432'}`,
    user: decodeURIComponent(username) || 'of this system',
    database: decodeURIComponent(pathname.slice(1)),
  };
}

function messageOf(error: unknown, url: string): string {
  const { message = '' } = Object(error) as Readonly<{ message?: string }>;
  const encoded = new URL(url).password;
  const secrets = [encoded, decodeURIComponent(encoded)].filter(Boolean);
  const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message || errorCode(error) || String(error));
  return safe.replace(/\.$/, '');
}
