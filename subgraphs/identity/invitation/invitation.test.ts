import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { InvitationId } from '../ids.js';
import { catalogueOf, mayHandOn, permissionsOfRoles } from '../role/role.js';
import { statusOf } from './invitation.js';

const PASSWORD = 'Spine-demo-1!';

describe('an invitation', () => {
  let t: TestIdentity;
  let count = 0;
  let owner: RequestContext;

  beforeAll(async () => {
    t = await startTestIdentity();
    const context = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);
    const registered = await t.subgraph.services.enrolment.enrol(context, {
      email: 'owner@acme.example',
      displayName: 'Marta Lindqvist',
      password: PASSWORD,
      roles: ['OWNER'],
    });
    owner = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { userId: registered.userId, roles: ['OWNER'] }), t.clock);
  });
  afterAll(() => t.stop());

  const at = (tenant = ACME) => contextFor(tenant, undefined, t.clock);
  const address = (): string => `invited-${(count += 1)}@acme.example`;
  const invite = (email: string, roles: readonly string[] = ['STAFF'], as = owner) =>
    t.subgraph.services.invitations.invite(as, { email, roles });
  const tokenOf = async (email: string): Promise<string> => {
    const mail = (await t.mails(email)).find(({ template }) => template === 'MEMBER_INVITATION');
    if (!mail?.token) throw new Error(`No invitation was sent to ${email}`);
    return mail.token;
  };
  const accept = (token: string, of: object = { displayName: 'Ines Vidal', password: PASSWORD }, tenant = ACME) =>
    t.subgraph.services.invitations.accept(at(tenant), { token, ...of });
  const login = (email: string, password = PASSWORD) => t.subgraph.services.sessions.login(at(), { email, password });

  test('makes whoever holds its link a member with the roles it names', async () => {
    const email = address();
    await invite(email.toUpperCase());
    const [mail] = await t.mails(email);
    expect(mail?.link).toMatch(/^http:\/\/acme\.spine\.example\/account\/accept-invitation\?token=spi_/);
    await expect(accept(mail?.token ?? '')).resolves.toMatchObject({ roles: ['STAFF'], status: 'ACTIVE' });
    await expect(login(email)).resolves.toBeDefined();
    expect(await t.eventTypes()).toEqual(expect.arrayContaining(['identity.member_invited', 'identity.membership_granted']));
  });

  test('counts once, also for twenty at the same moment', async () => {
    const email = address();
    await invite(email);
    const token = await tokenOf(email);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => accept(token)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(accept(token)).rejects.toThrow('not valid any more');
  });

  test('asks nothing of somebody who has an account, and leaves her password alone', async () => {
    const email = address();
    await t.subgraph.services.registration.register(at(GLOBEX), { email, password: PASSWORD, displayName: 'Known' });
    await invite(email);
    await accept(await tokenOf(email), { displayName: 'Another', password: 'Another-one-2?' });
    await expect(login(email)).resolves.toBeDefined();
    await expect(login(email, 'Another-one-2?')).rejects.toThrow('wrong');
  });

  test('stays good when a newcomer leaves something out, which is named', async () => {
    const email = address();
    await invite(email);
    const token = await tokenOf(email);
    await expect(accept(token, {})).rejects.toThrow('displayName: must not be empty');
    await expect(accept(token, { displayName: 'Ines', password: 'short' })).rejects.toThrow('password: must be at least 8');
    await expect(accept(token)).resolves.toBeDefined();
  });

  test('ends by a newer one, by being taken back, after a week, and at another company', async () => {
    const [replaced, revoked, late, foreign] = [address(), address(), address(), address()];
    await invite(replaced);
    const first = await tokenOf(replaced);
    await invite(replaced);
    await expect(accept(first)).rejects.toThrow('not valid');
    await expect(accept(await tokenOf(replaced))).resolves.toBeDefined();

    const { id } = await invite(revoked);
    await t.subgraph.services.invitations.revoke(owner, id);
    await expect(t.subgraph.services.invitations.revoke(owner, id)).rejects.toThrow('not found');
    await expect(accept(await tokenOf(revoked))).rejects.toThrow('not valid');

    await invite(foreign);
    await expect(accept(await tokenOf(foreign), undefined, GLOBEX)).rejects.toThrow('not valid');

    await invite(late);
    t.clock.advance(7 * 24 * 60 * 60_000);
    await expect(accept(await tokenOf(late))).rejects.toThrow('not valid');
  });

  test('is not sent to a member', async () => {
    await expect(invite('owner@acme.example')).rejects.toThrow('a member already');
  });

  test('hands on no more than the inviter may', async () => {
    const staff = contextFor(ACME, memberOf(['users:invite', ...permissionsOfRoles(['STAFF'], catalogueOf([]))], { roles: ['STAFF'] }), t.clock);
    const admin = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
    await expect(invite(address(), ['STAFF'], staff)).resolves.toBeDefined();
    await expect(invite(address(), ['BILLING'], staff)).rejects.toThrow('more than you may');
    await expect(invite(address(), ['OWNER'], admin)).rejects.toThrow('more than you may');
    await expect(invite(address(), ['STAFF'], contextFor(ACME, memberOf([]), t.clock))).rejects.toThrow('users:invite');
  });

  test('goes to a hundred people at once, each for herself', async () => {
    const outcomes = await t.subgraph.services.invitations.inviteAll(owner, [
      { email: address(), roles: ['STAFF'] },
      { email: 'a@b@c', roles: ['STAFF'] },
      { email: 'owner@acme.example', roles: ['STAFF'] },
      { email: address(), roles: ['EMPEROR'] },
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    await expect(t.subgraph.services.invitations.inviteAll(owner, [])).rejects.toThrow('must be 1 to 100');
    const answer = await t.graphql(
      'mutation ($invitations: [InviteMemberInput!]!) { bulkInvite(invitations: $invitations) { ... on BulkInvitation { sent { email } failed { email error { ... on UserError { code } } } } } }',
      { as: owner.principal, variables: { invitations: [{ email: 'nobody', roles: ['STAFF'] }, { email: 'by-graph@acme.example', roles: ['STAFF'] }] } },
    );
    expect(answer).toEqual({
      data: {
        bulkInvite: {
          sent: [{ email: 'by-graph@acme.example' }],
          failed: [{ email: 'nobody', error: { code: 'BAD_USER_INPUT' } }],
        },
      },
    });
  });

  test('is answered over the graph by a union, and seen by nobody next door', async () => {
    const mutation = `mutation($input: InviteMemberInput!) { inviteMember(input: $input) {
      __typename ... on Invitation { id email status roles invitedBy { displayName } } ... on UserError { code message } } }`;
    const ask = (email: string) =>
      t.graphql(mutation, { variables: { input: { email, roles: ['STAFF'] } }, as: owner.principal });
    const { data } = await ask(address());
    expect(data?.['inviteMember']).toMatchObject({
      __typename: 'Invitation',
      status: 'PENDING',
      invitedBy: { displayName: 'Marta Lindqvist' },
    });
    expect((await ask('nonsense')).data?.['inviteMember']).toMatchObject({ __typename: 'ValidationError' });
    const list = '{ invitations { edges { node { id } } } }';
    const here = await t.graphql(list, { as: owner.principal });
    const nextDoor = await t.graphql(list, { as: owner.principal, tenant: GLOBEX });
    expect((here.data?.['invitations'] as { edges: unknown[] }).edges.length).toBeGreaterThan(0);
    expect(nextDoor.data?.['invitations']).toEqual({ edges: [] });

    const { id } = data?.['inviteMember'] as { id: string };
    const revoke = (of: string, tenant = GLOBEX) =>
      t.graphql('mutation($id: ID!) { revokeInvitation(id: $id) { __typename ... on UserError { code message } } }', {
        variables: { id: of },
        as: owner.principal,
        tenant,
      });
    expect((await revoke(id)).data).toEqual((await revoke(InvitationId.encode('0190aaaa-0000-7000-8000-0000000000ff'))).data);
  });
});

describe('where an invitation stands', () => {
  const now = new Date('2027-05-02T10:00:00Z');
  const open = { expiresAt: new Date('2027-05-03T10:00:00Z'), acceptedAt: null, revokedAt: null };

  test('is told by its dates', () => {
    expect(statusOf(open, now)).toBe('PENDING');
    expect(statusOf({ ...open, expiresAt: now }, now)).toBe('EXPIRED');
    expect(statusOf({ ...open, revokedAt: now }, now)).toBe('REVOKED');
    expect(statusOf({ ...open, acceptedAt: now, expiresAt: now }, now)).toBe('ACCEPTED');
  });

  test('lets an owner make owners, and nobody else', () => {
    const system = catalogueOf([]);
    expect(mayHandOn({ roles: ['OWNER'], permissions: TENANT_PERMISSIONS }, ['OWNER'], system)).toBe(true);
    expect(mayHandOn({ roles: ['ADMIN'], permissions: TENANT_PERMISSIONS }, ['OWNER'], system)).toBe(false);
    expect(mayHandOn({ roles: ['VIEWER'], permissions: [] }, ['USER'], system)).toBe(true);
  });
});
