import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PrismaClient } from '../../prisma/generated/client.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { ACME, GLOBEX, startTestRuntime, type TestRuntime } from '../support/runtime.js';

const tenantOf = (number: number): TenantIdentity => ({
  ...ACME,
  id: `0190cccc-0000-7000-8000-${String(number).padStart(12, '0')}`,
  slug: `tenant-${number}`,
});

describe('the tenant database', () => {
  let runtime: TestRuntime;
  const eventOf = new Map<string, string>();

  const writeEvent = async (tenant: TenantIdentity): Promise<void> => {
    const id = uuidv7();
    eventOf.set(tenant.id, id);
    await runtime.database.tenants.of({ tenant }).outboxEvent.create({
      data: { id, type: 'test', payload: { tenant: tenant.slug }, headers: {}, occurredAt: new Date() },
    });
  };

  beforeAll(async () => {
    runtime = await startTestRuntime();
    await Promise.all([ACME, GLOBEX, ...Array.from({ length: 50 }, (_, n) => tenantOf(n))].map(writeEvent));
  });
  afterAll(() => runtime.stop());

  const key = (owner: TenantIdentity) => ({
    tenantId_id: { tenantId: owner.id, id: eventOf.get(owner.id) ?? '' },
  });

  /**
   * The unsafe way that this test exists for: one client for all tenants, the tenant looked up when a query
   * runs. Prisma merges the `findUnique` calls of one tick, and the merged query runs as whoever came first.
   */
  it('would leak through one shared client that looks the tenant up per query', async () => {
    const current = new AsyncLocalStorage<string>();
    class SharedPool extends pg.Pool {
      override query = (async (config: pg.QueryConfig) => {
        const client = await runtime.pools.app.connect();
        try {
          await client.query('BEGIN');
          await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [current.getStore() ?? '']);
          const result = await client.query(config);
          await client.query('COMMIT');
          return result;
        } finally {
          client.release();
        }
      }) as unknown as pg.Pool['query'];
    }
    const shared = new PrismaClient({ adapter: new PrismaPg(new SharedPool()) });
    const [, stolen] = await Promise.all([
      current.run(ACME.id, async () => shared.outboxEvent.findUnique({ where: key(ACME) })),
      current.run(GLOBEX.id, async () => shared.outboxEvent.findUnique({ where: key(ACME) })),
    ]);
    await shared.$disconnect();
    expect(stolen?.tenantId).toBe(ACME.id);
  });

  it('keeps apart what two tenants ask for in the same tick', async () => {
    const { tenants } = runtime.database;
    const [own, foreign, theirs] = await Promise.all([
      tenants.of({ tenant: ACME }).outboxEvent.findUnique({ where: key(ACME) }),
      tenants.of({ tenant: GLOBEX }).outboxEvent.findUnique({ where: key(ACME) }),
      tenants.of({ tenant: GLOBEX }).outboxEvent.findUnique({ where: key(GLOBEX) }),
    ]);
    expect(own?.tenantId).toBe(ACME.id);
    expect(foreign).toBeNull();
    expect(theirs?.tenantId).toBe(GLOBEX.id);
  });

  it('refuses a row that is written for another tenant', async () => {
    const write = runtime.database.tenants.of({ tenant: ACME }).outboxEvent.create({
      data: { tenantId: GLOBEX.id, id: uuidv7(), type: 'test', payload: {}, headers: {}, occurredAt: new Date() },
    });
    await expect(write).rejects.toThrow(/row-level security/);
  });

  it('binds interactive and batched transactions as well as single statements', async () => {
    const seen = await runtime.database.tenants.transaction({ tenant: ACME }, async (db) => ({
      own: await db.outboxEvent.count(),
      foreign: await db.outboxEvent.count({ where: { tenantId: GLOBEX.id } }),
    }));
    expect(seen).toEqual({ own: 1, foreign: 0 });
  });

  it('rolls everything back when the work throws', async () => {
    const id = uuidv7();
    const work = runtime.database.tenants.transaction({ tenant: ACME }, async (db) => {
      await db.outboxEvent.create({ data: { id, type: 'test', payload: {}, headers: {}, occurredAt: new Date() } });
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await runtime.database.tenants.of({ tenant: ACME }).outboxEvent.count({ where: { id } })).toBe(0);
  });

  it('never mixes fifty tenants in ten thousand interleaved requests, some of which fail', async () => {
    const { tenants } = runtime.database;
    let violations = 0;
    let asked = 0;
    const one = async (n: number): Promise<void> => {
      const tenant = tenantOf(n % 50);
      const other = tenantOf((n * 7 + 1) % 50);
      const db = tenants.of({ tenant });
      if (n % 9 === 0) await db.$queryRaw`SELECT 1 / 0`.catch(() => undefined);
      const [all, foreign] = await Promise.all([
        n % 2 === 0
          ? db.outboxEvent.findMany({ select: { tenantId: true } })
          : tenants.transaction({ tenant }, (tx) => tx.outboxEvent.findMany({ select: { tenantId: true } })),
        other.id === tenant.id ? null : db.outboxEvent.findUnique({ where: key(other) }),
      ]);
      asked += 1;
      if (all.length !== 1 || all[0]?.tenantId !== tenant.id || foreign !== null) violations += 1;
    };
    const total = 10_000;
    let next = 0;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (next < total) await one(next++);
      }),
    );
    expect({ asked, violations }).toEqual({ asked: total, violations: 0 });
  });

  it('leaves no tenant behind on the connections it borrows', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => runtime.pools.app.connect()));
    const settings = await Promise.all(
      clients.map(async (client) => {
        const { rows } = await client.query<{ tenant: string | null }>(
          `SELECT NULLIF(current_setting('app.tenant_id', true), '') AS tenant`,
        );
        return rows[0]?.tenant ?? null;
      }),
    );
    for (const client of clients) client.release();
    expect(new Set(settings)).toEqual(new Set([null]));
  });
});
