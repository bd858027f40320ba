import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACME, contextFor, GLOBEX, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IdentityServices } from '../services.js';
import { createIdentity } from '../subgraph.js';

const PASSWORD = 'Spine-demo-1!';

describe('signing up', () => {
  let runtime: TestRuntime;
  let identity: Subgraph<IdentityServices>;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    identity = createIdentity(runtime, { issuer: 'http://spine.test', appName: 'Spine' });
  });
  afterAll(() => runtime.stop());

  const register = (email: string, password = PASSWORD, tenant: TenantIdentity = ACME) =>
    identity.services.registration.register(contextFor(tenant), { email, password, displayName: 'Somebody' });
  const login = (email: string, password = PASSWORD, tenant: TenantIdentity = ACME) =>
    identity.services.sessions.login(contextFor(tenant), { email, password });
  const manager = contextFor(ACME, memberOf(['users:manage']));

  it('makes a client of the tenant whose address was used, and of no other', async () => {
    await register('one@acme.example');
    await expect(login('one@acme.example')).resolves.toBeDefined();
    await expect(login('one@acme.example', PASSWORD, GLOBEX)).rejects.toThrow('wrong');
  });

  it('answers a known address as an unknown one, and changes nothing of it', async () => {
    await register('two@acme.example');
    const answers = [await register('two@acme.example', 'Another-pass-2!'), await register('three@acme.example')];
    expect(answers).toEqual([{ email: 'two@acme.example' }, { email: 'three@acme.example' }]);
    await expect(login('two@acme.example')).resolves.toBeDefined();
    await expect(login('two@acme.example', 'Another-pass-2!')).rejects.toThrow('wrong');
  });

  it('lets a person join a second company with the password she has', async () => {
    await register('four@acme.example');
    await register('four@acme.example', PASSWORD, GLOBEX);
    const [here, there] = await Promise.all([
      login('four@acme.example'),
      login('four@acme.example', PASSWORD, GLOBEX),
    ]);
    expect(here.userId).toBe(there.userId);
  });

  it('lets nobody into a second company who does not know the password', async () => {
    await register('five@acme.example');
    await register('five@acme.example', 'Guessed-pass-5!', GLOBEX);
    await expect(login('five@acme.example', 'Guessed-pass-5!', GLOBEX)).rejects.toThrow('wrong');
    await expect(login('five@acme.example', PASSWORD, GLOBEX)).rejects.toThrow('wrong');
  });

  it('names every rule that the input breaks', async () => {
    const refused = identity.services.registration.register(contextFor(ACME), {
      email: 'a@b@c',
      password: 'abcdefg',
      displayName: ' ',
    });
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: expect.arrayContaining([
        { field: 'email', message: 'must be an e-mail address' },
        { field: 'password', message: 'must contain a special character' },
        { field: 'password', message: 'must be at least 8 characters long' },
        { field: 'displayName', message: 'must not be empty' },
      ]),
    });
  });

  it("is not possible at the platform's own address", async () => {
    await expect(register('six@acme.example', PASSWORD, PLATFORM_TENANT)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('takes one of ten parallel sign-ups with the same address', async () => {
    await Promise.all(Array.from({ length: 10 }, () => register('seven@acme.example')));
    const members = await identity.services.memberships.list(manager, { first: 500 });
    const { rows } = await runtime.pools.platform.query<{ id: string }>(
      `SELECT id FROM identity."user" WHERE email = 'seven@acme.example'`,
    );
    expect(rows).toHaveLength(1);
    expect(members.edges.filter(({ node }) => node.userId === rows[0]?.id)).toHaveLength(1);
  });

  it('shows a person to the companies she is a member of only', async () => {
    await register('eight@acme.example');
    const { userId } = await login('eight@acme.example');
    const seen = (tenant: TenantIdentity) => identity.services.users.find(contextFor(tenant), userId);
    expect([(await seen(ACME))?.email, await seen(GLOBEX)]).toEqual(['eight@acme.example', null]);
  });
});

describe('being made a member', () => {
  let runtime: TestRuntime;
  let identity: Subgraph<IdentityServices>;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    identity = createIdentity(runtime, { issuer: 'http://spine.test', appName: 'Spine' });
  });
  afterAll(() => runtime.stop());

  const colleague = { email: 'colleague@acme.example', displayName: 'Colleague', password: PASSWORD, roles: ['STAFF'] };
  const enrol = (permissions: Parameters<typeof memberOf>[0], input = colleague) =>
    identity.services.enrolment.enrol(contextFor(ACME, memberOf(permissions, { roles: ['OWNER'] })), input);

  it('is up to those who manage members', async () => {
    await expect(enrol(['users:invite'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(enrol(TENANT_PERMISSIONS)).resolves.toMatchObject({ roles: ['STAFF'] });
  });

  it('hands on no more than whoever asks may', async () => {
    const few = memberOf(['users:manage'], { roles: ['STAFF'] });
    await expect(identity.services.enrolment.enrol(contextFor(ACME, few), colleague)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('happens once', async () => {
    await expect(enrol(TENANT_PERMISSIONS)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('needs roles that there are', async () => {
    const refused = enrol(TENANT_PERMISSIONS, { ...colleague, email: 'other@acme.example', roles: ['KING'] });
    await expect(refused).rejects.toMatchObject({ issues: [expect.objectContaining({ field: 'roles.0' })] });
  });

  it('takes more than the address of somebody another company knows', async () => {
    const stranger = { ...colleague, email: 'stranger@globex.example', roles: ['OWNER'] };
    await identity.services.registration.register(contextFor(GLOBEX), stranger);
    await expect(enrol(TENANT_PERMISSIONS, { ...stranger, password: 'Another-pass-2!' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const signIn = identity.services.sessions.login(contextFor(ACME), stranger);
    await expect(signIn).rejects.toThrow('wrong');
    await expect(enrol(TENANT_PERMISSIONS, stranger)).resolves.toMatchObject({ roles: ['OWNER'] });
  });

  it('gives the permissions of the roles with the next sign-in', async () => {
    const { access } = await identity.services.sessions.login(contextFor(ACME), colleague);
    const claims = JSON.parse(Buffer.from(access.token.split('.')[1] ?? '', 'base64url').toString()) as { scope: string };
    expect(claims.scope.split(' ')).toEqual(expect.arrayContaining(['appointments:read', 'patients:read']));
    expect(claims.scope).not.toContain('settings');
  });
});
