import pg from 'pg';
import type { TestPlatform } from '../support/platform.js';
import { queryDatabase } from './database.js';

/** A row that a statement bound to one company was answered with, and that is another's. */
export interface ForeignRow {
  readonly boundTo: string;
  readonly heldBy: string;
  readonly statement: string;
}

export interface RowWatch {
  /** Rows that PostgreSQL has answered to statements bound to a company, since the watch began. */
  readonly rows: () => number;
  /** Those of them that were another's, each once. */
  readonly foreign: () => readonly ForeignRow[];
  /** Learns whose the rows are that there are now, by their ids, for answers that do not hold the company. */
  learn(platform: TestPlatform): Promise<void>;
  stop(): void;
}

interface Answer {
  readonly rows?: readonly unknown[];
  readonly fields?: readonly { readonly name: string; readonly dataTypeID: number }[];
}

const UUID = 2950;
const BIND = 'spine_bind_tenant';

const textOf = (config: unknown): string =>
  typeof config === 'string' ? config : String((config as { readonly text?: string } | null)?.text ?? '');

/** The columns of type uuid of one row, whether the driver was asked for lists or for objects. */
function uuidsOf({ fields = [] }: Answer, row: unknown): readonly (readonly [name: string, value: unknown])[] {
  return fields.flatMap(({ name, dataTypeID }, at) => {
    if (dataTypeID !== UUID) return [];
    return [[name, Array.isArray(row) ? (row as unknown[])[at] : (row as Record<string, unknown>)[name]] as const];
  });
}

/**
 * Looks at every row that the driver is given for a statement of a transaction that names a company, whatever the
 * program makes of it afterwards: what `tenant_id` it has, and whose its id is. It holds the program's own bounds for
 * nothing, so it notices a row that row level security should have kept back. Begin before anything connects.
 */
export function watchRows(): RowWatch {
  const boundTo = new WeakMap<pg.Client, string>();
  const holders = new Map<string, string>();
  const foreign = new Map<string, ForeignRow>();
  let rows = 0;

  const look = (tenantId: string, statement: string, answer: Answer): void => {
    for (const row of answer.rows ?? []) {
      rows += 1;
      for (const [name, value] of uuidsOf(answer, row)) {
        const heldBy = name === 'tenant_id' ? value : name === 'id' ? holders.get(String(value)) : undefined;
        if (typeof heldBy !== 'string' || heldBy === tenantId) continue;
        foreign.set(`${tenantId} ${heldBy} ${statement}`, { boundTo: tenantId, heldBy, statement });
      }
    }
  };

  type Query = (this: pg.Client, ...args: unknown[]) => unknown;
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function watched(...args) {
    const [config] = args;
    const statement = textOf(config);
    const { name, values } = (config ?? {}) as { readonly name?: string; readonly values?: readonly unknown[] };
    if (name === BIND) boundTo.set(this, String(values?.[0]));
    else if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(statement)) boundTo.delete(this);
    const tenantId = boundTo.get(this);
    const answered = query.apply(this, args);
    if (tenantId !== undefined && name !== BIND && answered instanceof Promise) {
      // Before whoever asked is given the rows, so that an answer is never ahead of what was noticed.
      return answered.then((answer: Answer) => (look(tenantId, statement, answer), answer));
    }
    return answered;
  };

  return {
    rows: () => rows,
    foreign: () => [...foreign.values()],
    async learn(platform) {
      const tables = await queryDatabase<{ name: string }>(
        platform,
        `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
         WHERE column_name IN ('id', 'tenant_id') AND udt_name = 'uuid'
         GROUP BY table_schema, table_name HAVING count(*) = 2`,
      );
      const rowsOf = tables.map(({ name }) => `SELECT id, tenant_id FROM ${name}`).join(' UNION ALL ');
      for (const { id, tenant_id } of await queryDatabase<{ id: string; tenant_id: string }>(platform, rowsOf)) holders.set(id, tenant_id);
    },
    stop: () => {
      prototype.query = query;
    },
  };
}
