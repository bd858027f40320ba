import { listed, named, sql, type Sql } from '../tenancy/sql.js';
import type { TenantDb } from '../tenancy/tenant-database.js';
import type { DataSubject, ErasedSection, GatheredSections } from './personal-data.js';

/** What happens to the rows of somebody who is erased. */
export type Erasure =
  | { readonly how: 'DELETE' }
  | {
      readonly how: 'BLANK';
      /** What each column that says something of her becomes. */
      readonly columns: Readonly<Record<string, Sql>>;
      /** Why the row itself stays. */
      readonly reason: string;
    }
  | {
      /** For tables whose rows are final: by a function of the database that can do nothing else. */
      readonly how: 'BLANK_FINAL';
      readonly columns: readonly string[];
      /** A call of that function, which answers how many rows it changed. */
      readonly call: (who: DataSubject) => Sql;
      readonly reason: string;
    }
  | { readonly how: 'KEEP'; readonly reason: string };

/** What one table holds of a person. */
export interface Holding {
  /** What the archive calls it. */
  readonly section: string;
  readonly schema: string;
  readonly table: string;
  /** Which rows of the table, called `t`, are hers. */
  readonly whose: (who: DataSubject) => Sql;
  /** Columns that are given to nobody: secrets, and their hashes. */
  readonly withheld?: readonly string[];
  readonly erasure: Erasure;
}

const tableOf = ({ schema, table }: Holding): Sql => sql`${named(schema)}.${named(table)}`;

/** Everything that somebody's sections hold, oldest row of each first where rows have an order. */
export async function gather(db: TenantDb, holdings: readonly Holding[], who: DataSubject): Promise<GatheredSections> {
  const sections: Record<string, unknown[]> = {};
  for (const holding of holdings) {
    const hidden = ['tenant_id', ...(holding.withheld ?? [])];
    const rows = await db.$queryRaw<{ readonly row: unknown }[]>`
      SELECT to_jsonb(t) - ${hidden}::text[] AS row FROM ${tableOf(holding)} t WHERE ${holding.whose(who)} ORDER BY 1`;
    sections[holding.section] = [...(sections[holding.section] ?? []), ...rows.map(({ row }) => row)];
  }
  return sections;
}

async function countRows(db: TenantDb, holding: Holding, who: DataSubject): Promise<number> {
  const rows = await db.$queryRaw<{ readonly count: number }[]>`
    SELECT count(*)::int AS count FROM ${tableOf(holding)} t WHERE ${holding.whose(who)}`;
  return rows[0]?.count ?? 0;
}

async function eraseOne(db: TenantDb, holding: Holding, who: DataSubject): Promise<ErasedSection> {
  const { section, erasure } = holding;
  switch (erasure.how) {
    case 'DELETE': {
      const rows = await db.$executeRaw`DELETE FROM ${tableOf(holding)} t WHERE ${holding.whose(who)}`;
      return { section, rows, outcome: 'ERASED', reason: null };
    }
    case 'BLANK': {
      const changes = Object.entries(erasure.columns).map(([column, value]) => sql`${named(column)} = ${value}`);
      const rows = await db.$executeRaw`
        UPDATE ${tableOf(holding)} t SET ${listed(changes)} WHERE ${holding.whose(who)}`;
      return { section, rows, outcome: 'PSEUDONYMISED', reason: erasure.reason };
    }
    case 'BLANK_FINAL': {
      const rows = await db.$queryRaw<{ readonly count: number }[]>`SELECT ${erasure.call(who)}::int AS count`;
      return { section, rows: rows[0]?.count ?? 0, outcome: 'PSEUDONYMISED', reason: erasure.reason };
    }
    case 'KEEP':
      return { section, rows: await countRows(db, holding, who), outcome: 'KEPT', reason: erasure.reason };
  }
}

/**
 * Erases somebody from what is held, in the caller's transaction and in the order of the holdings: what leads to
 * others of her rows comes behind them. Doing it again changes nothing more.
 * @returns what became of each section that held something
 */
export async function erase(
  db: TenantDb,
  holdings: readonly Holding[],
  who: DataSubject,
): Promise<readonly ErasedSection[]> {
  const sections: ErasedSection[] = [];
  for (const holding of holdings) {
    const erased = await eraseOne(db, holding, who);
    if (erased.rows > 0) sections.push(erased);
  }
  return sections;
}
