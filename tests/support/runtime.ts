import { createPools, type Pools } from '../../infra/runtime/postgres/pools.js';
import { createLogger } from '../../infra/runtime/log.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { Loaders } from '../../subgraphs/_kernel/request/loaders.js';
import { systemClock, type Clock } from '../../subgraphs/_kernel/request/clock.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { Logger, RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import { createRuntime, type RunningRuntime } from '../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import type { PlatformPermission, TenantPermission } from '../../subgraphs/_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { createTestDatabase } from './database.js';

/** A clock that tests set. */
export interface TestClock extends Clock {
  set(now: Date): void;
  advance(milliseconds: number): void;
}

export function createTestClock(start?: Date): TestClock {
  let offset = start ? start.getTime() - Date.now() : 0;
  return {
    now: () => new Date(Date.now() + offset),
    set: (now) => {
      offset = now.getTime() - Date.now();
    },
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

export interface TestRuntime extends RunningRuntime {
  readonly pools: Pools;
  readonly url: string;
  /** Waits until whatever was written to the log can be read: what runs elsewhere in PostgreSQL holds it back. */
  everythingTold(): Promise<void>;
  /** Closes everything and removes the database. */
  stop(): Promise<void>;
}

/** The kernel of one process on a fresh database of its own. */
export async function startTestRuntime(
  options: {
    readonly clock?: Clock;
    /** Signals of events go through it; through PostgreSQL without one. */
    readonly redisUrl?: string | undefined;
  } = {},
): Promise<TestRuntime> {
  const database = await createTestDatabase();
  const pools = createPools({ url: database.url, max: 12 });
  const logger: Logger = createLogger({ name: 'test', level: 'silent' });
  const { redisUrl } = options;
  const signal = await createSignal({ redisUrl, databaseUrl: database.url, pool: pools.platform, logger });
  const runtime = createRuntime({
    pools,
    signal,
    secretBox: createSecretBox('a secret of tests that is long enough'),
    clock: options.clock ?? systemClock,
    logger,
  });
  return {
    ...runtime,
    pools,
    url: database.url,
    async everythingTold() {
      const { rows } = await pools.platform.query<{ now: string }>('SELECT pg_current_xact_id()::text AS now');
      const told = 'SELECT 1 WHERE pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8';
      await eventually(async () => ((await pools.platform.query(told, [rows[0]?.now])).rowCount ?? 0) > 0);
    },
    async stop() {
      await runtime.close();
      await signal.close();
      await pools.end();
      await database.drop();
    },
  };
}

export const ACME: TenantIdentity = {
  id: '0190aaaa-0000-7000-8000-00000000000a',
  slug: 'acme',
  name: 'Acme',
  status: 'ACTIVE',
  plan: 'PROFESSIONAL',
  timeZone: 'America/New_York',
  currency: 'USD',
};

export const GLOBEX: TenantIdentity = {
  id: '0190bbbb-0000-7000-8000-00000000000b',
  slug: 'globex',
  name: 'Globex',
  status: 'ACTIVE',
  plan: 'PROFESSIONAL',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
};

/** A member of a tenant with the given permissions. */
export function memberOf(
  permissions: readonly TenantPermission[] = [],
  of: { readonly userId?: string; readonly roles?: readonly string[] } = {},
): Principal {
  return {
    kind: 'member',
    userId: of.userId ?? uuidv7(),
    membershipId: uuidv7(),
    sessionId: uuidv7(),
    roles: of.roles ?? ['STAFF'],
    permissions,
    assurance: { level: 'aal1', at: Math.floor(Date.now() / 1_000) },
  };
}

/** A member of the platform's staff with the given permissions. */
export const staffOf = (permissions: readonly PlatformPermission[], adminId: string = uuidv7()): Extract<Principal, { kind: 'platform' }> => ({
  kind: 'platform',
  adminId,
  sessionId: uuidv7(),
  roles: ['ADMIN'],
  permissions,
  assurance: { level: 'aal1', at: Math.floor(Date.now() / 1_000) },
});

/** A request as a service sees it. */
export function contextFor(
  tenant: TenantIdentity,
  principal: Principal = ANONYMOUS,
  clock: Clock = systemClock,
): RequestContext {
  return {
    tenant,
    principal,
    origin: { requestId: uuidv7(), ip: '127.0.0.1', userAgent: 'test' },
    clock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    loaders: new Loaders(),
  };
}

/** Waits until `check` answers something truthy. @throws when it has not by the deadline */
export async function eventually<Result>(
  check: () => Promise<Result | null | undefined | false>,
  within = 60_000,
): Promise<Result> {
  const deadline = performance.now() + within;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`Nothing came of it within ${within} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
