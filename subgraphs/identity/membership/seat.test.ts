import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, memberOf } from '../../../tests/support/runtime.js';
import { quotaOf } from '../../_kernel/quota/quota.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';

const PASSWORD = 'Spine-demo-1!';
const STARTER = { ...ACME, plan: 'STARTER' } as const;

describe('the seats of a plan', () => {
  let t: TestIdentity;

  const owner = () => contextFor(STARTER, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);
  const enrol = (name: string, roles: readonly string[]) =>
    t.subgraph.services.enrolment.enrol(owner(), {
      email: `${name}@acme.example`,
      displayName: name,
      password: PASSWORD,
      roles,
    });
  const taken = async () => (await quotaOf(t.runtime.database.tenants.of(owner()), owner(), 'USERS')).used;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  it('are taken by those who work there, not by clients, and by exactly as many as there are', async () => {
    await enrol('client', ['USER']);
    expect(await taken()).toBe(0);
    const outcomes = await Promise.allSettled(['ana', 'ben', 'cleo', 'dan'].map((name) => enrol(name, ['STAFF'])));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'QUOTA_EXCEEDED', resource: 'USERS', limit: 2, used: 2 },
    });
    expect(await taken()).toBe(2);
    await enrol('another-client', ['USER']);
  });

  it('are asked for when somebody is invited, each invitation of several for itself', async () => {
    const ask = { email: 'eve@acme.example', roles: ['STAFF'] };
    await expect(t.subgraph.services.invitations.invite(owner(), ask)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const client = { email: 'fay@acme.example', roles: ['USER'] };
    expect(await t.subgraph.services.invitations.inviteAll(owner(), [ask, client])).toMatchObject([
      { ok: false, error: { code: 'QUOTA_EXCEEDED' } },
      { ok: true },
    ]);
  });

  it('are given back by those who leave or become clients, and taken by clients who come to work there', async () => {
    const { memberStandings, memberships } = t.subgraph.services;
    const { edges } = await memberships.list(owner(), { first: 50 });
    const having = (role: string) => edges.map(({ node }) => node).filter(({ roles }) => roles.includes(role));
    const [client] = having('USER');
    const [leaving, changing] = having('STAFF');
    if (!client || !leaving || !changing) throw new Error('Somebody is missing');
    const promoted = () => memberStandings.assignRoles(owner(), client.id, ['VIEWER']);
    await expect(promoted()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await memberStandings.remove(owner(), leaving.id);
    expect(await taken()).toBe(1);
    await promoted();
    expect(await taken()).toBe(2);
    await memberStandings.assignRoles(owner(), changing.id, ['USER']);
    expect(await taken()).toBe(1);
  });
});
