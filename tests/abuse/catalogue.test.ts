import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tableOf, type GlobalId } from '../../subgraphs/_kernel/graphql/global-id.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import * as booking from '../../subgraphs/booking/ids.js';
import * as commerce from '../../subgraphs/commerce/ids.js';
import * as identity from '../../subgraphs/identity/ids.js';
import * as marketing from '../../subgraphs/marketing/ids.js';
import * as ops from '../../subgraphs/ops/ids.js';
import * as tenancy from '../../subgraphs/tenancy/ids.js';
import { CAME_AT, CHANGES_SAID_OTHERWISE, DATED_BY_ANOTHER } from './dated-rows.js';
import { startTestRuntime, type TestRuntime } from '../support/runtime.js';

const SCHEMAS = ['kernel', 'identity', 'tenancy', 'booking', 'commerce', 'marketing', 'analytics', 'ops'];

/** Tables that belong to no tenant. The application's role must not reach any of them, with one exception. */
const ABOVE_TENANTS = new Set([
  'identity.admin_user',
  'identity.totp_credential',
  'identity.recovery_code',
  'identity.password_credential',
  'identity.signing_key',
  'kernel.consumer_offset',
  'kernel.flag',
  'kernel.outbox_floor',
  'kernel.rate_limit',
  'kernel.error_group',
  'kernel.slow_operation',
  'ops.audit_signing_key',
  'ops.component_state',
  'ops.incident_group',
  'ops.witnessed_log',
]);

/** Rows of no single tenant that a tenant sees a part of, by a policy of its own. */
const SEEN_THROUGH_MEMBERSHIP = new Set(['identity.user']);

interface TableRow {
  readonly name: string;
  readonly tenant_column: string | null;
  readonly secured: boolean;
  readonly forced: boolean;
  readonly policies: readonly { readonly name: string; readonly using: string; readonly check: string }[] | null;
  readonly app_may_read: boolean;
  readonly primary_key: readonly string[] | null;
}

