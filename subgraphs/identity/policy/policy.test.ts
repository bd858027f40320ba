import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { listsAgreeWithDecisions } from '../../../tests/support/policies.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf, type TestRuntime } from '../../../tests/support/runtime.js';
import { createAccessLog, isSampled, type LoggedDecision } from '../../_kernel/policy/access-log.js';
import type { PolicyResource } from '../../_kernel/policy/policy.js';
import { policiesAbout, USERS } from '../../_kernel/policy/support/random-policies.js';
import type { PolicyJudge } from '../../_kernel/policy/tenant-policies.js';
import { BookingId } from '../../booking/ids.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { MembershipId, PolicyId, UserId } from '../ids.js';
import { membersLeftBy, membershipResource } from '../membership/membership-policy.js';
import type { MembershipRow } from '../membership/membership.store.js';
import type { PolicyInput } from './policy.js';

const [ANA, BEN] = [uuidv7(), uuidv7()];
const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
const staff = (userId = ANA, roles = ['STAFF']): Principal =>
  memberOf(['appointments:read', 'appointments:update'], { userId, roles });

const PROGRAM: Principal = {
  kind: 'service',
  serviceAccountId: uuidv7(),
  apiKeyId: uuidv7(),
  permissions: TENANT_PERMISSIONS,
  hourlyLimit: 1_000,
  registeredClient: null,
};

const OTHERS_ONLY: PolicyInput = {
  description: 'Nobody changes the booking of another',
  effect: 'DENY',
  actions: ['booking:update'],
  resources: ['Booking'],
  conditions: [{ attribute: 'resource.ownerId', operator: 'NOT_EQUALS', otherAttribute: 'user.id' }],
};

/** A booking as it is decided about. */
const bookingOf = (ownerId: string, tenant = ACME): PolicyResource => ({
  type: 'Booking',
  id: uuidv7(),
  tenantId: tenant.id,
  attributes: {
    id: uuidv7(),
    ownerId,
    clientId: uuidv7(),
    providerId: uuidv7(),
    serviceId: uuidv7(),
    status: 'CONFIRMED',
    priceAmount: 4_500,
    startsAt: new Date('2027-01-11T15:00:00Z'),
    createdAt: new Date('2027-01-01T15:00:00Z'),
  },
});

/** The same as the simulator is told of it. */
const described = (ownerId: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  id: BookingId.encode(uuidv7()),
  ownerId: UserId.encode(ownerId),
  clientId: `cli_${'0'.repeat(32)}`,
  providerId: `prv_${'0'.repeat(32)}`,
  serviceId: `svc_${'0'.repeat(32)}`,
  status: 'CONFIRMED',
  priceAmount: 4_500,
  startsAt: '2027-01-11T15:00:00Z',
  createdAt: '2027-01-01T15:00:00Z',
  ...changes,
});

const CREATE = `mutation($input: PolicyInput!) { createPolicy(input: $input) {
  __typename ... on Policy { id effect enabled cedar conditions { attribute operator otherAttribute } }
  ... on ValidationError { issues { field message } } ... on UserError { code } } }`;
const SIMULATE = `query($input: SimulatePolicyInput!) { simulatePolicy(input: $input) {
  __typename ... on PolicySimulation { decision layer decidedBy draftId reasons errors }
  ... on ValidationError { issues { field message } } } }`;
const LOG = `query($filter: AccessLogFilter) { accessLog(first: 50, filter: $filter) { edges { node {
  actorId action resourceType decision layer policyIds reasons attributes } } } }`;

