import pg from 'pg';
import { tracedStatement } from './traced-statement.js';

const BEGIN = { name: 'spine_begin', text: 'BEGIN' } as const;
const COMMIT = { name: 'spine_commit', text: 'COMMIT' } as const;

const bindTenant = (tenantId: string) => ({
  name: 'spine_bind_tenant',
  text: `SELECT set_config('app.tenant_id', $1, true)`,
  values: [tenantId],
});

type QueryConfig = pg.QueryConfig | string;

/**
 * A pool whose every statement runs as one tenant. It opens no connection of its own: it borrows one from
 * the shared pool and wraps what runs there in a transaction that names the tenant with SET LOCAL, so that
 * the name cannot outlive the work, whatever happens to the connection afterwards.
 *
 * A single statement costs one round trip: BEGIN, the tenant, the statement and COMMIT go out in one flush,
 * which needs the shared pool to be made with `pipeline: true`. If naming the tenant fails, PostgreSQL
 * refuses the statement behind it, because the transaction is aborted.
 */
export class TenantPool extends pg.Pool {
  readonly #shared: pg.Pool;
  readonly #tenantId: string;

  constructor(shared: pg.Pool, tenantId: string) {
    super({ max: 1 });
    this.#shared = shared;
    this.#tenantId = tenantId;
  }

  // Prisma's adapter awaits promises; the callback forms of pg are not offered.
  override query = ((config: QueryConfig): Promise<pg.QueryResult> =>
    tracedStatement(config, () => this.#statement(config))) as unknown as pg.Pool['query'];

  async #statement(config: QueryConfig): Promise<pg.QueryResult> {
    const client = await this.#shared.connect();
    let healthy = false;
    try {
      const [began, bound, result, committed] = await Promise.allSettled([
        client.query(BEGIN),
        client.query(bindTenant(this.#tenantId)),
        client.query(config),
        client.query(COMMIT),
      ]);
      healthy =
        began.status === 'fulfilled' && bound.status === 'fulfilled' && committed.status === 'fulfilled';
      // The first failure is the cause; those behind it only say that the transaction is aborted.
      for (const step of [began, bound, result, committed]) {
        if (step.status === 'rejected') throw step.reason;
      }
      return (result as PromiseFulfilledResult<pg.QueryResult>).value;
    } finally {
      client.release(!healthy);
    }
  }

  override connect = (async (): Promise<pg.PoolClient> => {
    const client = await this.#shared.connect();
    const tenantId = this.#tenantId;
    // The adapter opens its transaction with BEGIN; the tenant is named in the same flush.
    const bound = Object.create(client, {
      query: {
        value: async (config: QueryConfig): Promise<pg.QueryResult> => {
          const text = typeof config === 'string' ? config : config.text;
          if (text !== 'BEGIN') return tracedStatement(config, () => client.query(config));
          const [began] = await Promise.all([client.query(BEGIN), client.query(bindTenant(tenantId))]);
          return began;
        },
      },
      release: { value: (destroy?: Error | boolean) => client.release(destroy) },
      on: { value: (event: 'error', listener: (error: Error) => void) => client.on(event, listener) },
      removeListener: {
        value: (event: 'error', listener: (error: Error) => void) => client.removeListener(event, listener),
      },
    }) as pg.PoolClient;
    return bound;
  }) as unknown as pg.Pool['connect'];
}
