import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { PLATFORM_PERMISSIONS, TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { NO_ASSURANCE, type MemberPrincipal, type PlatformPrincipal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import { MembershipId, UserId } from '../ids.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { afterHold, afterLeaving, afterRelease, afterRuling } from './standing.js';

const PASSWORD = 'Spine-demo-1!';
const REFUSED_LOGIN = 'The e-mail address or the password is wrong';
const BAN = { status: 'BANNED', reason: 'Spam' } as const;
const LIFT = { status: 'ACTIVE', reason: 'A mistake' } as const;

describe('where somebody stands', () => {
  const plain = { status: 'ACTIVE', underlying: [] } as const;
  const pending = { status: 'PENDING', underlying: [] } as const;

  test('is where she stood before, once a ban is lifted: an address is not verified by it', () => {
    const banned = afterRuling(pending, 'BANNED');
    expect(banned).toMatchObject({ status: 'BANNED' });
    expect(banned && afterRuling(banned, 'ACTIVE')).toEqual(pending);
  });

  test('is not a hold ended by a ban that is lifted', () => {
    const held = afterHold(pending);
    const banned = held && afterRuling(held, 'BANNED');
    const lifted = banned && afterRuling(banned, 'ACTIVE');
    expect(lifted).toEqual(held);
    expect(lifted && afterRuling(lifted, 'ACTIVE')).toBeNull();
    expect(lifted && afterRelease(lifted)).toEqual(pending);
  });

  test('is one sanction at a time', () => {
    const suspended = afterRuling(plain, 'SUSPENDED');
    const banned = suspended && afterRuling(suspended, 'BANNED');
    expect(banned && afterRuling(banned, 'ACTIVE')).toEqual(plain);
  });

  test('is hers to leave only while she may sign in, and an administrator’s to give back', () => {
    const left = afterLeaving(pending);
    expect(left).toMatchObject({ status: 'INACTIVE' });
    expect(left && afterLeaving(left)).toBeNull();
    expect(left && afterRuling(left, 'ACTIVE')).toEqual(pending);
  });

  test.each(['ACTIVE', 'INACTIVE', 'PENDING', 'SUSPENDED', 'BANNED'] as const)('is not released as %s', (status) => {
    expect(afterRelease({ status, underlying: [] })).toBeNull();
  });
});

describe('the standing of people', () => {
  let t: TestIdentity;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }) as MemberPrincipal;
  const staff: PlatformPrincipal = {
    kind: 'platform',
    adminId: uuidv7(),
    sessionId: uuidv7(),
    roles: ['ADMIN'],
    permissions: PLATFORM_PERMISSIONS,
    assurance: { level: 'aal2', at: Math.floor(Date.now() / 1_000) },
  };
  const at = (who: MemberPrincipal | PlatformPrincipal = owner, tenant = ACME): RequestContext => contextFor(tenant, who, t.clock);
  const byStaff = (): RequestContext => contextFor(PLATFORM_TENANT, staff, t.clock);
  const nobody = (tenant = ACME): RequestContext => contextFor(tenant, undefined, t.clock);
  const members = () => t.subgraph.services.memberStandings;
  const users = () => t.subgraph.services.userStandings;

  let count = 0;
  const newEmail = (): string => `person-${(count += 1)}@acme.example`;
  /** With seats enough for everybody. */
  const enrol = (email: string, roles: readonly string[] = ['STAFF'], tenant = ACME): Promise<MembershipRow> =>
    t.subgraph.services.enrolment.enrol(at(owner, { ...tenant, plan: 'ENTERPRISE' }), { email, displayName: 'Member', password: PASSWORD, roles });
  const login = (email: string, password = PASSWORD, tenant = ACME) =>
    t.subgraph.services.sessions.login(nobody(tenant), { email, password });
  const refresh = (token: string, tenant = ACME) => t.subgraph.services.sessions.refresh(nobody(tenant), token);
  const principalOf = (place: MembershipRow, of: Partial<MemberPrincipal> = {}): MemberPrincipal => ({
    ...(memberOf(TENANT_PERMISSIONS, { userId: place.userId, roles: place.roles }) as MemberPrincipal),
    membershipId: place.id,
    ...of,
  });
  const payloads = async <Type extends keyof IdentityEvents>(type: Type, tenant: TenantIdentity = ACME) => {
    const rows = await t.runtime.database.tenants.of({ tenant }).outboxEvent.findMany({ where: { type }, orderBy: { id: 'asc' } });
    return rows.map(({ payload }) => payload as unknown as IdentityEvents[Type]);
  };
  const openSessions = (userId: string, tenant = ACME): Promise<number> =>
    t.runtime.database.tenants.of({ tenant }).session.count({ where: { subjectId: userId, revokedAt: null } });

  test('ends every session of a banned member here, and says nothing of it to who signs in', async () => {
    const email = newEmail();
    const place = await enrol(email);
    const [one, two] = [await login(email), await login(email)];
    await members().rule(at(), place.id, BAN);
    await expect(refresh(one.refresh.token)).rejects.toThrow('not valid');
    await expect(login(email)).rejects.toThrow(REFUSED_LOGIN);
    await expect(login(email, 'Wrong-pass-1!')).rejects.toThrow(REFUSED_LOGIN);
    const ended = (await payloads('identity.session_ended')).filter(({ subjectId }) => subjectId === place.userId);
    expect(ended).toHaveLength(2);
    expect(ended).toContainEqual(expect.objectContaining({ realm: 'tenant', reason: 'BANNED' }));
    expect(await payloads('identity.membership_changed')).toContainEqual({
      membershipId: place.id,
      userId: place.userId,
      roles: ['STAFF'],
      status: 'BANNED',
      before: { roles: ['STAFF'], status: 'ACTIVE' },
      reason: 'Spam',
    });

    await members().rule(at(), place.id, LIFT);
    await expect(refresh(two.refresh.token)).rejects.toThrow('not valid');
    await expect(login(email)).resolves.toMatchObject({ userId: place.userId });
  });

  test('is a company’s to say for itself only', async () => {
    const email = newEmail();
    const place = await enrol(email);
    await enrol(email, ['STAFF'], GLOBEX);
    const elsewhere = await login(email, PASSWORD, GLOBEX);
    await members().rule(at(), place.id, { status: 'SUSPENDED', reason: 'On leave' });
    await expect(refresh(elsewhere.refresh.token, GLOBEX)).resolves.toBeDefined();
    await expect(members().rule(at(owner, GLOBEX), place.id, LIFT)).rejects.toThrow('not found');
    await expect(members().remove(at(owner, GLOBEX), place.id)).rejects.toThrow('not found');
  });

  test('holds everywhere at once when the platform says it', async () => {
    const email = newEmail();
    const { userId } = await enrol(email);
    await enrol(email, ['STAFF'], GLOBEX);
    const sessions = [await login(email), await login(email, PASSWORD, GLOBEX)];
    await users().rule(byStaff(), userId, BAN);
    await expect(refresh(sessions[0]?.refresh.token ?? '')).rejects.toThrow('not valid');
    await expect(refresh(sessions[1]?.refresh.token ?? '', GLOBEX)).rejects.toThrow('not valid');
    await expect(login(email)).rejects.toThrow(REFUSED_LOGIN);
    await expect(login(email, PASSWORD, GLOBEX)).rejects.toThrow(REFUSED_LOGIN);
    expect(await openSessions(userId, GLOBEX)).toBe(0);
    const told = (await payloads('identity.user_status_changed', PLATFORM_TENANT)).filter((event) => event.userId === userId);
    expect(told).toMatchObject([{ status: 'BANNED', reason: 'Spam' }]);
    await users().rule(byStaff(), userId, LIFT);
    await expect(login(email)).resolves.toBeDefined();
  });

  test('on hold is ended by the verification, and by nothing else', async () => {
    const email = newEmail();
    const { userId } = await enrol(email);
    await users().hold(byStaff(), userId, 'Two people say they are she');
    await expect(login(email)).rejects.toThrow(REFUSED_LOGIN);
    await expect(users().rule(byStaff(), userId, LIFT)).rejects.toThrow('HOLD');
    await users().release(byStaff(), userId, 'Passport seen');
    await expect(login(email)).resolves.toBeDefined();
    await expect(users().release(byStaff(), userId, 'Again')).rejects.toThrow('This is not to be done');
  });

  test('leaves no session behind of who signs in or refreshes at the moment of a ban', async () => {
    for (let round = 0; round < 6; round += 1) {
      const email = newEmail();
      const place = await enrol(email);
      const known = await login(email);
      const ban = round % 2 === 0 ? members().rule(at(), place.id, BAN) : users().rule(byStaff(), place.userId, BAN);
      await Promise.allSettled([login(email), refresh(known.refresh.token), ban, login(email)]);
      await ban;
      expect(await openSessions(place.userId)).toBe(0);
    }
  });

  test('lets nobody judge herself, or somebody who may more', async () => {
    const admin = await enrol(newEmail(), ['ADMIN']);
    const boss = await enrol(newEmail(), ['OWNER']);
    const asAdmin = at(principalOf(admin));
    await expect(members().rule(asAdmin, boss.id, BAN)).rejects.toThrow('may more than you');
    await expect(members().assignRoles(asAdmin, boss.id, ['STAFF'])).rejects.toThrow('may more than you');
    await expect(members().remove(asAdmin, boss.id)).rejects.toThrow('may more than you');
    await expect(members().assignRoles(asAdmin, admin.id, ['OWNER'])).rejects.toThrow('hand on roles');
    await expect(members().rule(asAdmin, admin.id, BAN)).rejects.toThrow('somebody else');
    const desk = at(memberOf(['settings:update']) as MemberPrincipal);
    await expect(members().rule(desk, admin.id, BAN)).rejects.toThrow('users:manage');
    await expect(users().rule(at(), admin.userId, BAN)).rejects.toThrow('platform:tenants:manage');
  });

  test('is for people to say, who proved lately who they are where it cannot be taken back', async () => {
    const place = await enrol(newEmail());
    const key = contextFor(ACME, {
      kind: 'service',
      serviceAccountId: uuidv7(),
      apiKeyId: uuidv7(),
      permissions: TENANT_PERMISSIONS,
      hourlyLimit: 1_000,
      registeredClient: null,
    });
    await expect(members().rule(key, place.id, BAN)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(members().assignRoles(key, place.id, ['ADMIN'])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const stale = at({ ...owner, assurance: NO_ASSURANCE });
    await expect(members().assignRoles(stale, place.id, ['ADMIN'])).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(members().remove(stale, place.id)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    const staleStaff = contextFor(PLATFORM_TENANT, { ...staff, assurance: NO_ASSURANCE }, t.clock);
    await expect(users().rule(staleStaff, place.userId, BAN)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });

  test('changes with other roles, which is told with what they were', async () => {
    const email = newEmail();
    const place = await enrol(email);
    await members().assignRoles(at(), place.id, ['BILLING', 'VIEWER', 'BILLING']);
    expect(await payloads('identity.membership_changed')).toContainEqual({
      membershipId: place.id,
      userId: place.userId,
      roles: ['BILLING', 'VIEWER'],
      status: 'ACTIVE',
      before: { roles: ['STAFF'], status: 'ACTIVE' },
    });
    await expect(members().assignRoles(at(), place.id, [])).rejects.toMatchObject({ issues: [{ field: 'roles' }] });
    await expect(members().assignRoles(at(), place.id, ['GOD'])).rejects.toMatchObject({ issues: [{ field: 'roles.0' }] });
  });

  test('ends with the membership: she is seen no more, and may be invited anew', async () => {
    const email = newEmail();
    const place = await enrol(email);
    const { refresh: grant } = await login(email);
    await members().remove(at(), place.id);
    await expect(refresh(grant.token)).rejects.toThrow('not valid');
    expect(await t.subgraph.services.users.find(at(), place.userId)).toBeNull();
    const removed = { membershipId: place.id, userId: place.userId, roles: ['STAFF'] };
    expect(await payloads('identity.membership_removed')).toContainEqual(removed);
    expect(await payloads('identity.session_ended')).toContainEqual(
      expect.objectContaining({ subjectId: place.userId, reason: 'REMOVED' }),
    );
    await expect(members().remove(at(), place.id)).rejects.toThrow('not found');
    await expect(enrol(email)).resolves.toMatchObject({ userId: place.userId });
  });

  describe('of the owners of a company', () => {
    const COMPANY: TenantIdentity = { ...ACME, id: '0190cccc-0000-7000-8000-00000000000c', slug: 'initech', name: 'Initech' };

    test('is never such that none of them is left who can act for it', async () => {
      const first = await enrol(newEmail(), ['OWNER'], COMPANY);
      const asFirst = at(principalOf(first), COMPANY);
      await expect(members().assignRoles(asFirst, first.id, ['ADMIN'])).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(members().remove(asFirst, first.id)).rejects.toThrow('owns the company');
      await expect(members().rule(at(owner, COMPANY), first.id, BAN)).rejects.toThrow('owns the company');
      await expect(users().leave(asFirst)).rejects.toThrow('last owner');

      const second = await enrol(newEmail(), ['OWNER'], COMPANY);
      await users().rule(byStaff(), second.userId, BAN);
      await expect(members().remove(asFirst, first.id)).rejects.toThrow('owns the company');
      await users().rule(byStaff(), second.userId, LIFT);

      const asSecond = at(principalOf(second), COMPANY);
      const outcomes = await Promise.allSettled([
        members().assignRoles(asFirst, second.id, ['ADMIN']),
        members().assignRoles(asSecond, first.id, ['ADMIN']),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('is never such that none is left, when all of them close their accounts at once', async () => {
      const tenant: TenantIdentity = { ...COMPANY, id: '0190cccc-0000-7000-8000-00000000000d', slug: 'umbrella' };
      const owners = [await enrol(newEmail(), ['OWNER'], tenant), await enrol(newEmail(), ['OWNER'], tenant)];
      const outcomes = await Promise.allSettled(owners.map((place) => users().leave(at(principalOf(place), tenant))));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });
  });

  test('is hers to end: a closed account has no sessions, and is opened again by staff only', async () => {
    const email = newEmail();
    const place = await enrol(email);
    await enrol(email, ['STAFF'], GLOBEX);
    const elsewhere = await login(email, PASSWORD, GLOBEX);
    await users().leave(at(principalOf(place)));
    await expect(refresh(elsewhere.refresh.token, GLOBEX)).rejects.toThrow('not valid');
    await expect(login(email)).rejects.toThrow(REFUSED_LOGIN);
    await users().rule(byStaff(), place.userId, { status: 'ACTIVE', reason: 'She asked for it' });
    await expect(login(email)).resolves.toBeDefined();
  });

  describe('in the graph', () => {
    const SET = `mutation($input: SetMemberStatusInput!) {
      setMemberStatus(input: $input) { __typename ... on Membership { status } ... on ValidationError { issues { field } } }
    }`;

    test('is set by name of the status, and anything that is not for an administrator names the field', async () => {
      const place = await enrol(newEmail());
      const membershipId = MembershipId.encode(place.id);
      const ask = async (input: Record<string, unknown>): Promise<unknown> => {
        const { data, errors } = await t.graphql(SET, { variables: { input }, as: owner });
        return errors ?? data?.['setMemberStatus'];
      };
      expect(await ask({ membershipId, status: 'SUSPENDED', reason: 'On leave' })).toEqual({
        __typename: 'Membership',
        status: 'SUSPENDED',
      });
      expect(await ask({ membershipId, status: 'PENDING', reason: 'x' })).toMatchObject({ issues: [{ field: 'status' }] });
      expect(await ask({ membershipId, status: 'BANNED', reason: ' ' })).toMatchObject({ issues: [{ field: 'reason' }] });
      for (const id of [UserId.encode(place.userId), 'nonsense', MembershipId.encode(uuidv7())]) {
        expect(await ask({ ...BAN, membershipId: id })).toMatchObject({ __typename: 'NotFoundError' });
      }
    });
  });
});
