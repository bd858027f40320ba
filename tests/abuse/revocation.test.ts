import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '../../clients/cli/graph.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { DEMO_PASSWORD, graphOf, signIn, signInAsAdmin } from '../journeys/main-job.js';

/** How long something that was taken back may go on. */
const WITHIN_MS = 5_000;
const NOTIFICATIONS = 'subscription { notificationReceived { cursor } }';

interface Member {
  readonly id: string;
  readonly user: { readonly id: string; readonly email: string | null } | null;
}

let platform: TestPlatform;
let owner: Graph;
let staffMembership: string;
let staffUser: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
  const { data } = await owner.ask<{ members: { edges: readonly { node: Member }[] } }>(
    '{ members(first: 20) { edges { node { id user { id email } } } } }',
  );
  const staff = data?.members.edges.find(({ node }) => node.user?.email === 'staff@acme.example');
  staffMembership = staff?.node.id ?? '';
  staffUser = staff?.node.user?.id ?? '';
}, PLATFORM_START_MS);
afterAll(async () => platform.stop());

const asStaff = (password?: string): Promise<Graph> => signIn(graphOf(platform.url, 'acme'), 'staff@acme.example', password);

const codeFor = async (graph: Graph): Promise<string | undefined> => {
  const { errors } = await graph.ask('{ me { id } }');
  return errors?.[0]?.extensions?.code;
};

/** What ends a subscription that was open before `change`, and what a request is answered from then on. */
async function after(graph: Graph, change: () => Promise<unknown>) {
  const stream = graph.follow(NOTIFICATIONS);
  const next = stream.next();
  expect(await codeFor(graph)).toBeUndefined();
  const given = await change();
  const begun = performance.now();
  const [ended, refused] = await Promise.all([
    next.then(({ value }) => value?.errors?.[0]?.extensions?.code),
    eventually(() => codeFor(graph)),
  ]);
  expect(performance.now() - begun).toBeLessThan(WITHIN_MS);
  await stream.return();
  return { given, ended, refused };
}

const OUT = { ended: 'UNAUTHENTICATED', refused: 'UNAUTHENTICATED' };