describe('the catalogue of the database', () => {
  let runtime: TestRuntime;
  let tables: readonly TableRow[];

  beforeAll(async () => {
    runtime = await startTestRuntime();
    const { rows } = await runtime.pools.platform.query<TableRow>(
      `SELECT n.nspname || '.' || c.relname AS name,
              (SELECT a.attname FROM pg_attribute a
               WHERE a.attrelid = c.oid AND NOT a.attisdropped
                 AND a.attname = CASE WHEN n.nspname || '.' || c.relname = 'tenancy.tenant' THEN 'id' ELSE 'tenant_id' END) AS tenant_column,
              c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
              (SELECT json_agg(json_build_object('name', p.polname, 'using', pg_get_expr(p.polqual, p.polrelid),
                                                 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
               FROM pg_policy p
               WHERE p.polrelid = c.oid AND 'spine_app'::regrole::oid = ANY(p.polroles)) AS policies,
              has_table_privilege('spine_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS app_may_read,
              (SELECT array_agg(a.attname::text ORDER BY k.n) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(col, n)
               JOIN pg_attribute a ON a.attnum = k.col
               WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid) AS primary_key
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1)
       ORDER BY 1`,
      [SCHEMAS],
    );
    tables = rows;
  });
  afterAll(() => runtime.stop());

  const tenantTables = () =>
    tables.filter((table) => !ABOVE_TENANTS.has(table.name) && !SEEN_THROUGH_MEMBERSHIP.has(table.name));

  it('has tables in every schema of a subgraph', () => {
    expect(new Set(tables.map((table) => table.name.split('.')[0]))).toEqual(new Set(SCHEMAS));
  });

  it('forces row level security on every table of tenants, for reading and for writing', () => {
    const open = tenantTables().filter((table) => {
      const policy = table.policies?.[0];
      const expected = `(${table.tenant_column} = kernel.current_tenant_id())`;
      return !(
        table.tenant_column &&
        table.secured &&
        table.forced &&
        table.policies?.length === 1 &&
        policy?.using === expected &&
        policy.check === expected
      );
    });
    expect(open.map((table) => table.name)).toEqual([]);
  });

  it('keys every row of a tenant by the tenant first', () => {
    const loose = tenantTables().filter((table) => table.primary_key?.[0] !== table.tenant_column);
    expect(loose.map((table) => table.name)).toEqual([]);
  });

  it('keeps what stands above tenants out of reach of the application', () => {
    const reachable = tables.filter((table) => ABOVE_TENANTS.has(table.name) && table.app_may_read);
    expect(reachable.map((table) => table.name)).toEqual([]);
  });

  it('lets no foreign key lead from one tenant to another', async () => {
    const { rows } = await runtime.pools.platform.query<{ constraint: string }>(
      `SELECT con.conrelid::regclass || ' ' || con.conname AS constraint
       FROM pg_constraint con JOIN pg_class c ON c.oid = con.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE con.contype = 'f' AND n.nspname = ANY($1)
         AND n.nspname || '.' || c.relname NOT IN ('identity.user', 'tenancy.tenant')
         AND NOT EXISTS (SELECT 1 FROM unnest(con.conkey) k JOIN pg_attribute a ON a.attnum = k
                         WHERE a.attrelid = con.conrelid AND a.attname = 'tenant_id')`,
      [SCHEMAS],
    );
    expect(rows.map((row) => row.constraint)).toEqual([]);
  });

  it('indexes every foreign key', async () => {
    const { rows } = await runtime.pools.platform.query<{ constraint: string }>(
      `SELECT con.conrelid::regclass || ' ' || con.conname AS constraint
       FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE con.contype = 'f' AND n.nspname = ANY($1)
         AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = con.conrelid
                         AND (SELECT array_agg(k ORDER BY n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(k, n)
                              WHERE n <= array_length(con.conkey, 1)) @> con.conkey)`,
      [SCHEMAS],
    );
    expect(rows.map((row) => row.constraint)).toEqual([]);
  });

  it('finds the table of every kind of id, to see whose one is that nothing was found for', () => {
    const kinds = Object.values({ ...booking, ...commerce, ...identity, ...marketing, ...ops, ...tenancy }).filter(
      (one): one is GlobalId => typeof one === 'object' && 'encode' in one,
    );
    expect(kinds.length).toBeGreaterThan(40);
    const known = new Set(tables.map(({ name }) => name.split('.')[1]));
    const lost = kinds.filter((kind) => !known.has(tableOf(kind.encode(uuidv7())) ?? ''));
    expect(lost.map(({ typeName }) => typeName)).toEqual([]);
  });

  it('dates every row: when it came, and when it last changed where it changes', async () => {
    const { rows } = await runtime.pools.platform.query<{ name: string; instants: string[]; append_only: boolean }>(
      `SELECT n.nspname || '.' || c.relname AS name,
              array(SELECT a.attname::text FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'timestamptz'::regtype) AS instants,
              EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                      WHERE t.tgrelid = c.oid AND p.proname = 'refuse_change') AS append_only
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1) ORDER BY 1`,
      [SCHEMAS],
    );
    const cameAt = (name: string): string => CAME_AT[name] ?? 'created_at';
    const undated = rows.filter(({ name, instants }) => !instants.includes(cameAt(name)) && !DATED_BY_ANOTHER.has(name));
    expect(undated.map(({ name }) => name)).toEqual([]);
    const unnoted = rows.filter(
      ({ name, instants, append_only }) =>
        !append_only && !instants.includes('updated_at') && !DATED_BY_ANOTHER.has(name) && !CHANGES_SAID_OTHERWISE.has(name),
    );
    expect(unnoted.map(({ name }) => name)).toEqual([]);
    // No exception outlives what it was made for.
    const known = new Map(rows.map((row) => [row.name, row]));
    const idle = [
      ...Object.keys(CAME_AT).filter((name) => known.get(name)?.instants.includes('created_at') ?? true),
      ...[...DATED_BY_ANOTHER].filter((name) => ['created_at', 'updated_at'].every((word) => known.get(name)?.instants.includes(word) ?? true)),
      ...[...CHANGES_SAID_OTHERWISE].filter((name) => known.get(name)?.instants.includes('updated_at') ?? true),
    ];
    expect(idle).toEqual([]);
  });

  it('runs the application as a role that owns nothing and cannot pass row level security', async () => {
    const { rows } = await runtime.pools.app.query<{ role: string; super: boolean; bypass: boolean; owned: string }>(
      `SELECT current_user AS role, r.rolsuper AS super, r.rolbypassrls AS bypass,
              (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) AS owned
       FROM pg_roles r WHERE r.rolname = current_user`,
    );
    expect(rows).toEqual([{ role: 'spine_app', super: false, bypass: false, owned: '0' }]);
  });

  it('shows nothing to a connection that names no tenant, and fills the tenant in by itself', async () => {
    const { rows } = await runtime.pools.app.query<{ seen: string }>('SELECT count(*) AS seen FROM kernel.inbox_entry');
    expect(rows[0]?.seen).toBe('0');
    await expect(
      runtime.pools.app.query(
        `INSERT INTO kernel.inbox_entry (consumer, event_id) VALUES ('test', '0190aaaa-0000-7000-8000-000000000001')`,
      ),
    ).rejects.toThrow(/null value|row-level security/);
  });
});
