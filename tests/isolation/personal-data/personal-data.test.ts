import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { uuidv7 } from '../../../subgraphs/_kernel/request/ids.js';
import type { RequestContext } from '../../../subgraphs/_kernel/request/request-context.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../../subgraphs/identity/events.js';
import { ACME, contextFor, GLOBEX } from '../../support/runtime.js';
import { startEverySubgraph, type EverySubgraph } from './every-subgraph.js';
import { HOLDINGS, isHeld, tableOf } from './holdings-of-all.js';
import { ALL, IMPERSONAL, isImpersonal } from './impersonal-columns.js';
import { columnsOf, picture, plant, whereStands, WORDS, type Column, type Planted } from './planted-person.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const person = { userId: uuidv7(), email: 'mk-person@people.example' };

describe('what is known of a person', () => {
  let t: EverySubgraph;
  let owner: pg.Client;
  let columns: readonly Column[];
  let atAcme: readonly Planted[];
  let atGlobex: readonly Planted[];

  const her = (tenant: TenantIdentity): RequestContext =>
    contextFor(
      tenant,
      {
        kind: 'member',
        userId: person.userId,
        membershipId: uuidv7(),
        sessionId: uuidv7(),
        roles: ['USER'],
        permissions: [],
        assurance: { level: 'aal1', at: Math.floor(t.clock.now().getTime() / 1_000) },
      },
      t.clock,
    );
  const personalData = () => t.subgraphs.identity.services.personalData;

  const eraseAt = async (tenant: TenantIdentity): Promise<string> => {
    const { id } = await personalData().requestErasure(her(tenant), uuidv7());
    t.clock.advance(15 * DAY_MS);
    await t.carryOut();
    await t.settle(tenant);
    await t.carryOut();
    const db = t.runtime.database.tenants.of({ tenant });
    const { status } = await db.personalDataRequest.findFirstOrThrow({ where: { id } });
    expect(status).toBe('DONE');
    return id;
  };

  beforeAll(async () => {
    t = await startEverySubgraph();
    owner = new pg.Client({ connectionString: t.runtime.url });
    await owner.connect();
    columns = await columnsOf(owner);
    atAcme = await plant(owner, ACME, person);
    atGlobex = await plant(owner, GLOBEX, person);
    const outbox = t.runtime.outbox.for<IdentityEvents>();
    for (const tenant of [ACME, GLOBEX]) {
      await t.runtime.database.tenants.transaction({ tenant }, async (db) => {
        await outbox.emit(db, her(tenant), 'identity.profile_changed', {
          userId: person.userId,
          displayName: `mk-${tenant.slug}-in-the-log`,
          fields: ['displayName'],
        });
      });
    }
  }, 180_000);
  afterAll(async () => {
    await owner.end();
    await t.stop();
  }, 180_000);

  it('stands nowhere but where a subgraph answers for it: every column of words was looked at', () => {
    const unknown = columns
      .filter(({ type, table, column }) => WORDS.has(type) && type !== 'bpchar' && !isImpersonal(table, column))
      .filter(({ table, column }) => !HOLDINGS.some((one) => tableOf(one) === table && isHeld(one, column)))
      .filter(({ type }) => type !== 'bytea')
      .map(({ table, column }) => `${table}.${column}`);
    expect(unknown).toEqual([]);
  });

  it('is listed by columns and tables that there are', () => {
    const names = new Set(columns.map(({ table, column }) => `${table}.${column}`));
    const tables = new Set(columns.map(({ table }) => table));
    const gone = Object.entries(IMPERSONAL).flatMap(([table, listed]) =>
      listed === ALL ? (tables.has(table) ? [] : [table]) : listed.map((c) => `${table}.${c}`).filter((c) => !names.has(c)),
    );
    expect(gone).toEqual([]);
  });

  it('is told to her in full, and nothing of what another company knows', async () => {
    const { id } = await personalData().requestExport(her(ACME), uuidv7());
    await t.settle(ACME);
    const { url } = await personalData().prepareDownload(her(ACME), id);
    const token = new URL(url).searchParams.get('token') ?? '';
    const archive = await personalData().fetch(contextFor(ACME), token);
    const told = archive?.json ?? '';
    const withheld = (column: Planted): boolean =>
      HOLDINGS.some((one) => tableOf(one) === column.table && (one.withheld ?? []).includes(column.column));
    const untold = atAcme.filter((one) => !withheld(one) && !told.includes(one.marker));
    expect(untold).toEqual([]);
    expect(atAcme.filter((one) => withheld(one) && told.includes(one.marker))).toEqual([]);
    expect(atGlobex.filter(({ marker, table }) => table !== 'identity.user' && told.includes(marker))).toEqual([]);
    expect(told).toContain(person.email);
    expect(Object.keys((JSON.parse(told) as { subgraphs: object }).subgraphs).sort()).toEqual(
      ['analytics', 'booking', 'commerce', 'identity', 'marketing', 'ops', 'tenancy'],
    );
  }, 180_000);

  it('is erased at one company to the last word, and at no other', async () => {
    await t.settle(GLOBEX);
    const before = await picture(owner, GLOBEX.id);
    await eraseAt(ACME);
    expect(await whereStands(owner, `mk-${ACME.slug}-`, { tenantId: ACME.id })).toEqual(KEPT);
    expect(await whereStands(owner, person.email, { tenantId: ACME.id })).toEqual([]);
    expect(await picture(owner, GLOBEX.id)).toEqual(before);
    const account = await t.runtime.database.platform.db.user.findFirst({ where: { id: person.userId } });
    expect(account?.email).toBe(person.email);
  }, 180_000);

  it('goes with her account when no company has her any more', async () => {
    await eraseAt(GLOBEX);
    expect(await t.runtime.database.platform.db.user.findFirst({ where: { id: person.userId } })).toBeNull();
    for (const { slug } of [ACME, GLOBEX]) expect(await whereStands(owner, `mk-${slug}-`)).toEqual(KEPT);
    expect(await whereStands(owner, person.email)).toEqual([]);
  }, 180_000);

  it('leaves a word in the audit trail that it was told and erased, at whose wish, and not from where', async () => {
    const entries = await t.runtime.database.tenants.of({ tenant: ACME }).auditEntry.findMany({ where: { actorId: person.userId } });
    const changes = entries.map(({ action, meta }) => [action, (meta as { change?: string }).change]);
    expect(changes).toEqual(expect.arrayContaining([['DATA_EXPORT', 'personal_data_fetched'], ['DATA_DELETE', 'personal_data_done']]));
    expect(entries.filter(({ ip, userAgent }) => ip !== null || userAgent !== null)).toEqual([]);
  });

  it('leaves reasons behind where something is kept', async () => {
    const rows = await t.runtime.database.tenants.of({ tenant: ACME }).personalDataAnswer.findMany();
    const sections = rows.flatMap(({ erased }) => (erased ?? []) as { outcome: string; reason: string | null }[]);
    expect(sections.length).toBeGreaterThan(10);
    for (const { outcome, reason } of sections) expect(reason === null).toBe(outcome === 'ERASED');
  });
});

/** What is kept as it is, for a reason that the answer names: records of trade. */
const KEPT = [
  'booking.booking_group.rule',
  'commerce.bill_line.description',
  'commerce.refund.provider_ref',
  'commerce.refund.reason',
  'tenancy.active_user.month',
];