describe('what is taken back ends at once, over HTTP and where it is followed', () => {
  it('at a sign-out', async () => {
    const staff = await asStaff();
    await expect(after(staff, () => staff.ask('mutation { logout { __typename } }'))).resolves.toMatchObject(OUT);
    expect(await codeFor(await asStaff())).toBeUndefined();
  });

  it('when a role is given or taken, until the token is a newer one', async () => {
    const assign = (roles: readonly string[]) =>
      owner.ask<{ assignRoles: { __typename: string } }>(
        'mutation ($input: AssignRolesInput!) { assignRoles(input: $input) { __typename } }',
        { input: { membershipId: staffMembership, roles } },
      );
    await expect(after(await asStaff(), () => assign(['VIEWER']))).resolves.toMatchObject({
      ...OUT,
      given: { data: { assignRoles: { __typename: 'Membership' } } },
    });
    expect(await codeFor(await asStaff())).toBeUndefined();
    await assign(['STAFF']);
  });

  it('when the password is changed elsewhere, but not where it was changed', async () => {
    const [here, elsewhere] = [await asStaff(), await asStaff()];
    const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { __typename } }';
    const input = { currentPassword: DEMO_PASSWORD, newPassword: 'Another-demo-2!' };
    await expect(after(elsewhere, () => here.ask(change, { input }))).resolves.toMatchObject(OUT);
    expect(await codeFor(here)).toBeUndefined();
    await here.ask(change, { input: { currentPassword: input.newPassword, newPassword: DEMO_PASSWORD } });
  });

  it('when a member is banned, and again when it is lifted she may come back', async () => {
    const rule = (status: string) =>
      owner.ask('mutation ($input: SetMemberStatusInput!) { setMemberStatus(input: $input) { __typename } }', {
        input: { membershipId: staffMembership, status, reason: 'A test' },
      });
    await expect(after(await asStaff(), () => rule('BANNED'))).resolves.toMatchObject({
      ...OUT,
      given: { data: { setMemberStatus: { __typename: 'Membership' } } },
    });
    await expect(asStaff()).rejects.toThrow('was not let in');
    await rule('ACTIVE');
    expect(await codeFor(await asStaff())).toBeUndefined();
  });

  it('when she stands where four of the six statuses keep her out, whoever says so, while the other two let her in', async () => {
    const admin = await signInAsAdmin(graphOf(platform.url), 'admin@spine.example');
    const asAdmin = (field: string, input: object) => () =>
      admin.ask(`mutation ($input: ${field === 'setUserStatus' ? 'SetUserStatusInput' : 'UserHoldInput'}!) { ${field}(input: $input) { __typename ... on User { status } } }`, { input });
    const rule = (status: string) => asAdmin('setUserStatus', { userId: staffUser, status, reason: 'A test' });
    const hold = { userId: staffUser, reason: 'A test' };
    const ways = [
      { to: 'BANNED', out: rule('BANNED'), back: rule('ACTIVE') },
      { to: 'SUSPENDED', out: rule('SUSPENDED'), back: rule('ACTIVE') },
      { to: 'HOLD', out: asAdmin('holdUser', hold), back: asAdmin('releaseUser', hold) },
    ];
    for (const { to, out, back } of ways) {
      await expect(after(await asStaff(), out)).resolves.toMatchObject({
        ...OUT,
        given: { data: { [to === 'HOLD' ? 'holdUser' : 'setUserStatus']: { __typename: 'User', status: to } } },
      });
      await expect(asStaff()).rejects.toThrow('was not let in');
      await back();
      expect(await codeFor(await asStaff())).toBeUndefined();
    }
    const leaving = await asStaff();
    const left = () => leaving.ask('mutation { closeMyAccount { __typename } }');
    await expect(after(leaving, left)).resolves.toMatchObject({ ...OUT, given: { data: { closeMyAccount: { __typename: 'AccountClosed' } } } });
    await expect(asStaff()).rejects.toThrow('was not let in');
    await rule('ACTIVE')();
    expect(await codeFor(await asStaff())).toBeUndefined();

    const door = graphOf(platform.url, 'acme');
    const input = { email: 'pending@acme.example', password: DEMO_PASSWORD, displayName: 'Pending' };
    await door.ask('mutation ($input: RegisterInput!) { register(input: $input) { __typename } }', { input });
    const pending = await signIn(door, input.email);
    const { data } = await pending.ask<{ me: { status: string } }>('{ me { status } }');
    expect(data?.me).toEqual({ status: 'PENDING' });
  });

  it('when a company is suspended, for everyone in it, at every gateway, and nobody in another', async () => {
    const elsewhere = await platform.anotherGateway();
    const { url } = await elsewhere.listen({ host: '127.0.0.1', port: 0 });
    const there = await signIn(graphOf(url, 'acme'), 'owner@acme.example');
    expect(await codeFor(there)).toBeUndefined();
    const admin = await signInAsAdmin(graphOf(platform.url), 'admin@spine.example');
    const nextDoor = await signIn(graphOf(platform.url, 'globex'), 'owner@globex.example');
    const tenant = await owner.ask<{ currentTenant: { id: string } }>('{ currentTenant { id } }');
    const id = tenant.data?.currentTenant.id;
    const step = (field: string) => admin.ask(`mutation ($id: ID!) { ${field} { __typename } }`, { id });
    await expect(after(owner, () => step('suspendTenant(id: $id, reason: "A test")'))).resolves.toMatchObject({
      ended: 'TENANT_SUSPENDED',
      refused: 'TENANT_SUSPENDED',
    });
    const known = performance.now();
    await eventually(async () => (await codeFor(there)) === 'TENANT_SUSPENDED', WITHIN_MS);
    console.info(`a suspension is known at the other gateway ${(performance.now() - known).toFixed(0)} ms after it is at the first`);
    expect(await codeFor(nextDoor)).toBeUndefined();
    await step('reactivateTenant(id: $id)');
    await eventually(async () => (await codeFor(owner)) === undefined && (await codeFor(there)) === undefined, WITHIN_MS);
    await elsewhere.stop();
  });
});
