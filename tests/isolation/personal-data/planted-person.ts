import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { uuidv7 } from '../../../subgraphs/_kernel/request/ids.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import { hashOfEmail } from '../../../subgraphs/_kernel/mail/mail.js';
import { HOLDINGS, isHeld, tableOf } from './holdings-of-all.js';

export interface Person {
  readonly userId: string;
  /** Hers at every company. */
  readonly email: string;
}

/** A column in which something of a person stands, and what. */
export interface Planted {
  readonly table: string;
  readonly column: string;
  readonly marker: string;
}

export interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly generated: boolean;
  /** First of an enum's values. */
  readonly label: string | null;
  /** Table that it leads to. */
  readonly parent: string | null;
}

/** Types whose values can say something in words. */
export const WORDS = new Set(['text', 'varchar', 'bpchar', 'jsonb', 'json', '_text', 'inet', 'tsvector', 'bytea']);

const SCHEMAS = ['kernel', 'identity', 'tenancy', 'booking', 'commerce', 'marketing', 'analytics', 'ops'];

/** The whole catalogue, table by table. */
export async function columnsOf(db: pg.Client | pg.Pool): Promise<readonly Column[]> {
  const { rows } = await db.query<Column>(
    `SELECT n.nspname || '.' || c.relname AS table, a.attname AS column, t.typname AS type, NOT a.attnotnull AS nullable,
            a.attgenerated <> '' AS generated,
            (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 1) AS label,
            (SELECT pn.nspname || '.' || p.relname FROM pg_constraint k
             JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
             WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.conkey[array_length(k.conkey, 1)] = a.attnum LIMIT 1) AS parent
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_type t ON t.oid = a.atttypid
     WHERE n.nspname = ANY($1) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY 1, a.attnum`,
    [SCHEMAS],
  );
  return rows;
}

/** Columns by which rows are known to be hers. */
const HER_ID = new Set([
  'user_id', 'subject_id', 'accepted_by', 'client_user_id', 'payer_user_id', 'author_id', 'requester_id', 'created_by',
  'actor_id', 'uploaded_by', 'starter_id',
]);
const HER_EMAIL = new Set(['email', 'recipient']);
/** Ids of other subgraphs' rows, which no foreign key leads to. */
const LOGICAL_PARENTS: Readonly<Record<string, string>> = {
  client_id: 'booking.client',
  booking_id: 'booking.booking',
};
/** What has to be just so for a row to be hers, or to be possible. */
const JUST_SO: Readonly<Record<string, unknown>> = {
  'booking.booking.status': 'COMPLETED',
  'identity.session.realm': 'tenant',
  'identity.sign_in_challenge.realm': 'tenant',
  'identity.membership.roles': ['USER'],
  'tenancy.workflow_run.status': 'ENDED',
  'ops.ticket_message.author_kind': 'member',
  'ops.audit_entry.actor_kind': 'member',
  'ops.audit_entry.env': 'dev',
};

