import { PrismaPg } from '@prisma/adapter-pg';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { PrismaClient, type Prisma } from '../../../prisma/generated/client.js';
import type { RequestContext } from '../request/request-context.js';
import { traceStatements } from './traced-statement.js';
import { statementName } from './statement-names.js';
import { TenantPool } from './tenant-pool.js';

declare const bound: unique symbol;

/** A handle that can only see one tenant's rows. Stores take it first; there is no other way to a table. */
export type TenantDb = Prisma.TransactionClient & { readonly [bound]: 'tenant' };

/** A handle that sees every tenant's rows. Only what stands above tenants is given one. */
export type PlatformDb = Prisma.TransactionClient & { readonly [bound]: 'platform' };

/** How many tenants' clients are kept; a client that falls out is made again when next needed. */
const CLIENTS_KEPT = 256;

const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 20_000 } as const;

/** Told of every transaction that has committed, with the handle it ran on. */
export type CommitListener = (db: TenantDb | PlatformDb) => void;

export interface TenantDatabase {
  /** For reads and single statements: each runs in a transaction of its own. */
  of(context: Pick<RequestContext, 'tenant'>): TenantDb;
  /** All or nothing: rolls back when `work` throws. */
  transaction<Result>(
    context: Pick<RequestContext, 'tenant'>,
    work: (db: TenantDb) => Promise<Result>,
  ): Promise<Result>;
}

export interface PlatformDatabase {
  readonly db: PlatformDb;
  transaction<Result>(work: (db: PlatformDb) => Promise<Result>): Promise<Result>;
}

export interface Database {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  onCommit(listener: CommitListener): void;
  close(): Promise<void>;
}

/**
 * The only way to PostgreSQL.
 *
 * Every tenant has a Prisma client of its own. Prisma merges `findUnique` calls that one client receives in
 * the same tick into one query; were a client shared and the tenant looked up per query, one tenant's call
 * could be answered from a query that ran as another.
 *
 * @param pools `app` is bound to the role that row level security applies to and must be made with
 *   `pipeline: true`; `platform` to the role above tenants.
 */
export function createDatabase(pools: { readonly app: pg.Pool; readonly platform: pg.Pool }): Database {
  // Every client listens for errors of the pool it borrows from.
  pools.app.setMaxListeners(0);
  pools.platform.setMaxListeners(0);

  const listeners: CommitListener[] = [];
  const committed = (db: TenantDb | PlatformDb): void => {
    for (const listener of listeners) listener(db);
  };

  const clients = new LRUCache<string, PrismaClient>({
    max: CLIENTS_KEPT,
    dispose: (client) => void client.$disconnect(),
  });
  const clientOf = (tenantId: string): PrismaClient => {
    let client = clients.get(tenantId);
    if (!client) {
      const adapter = new PrismaPg(new TenantPool(pools.app, tenantId), {
        statementNameGenerator: statementName,
      });
      client = new PrismaClient({ adapter });
      clients.set(tenantId, client);
    }
    return client;
  };

  const platformClient = new PrismaClient({
    adapter: new PrismaPg(traceStatements(pools.platform), { statementNameGenerator: statementName }),
  });

  return {
    tenants: {
      of: (context) => clientOf(context.tenant.id) as unknown as TenantDb,
      async transaction(context, work) {
        let handle: TenantDb | undefined;
        const result = await clientOf(context.tenant.id).$transaction((tx) => {
          handle = tx as unknown as TenantDb;
          return work(handle);
        }, TRANSACTION_LIMITS);
        if (handle) committed(handle);
        return result;
      },
    },
    platform: {
      db: platformClient as unknown as PlatformDb,
      async transaction(work) {
        let handle: PlatformDb | undefined;
        const result = await platformClient.$transaction((tx) => {
          handle = tx as unknown as PlatformDb;
          return work(handle);
        }, TRANSACTION_LIMITS);
        if (handle) committed(handle);
        return result;
      },
    },
    onCommit: (listener) => void listeners.push(listener),
    async close() {
      clients.clear();
      await platformClient.$disconnect();
    },
  };
}
