import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { LOG_START, type StoredEvent } from '../../_kernel/events/event.js';
import { hostSubgraph } from '../../_kernel/host.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { REFUSED_REQUESTS_PATH } from '../../_kernel/wire/refused-requests.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { AdminUserId, UserId } from '../../identity/ids.js';
import { TenantId } from '../../tenancy/ids.js';

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const STAFF: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:audit:read'],
  assurance: { level: 'aal1', at: 0 },
};

const ENTRIES = `query($filter: AuditFilter, $first: Int, $after: String) {
  auditEntries(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id env action actorId actorKind subjectUserId surface meta ip userAgent requestId tenant { id } } }
    pageInfo { hasNextPage endCursor }
  }
  auditEntryCount(filter: $filter)
}`;

interface EntryNode {
  readonly id: string;
  readonly action: string;
  readonly actorId: string | null;
  readonly meta: Readonly<Record<string, unknown>>;
}
interface Answer {
  readonly auditEntries: {
    readonly edges: { readonly node: EntryNode }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
  readonly auditEntryCount: number;
}

describe('the audit trail', () => {
  let t: TestOps;
  const userId = uuidv7();
  const sessionId = uuidv7();

  beforeAll(async () => {
    t = await startTestOps();
    const login = { realm: 'tenant' as const, subjectId: userId, sessionId };
    await t.tell('tenancy.tenant_created', { tenant: ACME }, { as: STAFF });
    await t.tell('identity.login_succeeded', login);
    await t.tell('identity.session_ended', { ...login, reason: 'LOGOUT' }, { as: memberOf([], { userId }) });
    await t.tell(
      'identity.membership_granted',
      { membershipId: uuidv7(), userId: uuidv7(), email: 'x@acme.example', displayName: 'X', roles: ['STAFF'] },
      { as: OWNER },
    );
    await t.tell('commerce.payment_failed', { paymentId: uuidv7(), bookingId: uuidv7(), declineCode: 'expired_card' });
    await t.tell('identity.login_succeeded', { ...login, subjectId: uuidv7() }, { tenant: GLOBEX });
    await t.tell(
      'identity.login_succeeded',
      { realm: 'platform', subjectId: STAFF.kind === 'platform' ? STAFF.adminId : '', sessionId },
      { tenant: PLATFORM_TENANT },
    );
    await t.settle(ACME, GLOBEX, PLATFORM_TENANT);
  });
  afterAll(() => t.stop());

  const read = async (
    tenant: TenantIdentity,
    who: Principal,
    variables: Record<string, unknown> = {},
  ): Promise<Answer> => {
    const { data, errors } = await t.graphql(ENTRIES, { variables, as: who, tenant });
    expect(errors).toBeUndefined();
    return data as unknown as Answer;
  };
  const actionsIn = (answer: Answer) => answer.auditEntries.edges.map(({ node }) => node.action);

  it('says who did what, whence, and to whom, newest first', async () => {
    const answer = await read(ACME, OWNER);
    expect(actionsIn(answer)).toEqual([
      'PAYMENT_EVENT',
      'RBAC_ROLE_CHANGED',
      'AUTH_LOGOUT',
      'AUTH_LOGIN',
      'OPS_ACTION_APPLIED',
    ]);
    expect(answer.auditEntryCount).toBe(5);
    expect(answer.auditEntries.edges[3]?.node).toEqual({
      id: expect.stringMatching(/^aud_[0-9a-f]{32}$/),
      env: 'dev',
      action: 'AUTH_LOGIN',
      actorId: UserId.encode(userId),
      actorKind: 'MEMBER',
      subjectUserId: null,
      surface: 'api',
      meta: expect.objectContaining({ event: 'identity.login_succeeded', realm: 'tenant' }),
      ip: '127.0.0.1',
      userAgent: 'test',
      requestId: expect.any(String),
      tenant: { id: TenantId.encode(ACME.id) },
    });
    expect(answer.auditEntries.edges[1]?.node).toMatchObject({ subjectUserId: expect.stringMatching(/^usr_/) });
  });

  it('keeps addresses, browsers and e-mail addresses out of what is free-form', async () => {
    const { rows } = await t.runtime.pools.platform.query<{ meta: string }>('SELECT meta::text FROM ops.audit_entry');
    expect(rows.map((row) => row.meta).join()).not.toMatch(/127\.0\.0\.1|acme\.example/);
  });

  it('shows members their own tenant, platform staff every one, and nobody else any', async () => {
    expect((await read(GLOBEX, OWNER)).auditEntryCount).toBe(1);
    const all = await read(PLATFORM_TENANT, STAFF);
    expect(all.auditEntryCount).toBe(7);
    expect(await read(PLATFORM_TENANT, STAFF, { filter: { tenantId: TenantId.encode(GLOBEX.id) } })).toMatchObject({
      auditEntryCount: 1,
    });
    for (const tenantId of [TenantId.encode(GLOBEX.id), TenantId.encode(uuidv7()), 'nonsense']) {
      expect(await read(ACME, OWNER, { filter: { tenantId } })).toMatchObject({ auditEntryCount: 0 });
    }
    const refused = await t.graphql('{ auditEntryCount }', { as: memberOf([]) });
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it('is filtered by action, actor and time', async () => {
    const count = async (filter: object) => (await read(ACME, OWNER, { filter })).auditEntryCount;
    expect(await count({ action: 'AUTH_LOGIN' })).toBe(1);
    expect(await count({ actorId: UserId.encode(userId) })).toBe(2);
    expect(await count({ actorId: AdminUserId.encode(STAFF.kind === 'platform' ? STAFF.adminId : '') })).toBe(1);
    expect(await count({ actorId: 'usr_nonsense' })).toBe(0);
    const now = t.clock.now().getTime();
    expect(await count({ from: new Date(now - 60_000).toISOString(), to: new Date(now + 1).toISOString() })).toBe(5);
    expect(await count({ to: new Date(now - 60_000).toISOString() })).toBe(0);
    const backwards = await t.graphql(
      ENTRIES,
      { variables: { filter: { from: '2027-01-02T00:00:00Z', to: '2027-01-01T00:00:00Z' } }, as: OWNER },
    );
    expect(backwards.errors?.[0]?.extensions).toMatchObject({ issues: [expect.objectContaining({ field: 'filter.to' })] });
  });

  it('counts as many as there are over all pages', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more && seen.length < 20; ) {
      const { auditEntries }: Answer = await read(ACME, OWNER, { first: 2, after });
      seen.push(...auditEntries.edges.map(({ node }) => node.id));
      more = auditEntries.pageInfo.hasNextPage;
      after = auditEntries.pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it('takes an entry that comes again for the one it has', async () => {
    const [event] = (await t.runtime.log.read({
      after: LOG_START,
      limit: 1,
      tenantId: ACME.id,
      types: ['identity.login_succeeded'],
    })) as StoredEvent[];
    if (!event) throw new Error('No sign-in');
    const reaction = t.subgraph.reactions.find(({ name }) => name === 'recordAuditEntryOf:identity.login_succeeded');
    if (!reaction) throw new Error('Nobody records sign-ins');
    const context = contextFor(ACME);
    for (let n = 0; n < 3; n += 1) {
      await t.runtime.database.tenants.transaction(context, (db) => reaction.handle(context, db, event));
    }
    expect((await read(ACME, OWNER, { filter: { action: 'AUTH_LOGIN' } })).auditEntryCount).toBe(1);
  });

  it('can be changed by neither the application nor the platform', async () => {
    for (const statement of [
      `UPDATE ops.audit_entry SET actor_id = 'somebody else'`,
      'DELETE FROM ops.audit_entry',
      'TRUNCATE ops.audit_entry',
    ]) {
      const asTenant = t.runtime.database.tenants.of({ tenant: ACME });
      await expect(asTenant.$executeRawUnsafe(statement)).rejects.toThrow(/permission denied|append-only/);
      await expect(t.runtime.pools.platform.query(statement)).rejects.toThrow(/permission denied|append-only/);
    }
  });

  it('has one entry for however many requests the gateway refused of somebody in a window', async () => {
    const report = (body: unknown) =>
      t.host.forward(
        { method: 'POST', path: REFUSED_REQUESTS_PATH, search: '', headers: {}, body: Buffer.from(JSON.stringify(body)) },
        { tenant: GLOBEX, principal: OWNER, origin: { requestId: uuidv7(), ip: '192.0.2.7', userAgent: 'script' } },
      );
    const told = { reason: 'RATE', code: 'RATE_LIMITED', count: 4_711, since: '2027-05-02T10:00:00Z', until: '2027-05-02T10:00:59Z' };
    expect((await report(told))?.status).toBe(202);
    expect((await report({ ...told, count: 0 }))?.status).toBe(400);
    expect((await report({ ...told, reason: 'WHIM' }))?.status).toBe(400);
    await t.settle(GLOBEX);
    const { auditEntries } = await read(GLOBEX, OWNER, { filter: { action: 'SECURITY_POLICY_DECISION' } });
    expect(auditEntries.edges).toHaveLength(1);
    expect(auditEntries.edges[0]?.node).toMatchObject({
      actorKind: 'MEMBER',
      ip: '192.0.2.7',
      meta: { change: 'requests_refused', by: 'gateway', reason: 'RATE', code: 'RATE_LIMITED', status: 429, count: 4_711 },
    });
    const atAcme = await read(ACME, OWNER, { filter: { action: 'SECURITY_POLICY_DECISION' } });
    expect(JSON.stringify(atAcme)).not.toContain('requests_refused');
  });

  it('loses nothing that happened while ops was down', async () => {
    await t.host.close();
    await t.tell(
      'commerce.payment_refunded',
      { paymentId: uuidv7(), bookingId: uuidv7(), amount: { amount: 100, currency: 'EUR' } },
      { tenant: GLOBEX },
    );
    const again = hostSubgraph(t.subgraph, t.runtime, t.runtime.pools);
    again.start();
    await t.settle(GLOBEX);
    expect((await read(GLOBEX, OWNER, { filter: { action: 'PAYMENT_EVENT' } })).auditEntryCount).toBe(1);
    await again.close();
  });
});