/** A row for every table in which a subgraph says it holds something of people, with a word of its own in each column. */
export async function plant(db: pg.Client, tenant: TenantIdentity, person: Person): Promise<readonly Planted[]> {
  const ids = new Map<string, string>();
  const idOf = (table: string): string => {
    const id = ids.get(table) ?? uuidv7();
    ids.set(table, id);
    return id;
  };
  const planted: Planted[] = [];
  const word = ({ table, column }: Column): string => {
    const marker = `mk-${tenant.slug}-${table}.${column}`;
    planted.push({ table, column, marker });
    return marker;
  };

  const wordsIn = (column: Column): unknown => {
    const marker = word(column);
    switch (`${column.table}.${column.column}`) {
      case 'tenancy.workflow_entry.body':
        return { kind: 'ACTED', actor: { id: person.userId, kind: 'member' }, comment: marker, data: { told: marker } };
      case 'tenancy.workflow_run.state':
        return { input: { told: marker }, steps: { first: { told: marker } } };
      default:
        return column.type === 'jsonb' ? { told: marker } : column.type === '_text' ? [marker] : marker;
    }
  };

  const textOf = (column: Column): unknown => {
    const { table, column: name, type } = column;
    if (HER_ID.has(name)) return person.userId;
    if (HER_EMAIL.has(name)) return person.email;
    if (name === 'key') return `account:${hashOfEmail(person.email)}`;
    if (name === 'object_key') return `${tenant.id}/file`;
    if (name === 'grant_hash') return `mk-${tenant.slug}-identity.oidc_grant.hash`;
    if (name === 'tenant') return JSON.stringify(tenant);
    const holding = HOLDINGS.find((one) => tableOf(one) === table);
    if (holding && isHeld(holding, name)) {
      const value = wordsIn(column);
      return type === 'jsonb' ? JSON.stringify(value) : value;
    }
    return type === 'jsonb' ? '{}' : type === '_text' ? [] : type === 'bpchar' ? 'USD' : uuidv7();
  };

  const uuidOf = ({ table, column, parent }: Column): string => {
    if (column === 'id') return table === 'identity.user' ? person.userId : idOf(table);
    if (HER_ID.has(column) && parent !== 'identity.oidc_client') return person.userId;
    const logical = table.startsWith('identity.') ? undefined : LOGICAL_PARENTS[column];
    return idOf(logical ?? parent ?? `${table}.${column}`);
  };

  const valueOf = (column: Column): unknown => {
    const justSo = JUST_SO[`${column.table}.${column.column}`];
    if (justSo !== undefined) return justSo;
    if (column.column === 'tenant_id') return tenant.id;
    if (column.type === 'uuid') return uuidOf(column);
    if (column.type === 'bytea') return randomBytes(16);
    if (WORDS.has(column.type)) return textOf(column);
    if (column.label !== null) return column.label;
    if (column.type === 'bool') return false;
    if (column.type.startsWith('_')) return [];
    if (column.type === 'timestamptz' || column.type === 'date') return new Date('2026-10-01T10:00:00Z');
    return 1;
  };

  const all = await columnsOf(db);
  const wanted = (column: Column): boolean =>
    !column.generated &&
    !(column.nullable && !WORDS.has(column.type) && column.type !== 'uuid');
  // What is final is written here, too, and rows whose parents tell nothing of her are not needed.
  await db.query(`SET session_replication_role = replica`);
  for (const table of new Set(HOLDINGS.map(tableOf))) {
    const columns = all.filter((column) => column.table === table && wanted(column));
    if (columns.length === 0) throw new Error(`There is no table ${table}`);
    const values = columns.map(valueOf);
    await insert(db, table, columns.map(({ column }) => column), values);
  }
  await db.query(`SET session_replication_role = origin`);
  return planted;
}

/** Inserts a row, without the rules of the table that the row cannot keep. */
async function insert(db: pg.Client, table: string, columns: readonly string[], values: readonly unknown[]): Promise<void> {
  const name = table.split('.').map((part) => pg.escapeIdentifier(part)).join('.');
  const into = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  const places = values.map((_, at) => `$${at + 1}`).join(', ');
  for (let dropped = 0; dropped < 10; dropped += 1) {
    try {
      await db.query(`INSERT INTO ${name} (${into}) VALUES (${places}) ON CONFLICT DO NOTHING`, [...values]);
      return;
    } catch (error) {
      const { constraint } = error as { constraint?: string };
      if (constraint === undefined) throw new Error(`${table}: ${String(error)}`, { cause: error });
      await db.query(`ALTER TABLE ${name} DROP CONSTRAINT ${pg.escapeIdentifier(constraint)}`);
    }
  }
  throw new Error(`No row fits into ${table}`);
}

/** Where a text stands, in any column of any table, as `schema.table.column`. */
export async function whereStands(
  db: pg.Client | pg.Pool,
  text: string,
  of: { readonly tenantId?: string } = {},
): Promise<readonly string[]> {
  const columns = await columnsOf(db);
  const places: string[] = [];
  for (const table of new Set(columns.map((column) => column.table))) {
    const own = columns.some((column) => column.table === table && column.column === 'tenant_id');
    if (of.tenantId !== undefined && !own) continue;
    const name = table.split('.').map((part) => pg.escapeIdentifier(part)).join('.');
    const { rows } = await db.query<{ key: string }>(
      `SELECT DISTINCT e.key FROM ${name} t, jsonb_each_text(to_jsonb(t)) e
       WHERE strpos(e.value, $1) > 0 AND ($2::text IS NULL OR to_jsonb(t) ->> 'tenant_id' = $2::text) ORDER BY 1`,
      [text, of.tenantId ?? null],
    );
    places.push(...rows.map(({ key }) => `${table}.${key}`));
  }
  return places;
}

/** Everything that stands at a company, table by table, as one hash each. */
export async function picture(db: pg.Client | pg.Pool, tenantId: string): Promise<Readonly<Record<string, string>>> {
  const columns = await columnsOf(db);
  const hashes: Record<string, string> = {};
  for (const { table } of columns.filter(({ column }) => column === 'tenant_id')) {
    const name = table.split('.').map((part) => pg.escapeIdentifier(part)).join('.');
    const { rows } = await db.query<{ hash: string }>(
      `SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS hash FROM ${name} t WHERE t.tenant_id = $1`,
      [tenantId],
    );
    hashes[table] = rows[0]?.hash ?? '';
  }
  return hashes;
}
