import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../../prisma/migrate.js';
import { uuidv7 } from '../../../subgraphs/_kernel/request/ids.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import { testServerUrl } from '../../support/database.js';
import { databaseUrl, onServer } from '../../support/server-connection.js';
import { ACME, GLOBEX, startTestRuntime, type TestRuntime } from '../../support/runtime.js';

const SCHEMAS = ['kernel', 'identity', 'tenancy', 'booking', 'commerce', 'marketing', 'analytics', 'ops'];

describe('what erases from rows that are final', () => {
  let t: TestRuntime;
  const userId = uuidv7();

  const of = (tenant: TenantIdentity) => t.database.tenants.of({ tenant });
  const agree = (tenant: TenantIdentity, user = userId) =>
    of(tenant).consent.create({
      data: { id: uuidv7(), userId: user, purpose: 'TERMS', granted: true, textVersion: '1', givenAt: new Date(), ip: '192.0.2.1', userAgent: 'hers' },
    });
  const addresses = async (tenant: TenantIdentity) => (await of(tenant).consent.findMany()).map(({ ip }) => ip).sort();

  beforeAll(async () => {
    t = await startTestRuntime();
    await agree(ACME);
    await agree(ACME, uuidv7());
    await agree(GLOBEX);
  });
  afterAll(() => t.stop());

  it('reaches one person, at the company of the transaction, and nothing but what says where she was', async () => {
    await of(ACME).$queryRaw`SELECT identity.blank_consents(${userId}::uuid)`;
    expect(await addresses(ACME)).toEqual(['192.0.2.1', null]);
    expect(await addresses(GLOBEX)).toEqual(['192.0.2.1']);
    const [blanked] = await of(ACME).consent.findMany({ where: { userId } });
    expect(blanked).toMatchObject({ purpose: 'TERMS', granted: true, textVersion: '1', ip: null, userAgent: null });
  });

  it('is no way around for the application, whatever it says it does', async () => {
    const change = (role: 'app' | 'platform') =>
      t.pools[role].query(
        `BEGIN; SET LOCAL app.tenant_id = '${ACME.id}'; SET LOCAL app.erasing = 'on'; UPDATE identity.consent SET granted = false; COMMIT`,
      );
    await expect(change('app')).rejects.toThrow('permission denied');
    await expect(change('platform')).rejects.toThrow('permission denied');
  });

  it('is bound by row level security where the owner of the tables is no superuser, and the owner by the rows', async () => {
    const name = `plain_${uuidv7().replaceAll('-', '')}`;
    const server = testServerUrl();
    await onServer(server, async (admin) => {
      await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'plain' NOSUPERUSER CREATEROLE IN ROLE spine_app, spine_platform`);
      await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
    });
    const url = new URL(databaseUrl(server, name));
    url.username = name;
    url.password = 'plain';
    try {
      await migrate(url.toString());
      const owner = new pg.Client({ connectionString: url.toString() });
      await owner.connect();
      await owner.query(`SET app.tenant_id = '${ACME.id}'`);
      await owner.query('SET ROLE spine_app');
      await owner.query(
        `INSERT INTO identity.consent (id, user_id, purpose, granted, text_version, given_at, ip)
         VALUES ($1, $1, 'TERMS', true, '1', now(), '192.0.2.1')`,
        [userId],
      );
      const erased = await owner.query<{ count: number }>('SELECT identity.blank_consents($1) AS count', [userId]);
      expect(erased.rows).toEqual([{ count: 1 }]);
      await owner.query('RESET ROLE');
      await expect(owner.query('UPDATE identity.consent SET granted = false')).rejects.toThrow('append-only');
      await owner.end();
    } finally {
      await onServer(server, async (admin) => {
        await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
        await admin.query(`DROP ROLE ${name}`);
      });
    }
  }, 180_000);

  it('consists of functions that only the application may call, in a schema path of their own', async () => {
    const { rows } = await t.pools.platform.query<{ name: string; config: readonly string[] | null; open: boolean; app: boolean }>(
      `SELECT n.nspname || '.' || p.proname AS name, p.proconfig AS config,
              has_function_privilege('spine_platform', p.oid, 'EXECUTE') AS open,
              has_function_privilege('spine_app', p.oid, 'EXECUTE') AS app
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE p.prosecdef AND n.nspname = ANY($1) AND p.proname LIKE 'blank%' ORDER BY 1`,
      [SCHEMAS],
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'booking.blank_status_reasons',
      'identity.blank_consents',
      'marketing.blank_loyalty_notes',
      'ops.blank_audit_clients',
      'ops.blank_ticket_messages',
      'tenancy.blank_workflow_comments',
      'tenancy.blank_workflow_entries',
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ open: false, app: true });
      expect(row.config).toContain('search_path=pg_catalog, pg_temp');
    }
  });
});
