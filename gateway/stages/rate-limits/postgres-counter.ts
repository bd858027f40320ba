import pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { withRole } from '../../../infra/runtime/postgres/pools.js';
import type { GatewayLogger } from '../../logger.js';
import { createLimiterCounter, UNLIMITED } from './limiter-counter.js';
import type { RateCounter } from './rate-counter.js';

const CONNECTIONS = 4;
const TIMEOUT_MS = 1_000;

export interface PostgresCounterOptions {
  /** The owner's connection string. */
  readonly url: string;
  /** A login above tenants; `url` as role `spine_platform` by default. */
  readonly platformUrl?: string | undefined;
}

/**
 * Counts in the table `kernel.rate_limit`, for all processes that share the database.
 * @param timeoutMs a database that takes longer is taken for dead
 */
export function createPostgresCounter(
  { url, platformUrl }: PostgresCounterOptions,
  logger: GatewayLogger,
  timeoutMs = TIMEOUT_MS,
): RateCounter {
  const pool = new pg.Pool({
    connectionString: platformUrl ?? withRole(url, 'spine_platform'),
    application_name: 'spine-rate-limits',
    max: CONNECTIONS,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    allowExitOnIdle: true,
  });
  pool.on('error', (error) => logger.debug({ err: error }, 'rate limits: PostgreSQL error'));
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    schemaName: 'kernel',
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: '',
    ...UNLIMITED,
  });
  return createLimiterCounter(limiter, () => pool.end());
}