describe('policies of a company’s own', () => {
  let t: TestIdentity;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());
  beforeEach(async () => {
    for (const tenant of [ACME, GLOBEX]) {
      const { edges } = await t.subgraph.services.policies.list(at(owner, tenant), { first: 100 });
      for (const { node } of edges) await t.subgraph.services.policies.remove(at(owner, tenant), node.id);
    }
  });

  const at = (who: Principal = owner, tenant: TenantIdentity = ACME) => contextFor(tenant, who, t.clock);
  const create = (input: Partial<PolicyInput> = {}, who = owner, tenant = ACME) =>
    t.subgraph.services.policies.create(at(who, tenant), { ...OTHERS_ONLY, ...input });

  /** As any subgraph asks, once exactly these policies are enforced. */
  const judge = (policyIds: readonly string[], who: Principal = staff(), tenant = ACME): Promise<PolicyJudge> =>
    eventually(async () => {
      const found = await t.runtime.policies.of(at(who, tenant));
      return JSON.stringify([...found.policyIds].sort()) === JSON.stringify([...policyIds].sort()) && found;
    });

  const simulate = async (input: object): Promise<Record<string, unknown>> => {
    const { data, errors } = await t.graphql(SIMULATE, { as: owner, variables: { input } });
    expect(errors).toBeUndefined();
    return data?.['simulatePolicy'] as Record<string, unknown>;
  };
  const question = (ownerId: string) => ({
    action: 'booking:update',
    userId: UserId.encode(ANA),
    roles: ['STAFF'],
    resource: described(ownerId),
  });

  const logged = async (filter: object | null, tenant = ACME): Promise<readonly Record<string, unknown>[]> => {
    await t.runtime.accessLog.written();
    const { data, errors } = await t.graphql(LOG, { as: owner, tenant, variables: { filter } });
    expect(errors).toBeUndefined();
    return (data?.['accessLog'] as { edges: { node: Record<string, unknown> }[] }).edges.map(({ node }) => node);
  };

  test('are compiled to Cedar when they are written, and enforced until they are disabled or done away with', async () => {
    const { data } = await t.graphql(CREATE, { as: owner, variables: { input: OTHERS_ONLY } });
    const written = data?.['createPolicy'] as { id: string; cedar: string };
    expect(written).toMatchObject({ __typename: 'Policy', effect: 'DENY', enabled: true });
    expect(written.cedar).toMatch(/^forbid\s*\([\s\S]*Action::"booking:update"[\s\S]*resource\.ownerId == principal\.id/);
    const id = PolicyId.decode(written.id) ?? '';

    const enforced = await judge([id]);
    expect(enforced.decide('booking:update', bookingOf(BEN))).toMatchObject({ allowed: false, layer: 'DENY_POLICY', decidedBy: [id] });
    expect(enforced.decide('booking:update', bookingOf(ANA))).toMatchObject({ allowed: true, layer: 'ROLES' });

    await t.subgraph.services.policies.setEnabled(at(), id, false);
    expect((await judge([])).decide('booking:update', bookingOf(BEN)).allowed).toBe(true);
    await t.subgraph.services.policies.setEnabled(at(), id, true);
    expect((await judge([id])).decide('booking:update', bookingOf(BEN)).allowed).toBe(false);
    await t.subgraph.services.policies.update(at(), id, { ...OTHERS_ONLY, effect: 'ALLOW' });
    await eventually(async () => (await judge([id])).decide('booking:update', bookingOf(BEN)).allowed);
    await t.subgraph.services.policies.remove(at(), id);
    await judge([]);
    await expect(t.subgraph.services.policies.find(at(), id)).resolves.toBeNull();
  });

  test('that do not fit are refused by the names of all fields, and nothing of them is kept', async () => {
    const refused = async (changes: object): Promise<unknown> => {
      const { data } = await t.graphql(CREATE, { as: owner, variables: { input: { ...OTHERS_ONLY, ...changes } } });
      const { issues } = data?.['createPolicy'] as { issues: { field: string }[] };
      return issues.map(({ field }) => field);
    };
    const unknown = { attribute: 'resource.colour', operator: 'EQUALS', value: 'red' };
    expect(await refused({ actions: ['booking:destroy'], conditions: [unknown] })).toEqual(['actions.0', 'conditions.0.attribute']);
    expect(await refused({ actions: [] })).toEqual(['actions']);
    expect(await refused({ description: '' })).toEqual(['description']);
    expect(await refused({ conditions: Array(21).fill(OTHERS_ONLY.conditions?.[0]) })).toEqual(['conditions']);
    expect(await refused({ principals: { families: ['COURIER'] } })).toEqual(['principals.families.0']);
    const { edges } = await t.subgraph.services.policies.list(at(), { first: 10 });
    expect(edges).toEqual([]);
  });

  test('are made by people who look after people and have just proved who they are', async () => {
    const without = TENANT_PERMISSIONS.filter((permission) => permission !== 'users:manage');
    await expect(create({}, memberOf(without, { roles: ['ADMIN'] }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const stale = { ...owner, assurance: { level: 'aal1', at: 0 } } as Principal;
    await expect(create({}, stale)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(create({}, PROGRAM)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const ask of ['{ policies { edges { node { id } } } }', '{ accessLog { edges { node { action } } } }']) {
      const { data, errors } = await t.graphql(ask, { as: memberOf(without) });
      expect(Object.values(data ?? {})).toEqual([null]);
      expect(errors).toHaveLength(1);
    }
  });

  test('of another company are as those that are not there, and touch nobody else', async () => {
    const theirs = await create({}, owner, GLOBEX);
    const services = t.subgraph.services.policies;
    for (const id of [theirs.id, uuidv7()]) {
      await expect(services.find(at(), id)).resolves.toBeNull();
      await expect(services.update(at(), id, OTHERS_ONLY)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(services.setEnabled(at(), id, false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(services.remove(at(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const [ours, there] = [await judge([]), await judge([theirs.id], staff(), GLOBEX)];
    expect(ours.decide('booking:update', bookingOf(BEN)).allowed).toBe(true);
    expect(there.decide('booking:update', bookingOf(BEN, GLOBEX)).allowed).toBe(false);
  });

  test('for a family are for the roles that come into it later', async () => {
    await t.subgraph.services.roles.createFamily(at(), 'COURIER');
    const { id } = await create({ principals: { families: ['COURIER'] }, conditions: [] });
    const rider = staff(ANA, ['rider']);
    expect((await judge([id], rider)).decide('booking:update', bookingOf(ANA)).allowed).toBe(true);
    await t.subgraph.services.roles.create(at(), { name: 'rider', family: 'COURIER', description: 'Rides', permissions: [] });
    await t.settle();
    const deny = await eventually(async () => {
      const decision = (await judge([id], rider)).decide('booking:update', bookingOf(ANA));
      return !decision.allowed && decision;
    });
    expect(deny).toMatchObject({ layer: 'DENY_POLICY', decidedBy: [id] });
    expect((await judge([id])).decide('booking:update', bookingOf(ANA)).allowed).toBe(true);
  });

  describe('are simulated', () => {
    test('with the policy that decides and its reason, the one that denies before those that allow', async () => {
      const deny = await create();
      await create({ effect: 'ALLOW', description: 'Everybody changes everything', conditions: [] });
      expect(await simulate(question(BEN))).toEqual({
        __typename: 'PolicySimulation',
        decision: 'DENY',
        layer: 'DENY_POLICY',
        decidedBy: [PolicyId.encode(deny.id)],
        draftId: null,
        reasons: ['Denied by policy: Nobody changes the booking of another'],
        errors: [],
      });
      expect(await simulate(question(ANA))).toMatchObject({ decision: 'ALLOW', layer: 'ROLES', decidedBy: [] });
    });

    test('for roles that would not do, by what allows, or by what is missing', async () => {
      const visitor = { ...question(ANA), roles: ['USER'] };
      expect(await simulate(visitor)).toMatchObject({ decision: 'DENY', layer: 'NOTHING', decidedBy: [] });
      const allow = await create({ effect: 'ALLOW', description: 'A helper', principals: { users: [UserId.encode(ANA)] }, conditions: [] });
      expect(await simulate(visitor)).toMatchObject({
        decision: 'ALLOW',
        layer: 'ALLOW_POLICY',
        decidedBy: [PolicyId.encode(allow.id)],
        reasons: ['Allowed by policy: A helper'],
      });
    });

    test('before they are made, at the hour and from the address that is named, and nothing is kept of it', async () => {
      const draft = {
        ...OTHERS_ONLY,
        description: 'Not at night',
        conditions: [{ attribute: 'context.hour', operator: 'LESS_THAN', value: 6 }],
      };
      const before = await logged(null);
      // 05:30 and 07:30 on the clocks of the company, which is in New York.
      const night = await simulate({ ...question(ANA), draft, at: '2027-01-11T10:30:00Z' });
      const day = await simulate({ ...question(ANA), draft, at: '2027-01-11T12:30:00Z' });
      expect(night).toMatchObject({ decision: 'DENY', layer: 'DENY_POLICY', decidedBy: [night['draftId']] });
      expect(day).toMatchObject({ decision: 'ALLOW', layer: 'ROLES' });
      const from = { ...draft, conditions: [{ attribute: 'context.ip', operator: 'EQUALS', value: '203.0.113.7' }] };
      expect(await simulate({ ...question(ANA), draft: from, ip: '203.0.113.7' })).toMatchObject({ decision: 'DENY' });
      expect(await simulate({ ...question(ANA), draft: from })).toMatchObject({ decision: 'ALLOW' });
      expect(await logged(null)).toEqual(before);
      expect((await t.subgraph.services.policies.list(at(), { first: 10 })).edges).toEqual([]);
    });

    test.each<[object, string]>([
      [{ action: 'booking:destroy' }, 'action'],
      [{ roles: ['NOBODY'] }, 'roles.0'],
      [{ resource: { ...described(ANA), colour: 'red' } }, 'resource.colour'],
      [{ resource: described(ANA, { status: 'GONE' }) }, 'resource.status'],
      [{ resource: described(ANA, { startsAt: null }) }, 'resource.startsAt'],
      [{ resource: ['a list'] }, 'resource'],
      [{ userId: 'ana' }, 'userId'],
      [{ draft: { ...OTHERS_ONLY, actions: ['booking:destroy'] } }, 'actions.0'],
    ])('by nothing that does not fit: %j names %s', async (changes, field) => {
      const answer = await simulate({ ...question(ANA), ...changes });
      expect(answer).toMatchObject({ __typename: 'ValidationError', issues: [{ field }] });
    });
  });

  describe('leave a record', () => {
    test('of every denial, with who, what about and which policy, found by verdict and by who asked', async () => {
      const { id } = await create();
      const booking = bookingOf(BEN);
      const [about, by] = [staff(uuidv7()), staff(uuidv7())];
      const actor = (who: Principal) => UserId.encode('userId' in who ? who.userId : '');
      for (const who of [about, by]) (await judge([id], who)).decide('booking:update', booking);
      expect(await logged({ decision: 'DENY', actorId: actor(about) })).toEqual([
        {
          actorId: actor(about),
          action: 'booking:update',
          resourceType: 'Booking',
          decision: 'DENY',
          layer: 'DENY_POLICY',
          policyIds: [PolicyId.encode(id)],
          reasons: ['Denied by policy: Nobody changes the booking of another'],
          attributes: expect.objectContaining({ ownerId: BEN, priceAmount: 4_500, startsAt: '2027-01-11T15:00:00.000Z' }),
        },
      ]);
      expect(await logged({ decision: 'ALLOW', actorId: actor(about) })).toEqual([]);
      expect((await logged({ decision: 'DENY' })).length).toBeGreaterThanOrEqual(2);
      expect((await logged(null, GLOBEX)).map(({ actorId }) => actorId)).not.toContain(actor(about));
      const log = t.runtime.database.tenants.of({ tenant: ACME }).accessDecision;
      await expect(log.updateMany({ data: { allowed: true } })).rejects.toThrow();
      await expect(log.deleteMany({})).rejects.toThrow();
    });

    const decided = (allowed: boolean): LoggedDecision => ({
      action: 'client:readContact',
      resource: { type: 'Client' },
      decision: { allowed, layer: allowed ? 'ROLES' : 'NOTHING', decidedBy: [], reasons: [], errors: [] },
    });
    const kept = async (runtime: TestRuntime, who: Principal): Promise<readonly boolean[]> => {
      const actorId = 'userId' in who ? who.userId : '';
      const rows = await runtime.database.tenants.of({ tenant: ACME }).accessDecision.findMany({ where: { actorId } });
      return rows.map(({ allowed }) => allowed).sort();
    };

    test('of what was allowed to a share of the requests, each whole or not at all', async () => {
      const who = staff(uuidv7());
      const contexts = Array.from({ length: 200 }, () => at(who));
      const log = createAccessLog(t.runtime.database.tenants, at().logger, { allowedSample: 0.25 });
      for (const context of contexts) for (let turn = 0; turn < 2; turn += 1) log.record(context, decided(true));
      log.record(at(who), decided(false));
      await log.close();
      const sampled = contexts.filter(({ origin }) => isSampled(origin.requestId, 0.25));
      expect(await kept(t.runtime, who)).toEqual([false, ...sampled.flatMap(() => [true, true])]);
      const share = Array.from({ length: 20_000 }, (_, nr) => isSampled(`request ${nr}`, 0.25)).filter(Boolean).length / 20_000;
      expect(share).toBeGreaterThan(0.22);
      expect(share).toBeLessThan(0.28);
    });

    test('of denials before that of what was allowed, where there is no room for both', async () => {
      const who = staff(uuidv7());
      const log = createAccessLog(t.runtime.database.tenants, at().logger, { allowedSample: 1, capacity: 3 });
      for (const allowed of [true, true, true, false, false, true]) log.record(at(who), decided(allowed));
      await log.close();
      expect(await kept(t.runtime, who)).toEqual([false, false, true]);
    });
  });

  describe('about members', () => {
    const memberships = () => t.subgraph.services.memberships;
    const MADE = ['2027-01-11T09:00:00.000Z', '2027-01-12T09:00:00.000Z'] as const;
    const ROLES = [['STAFF'], ['VIEWER'], ['STAFF', 'VIEWER'], []];
    let rows: readonly MembershipRow[];

    beforeAll(async () => {
      const users = Array.from({ length: 18 }, (_none, nr) => ({ nr, id: USERS[nr] ?? uuidv7() }));
      await t.runtime.database.platform.db.user.createMany({
        data: users.map(({ id, nr }) => ({ id, email: `member-${nr}@acme.example`, displayName: `Member ${nr}` })),
      });
      rows = await t.runtime.database.tenants.of({ tenant: ACME }).membership.createManyAndReturn({
        data: users.map(({ id, nr }) => ({
          id: uuidv7(),
          userId: id,
          roles: ROLES[nr % 4] ?? [],
          status: nr % 3 === 0 ? 'SUSPENDED' : 'ACTIVE',
          createdAt: new Date(MADE[nr % 2] ?? ''),
        })),
      });
    });

    test('leave the same members in lists as one by one', async () => {
      await listsAgreeWithDecisions({
        action: 'member:read',
        documents: policiesAbout('Membership', 'member:read', { roles: ['STAFF', 'VIEWER'], status: ['ACTIVE', 'SUSPENDED'], createdAt: [MADE[0]] }),
        resources: rows.map(membershipResource),
        async left(filter) {
          const where = { AND: [{ id: { in: rows.map(({ id }) => id) } }, membersLeftBy(filter)] };
          const left = await t.runtime.database.tenants.of({ tenant: ACME }).membership.findMany({ where, select: { id: true } });
          return left.map(({ id }) => id);
        },
      });
    });

    test('hide them, wherever they are asked for, and keep them as they are', async () => {
      const deny = (action: string, role: string) =>
        create({
          description: `Viewers are not for ${role}`,
          actions: [action],
          resources: ['Membership'],
          principals: { roles: [role] },
          conditions: [{ attribute: 'resource.roles', operator: 'CONTAINS', value: 'VIEWER' }],
        });
      const policies = [await deny('member:read', 'ADMIN'), await deny('member:change', 'BILLING')];
      await judge(policies.map(({ id }) => id));
      const [seen, hidden] = [rows.find(({ roles }) => roles[0] === 'STAFF' && roles.length === 1), rows.find(({ roles }) => roles[0] === 'VIEWER')];
      if (!seen || !hidden) throw new Error('There is one of each');
      const [admin, books] = ['ADMIN', 'BILLING'].map((role) => memberOf(TENANT_PERMISSIONS, { roles: [role] }));

      expect(await memberships().find(at(admin), seen.id)).toMatchObject({ id: seen.id });
      expect(await memberships().find(at(admin), hidden.id)).toBeNull();
      expect(await memberships().ofUser(at(admin), hidden.userId)).toBeNull();
      const listed = (await memberships().list(at(admin), { first: 500 })).edges.map(({ node }) => node.id);
      expect(listed).toContain(seen.id);
      expect(listed).not.toContain(hidden.id);
      const ruling = { status: 'SUSPENDED', reason: 'A test' };
      const rule = (who: Principal | undefined, id: string) => t.subgraph.services.memberStandings.rule(at(who), id, ruling);
      await expect(rule(admin, hidden.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await memberships().find(at(books), hidden.id)).toMatchObject({ id: hidden.id });
      await expect(rule(books, hidden.id)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'A policy of the company denies it' });
      await expect(rule(books, seen.id)).resolves.toMatchObject({ id: seen.id });
      const refused = await logged({ decision: 'DENY', actorId: UserId.encode((books as { userId: string }).userId) });
      expect(refused).toEqual([expect.objectContaining({ action: 'member:change', resourceType: 'Membership', layer: 'DENY_POLICY' })]);
    });

    test('decide once for a batch of them where they look at nobody, and once for each where they do', async () => {
      const denied = async (conditions: PolicyInput['conditions']): Promise<number> => {
        const { id } = await create({ actions: ['member:read'], resources: ['Membership'], conditions });
        await judge([id]);
        const who = memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] });
        const context = at(who);
        expect(await Promise.all(rows.map((row) => memberships().find(context, row.id)))).toEqual(rows.map(() => null));
        await t.subgraph.services.policies.remove(at(), id);
        return (await logged({ decision: 'DENY', actorId: UserId.encode((who as { userId: string }).userId) })).length;
      };
      expect(await denied([])).toBe(1);
      expect(await denied([{ attribute: 'resource.createdAt', operator: 'AT_LEAST', value: MADE[0] }])).toBe(rows.length);
    });

    test('are simulated with roles as a list', async () => {
      const [row] = rows;
      if (!row) throw new Error('There are members');
      const resource = {
        id: MembershipId.encode(row.id),
        ownerId: UserId.encode(row.userId),
        roles: ['VIEWER'],
        status: 'ACTIVE',
        createdAt: MADE[0],
      };
      const draft = {
        ...OTHERS_ONLY,
        actions: ['member:*'],
        resources: ['Membership'],
        conditions: [{ attribute: 'resource.roles', operator: 'CONTAINS', value: 'VIEWER' }],
      };
      const input = { action: 'member:read', userId: UserId.encode(ANA), roles: ['OWNER'], resource, draft };
      expect(await simulate(input)).toMatchObject({ decision: 'DENY', layer: 'DENY_POLICY' });
      expect(await simulate({ ...input, resource: { ...resource, roles: ['STAFF'] } })).toMatchObject({ decision: 'ALLOW' });
      expect(await simulate({ ...input, resource: { ...resource, roles: 'VIEWER' } })).toMatchObject({ issues: [{ field: 'resource.roles' }] });
    });
  });
});
