import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { generate } from 'otplib';
import { contextFor, ACME, createTestClock, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import { MAIL_PURPOSE } from '../../_kernel/mail/mail.js';
import { JWKS_PATH } from '../../_kernel/wire/access-token.js';
import { PLATFORM_PERMISSIONS, type PlatformPermission } from '../../_kernel/wire/permissions.js';
import { ADMIN_ROLES, NO_ASSURANCE, type PlatformPrincipal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityServices } from '../services.js';
import { createIdentity } from '../subgraph.js';

const PASSWORD = 'Spine-demo-1!';

describe('platform staff', () => {
  let runtime: TestRuntime;
  let identity: Subgraph<IdentityServices>;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    identity = createIdentity(runtime, { issuer: 'http://spine.test', appName: 'Spine' });
  });
  afterAll(() => runtime.stop());

  const admin = { email: 'root@spine.example', displayName: 'Root', password: PASSWORD, role: 'SUPPORT' as const };

  const staffWith = (permissions: readonly PlatformPermission[], of: Partial<PlatformPrincipal> = {}) =>
    contextFor(PLATFORM_TENANT, {
      kind: 'platform',
      adminId: uuidv7(),
      sessionId: uuidv7(),
      roles: ['ADMIN'],
      permissions,
      assurance: { level: 'aal1', at: Math.floor(Date.now() / 1_000) },
      ...of,
    });

  it('sign in with keys and an audience of their own', async () => {
    const staff = contextFor(PLATFORM_TENANT, { kind: 'system', name: 'test' });
    await identity.services.adminUsers.register(staff, admin);
    const { access } = await identity.services.adminSessions.login(contextFor(ACME), admin);
    const [header, payload] = access.token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
    expect(header?.['kid']).toMatch(/^platform-/);
    expect(payload).toMatchObject({ aud: 'spine:platform', roles: ['SUPPORT'] });
    expect(payload).not.toHaveProperty('tid');
    expect(payload?.['scope']).not.toMatch(/(?:tenants|incidents|admins):manage/);
  });

  it('are not to be found by a sign-in to a company', async () => {
    await expect(identity.services.sessions.login(contextFor(ACME), admin)).rejects.toThrow('wrong');
  });

  it('are added by those who manage them, once', async () => {
    const register = (permissions: readonly PlatformPermission[]) =>
      identity.services.adminUsers.register(
        staffWith(permissions),
        admin,
      );
    await expect(register([])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(register(['platform:admins:manage'])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('go on with refresh tokens of their own realm, each good once', async () => {
    const refresh = (token: string) => identity.services.adminSessions.refresh(contextFor(ACME), token);
    const first = await identity.services.adminSessions.login(contextFor(ACME), admin);
    const second = await refresh(first.refresh.token);
    await expect(identity.services.sessions.refresh(contextFor(PLATFORM_TENANT), second.refresh.token)).rejects.toThrow('not valid');
    await expect(refresh(first.refresh.token)).rejects.toThrow('not valid');
    await expect(refresh(second.refresh.token)).rejects.toThrow('not valid');
  });

  it('end their sessions', async () => {
    const { access, refresh } = await identity.services.adminSessions.login(contextFor(ACME), admin);
    const { sub, sid } = decodeJwt(access.token);
    const leaving = staffWith([], { adminId: String(sub), sessionId: String(sid) });
    await identity.services.adminSessions.logout(leaving);
    await expect(identity.services.adminSessions.refresh(contextFor(ACME), refresh.token)).rejects.toThrow('not valid');
  });

  it('need their second factor once they have one', async () => {
    const { admin: person } = await identity.services.adminSessions.login(contextFor(ACME), admin);
    const her = staffWith([], { adminId: person.id });
    const { secret } = await identity.services.secondFactors.enrol(her, admin.email);
    const code = (stepsAhead: number) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + stepsAhead * 30 });
    await identity.services.secondFactors.confirm(her, await code(-1));
    const login = (given?: string) => identity.services.adminSessions.login(contextFor(ACME), { ...admin, code: given });
    await expect(login()).rejects.toThrow('code: is needed');
    await expect(login('000000')).rejects.toThrow('wrong');
    const { access } = await login(await code(0));
    expect(decodeJwt(access.token)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp'] });
  });

  it('are listed, found and changed by those who manage them, and one of these is always left', async () => {
    const system = contextFor(PLATFORM_TENANT, { kind: 'system', name: 'test' });
    const boss = await identity.services.adminUsers.register(system, {
      ...admin,
      email: 'boss@spine.example',
      displayName: 'The Boss',
      role: 'SUPER_ADMIN',
      department: 'Board',
    });
    const manager = staffWith(['platform:admins:manage']);
    const found = await identity.services.adminUsers.list(manager, { first: 10 }, 'boss@');
    expect(found.edges.map((edge) => edge?.node)).toEqual([expect.objectContaining({ department: 'Board' })]);
    expect(found.edges[0]?.node).not.toHaveProperty('passwordHash');

    const update = (as = manager) => identity.services.adminUsers.update(as, boss.id, { role: 'SALES', department: 'Sales' });
    await expect(update(staffWith([]))).rejects.toThrow('platform:admins:manage');
    await expect(update(staffWith(['platform:admins:manage'], { assurance: NO_ASSURANCE }))).rejects.toThrow('stepUp');
    await expect(update()).rejects.toThrow('has to be left');
    await identity.services.adminUsers.register(system, { ...admin, email: 'other@spine.example', role: 'SUPER_ADMIN' });
    await expect(update()).resolves.toMatchObject({ role: 'SALES', department: 'Sales' });
    await expect(identity.services.adminUsers.list(contextFor(ACME, memberOf()), {}, null)).rejects.toThrow('nobody else');
  });

  describe('who are new', () => {
    const NEW_PASSWORD = 'Chosen-by-her-1!';
    const clock = createTestClock();
    let count = 0;

    const manager = () => ({ ...staffWith(['platform:admins:manage']), clock });
    const add = async (password?: string) => {
      count += 1;
      const email = `new-${count}@spine.example`;
      const { id } = await identity.services.adminUsers.register(manager(), { email, displayName: 'Nora', role: 'SUPPORT', password });
      return { id, email };
    };
    /** What stands in the links she was sent, newest first. */
    const tokensTo = async (email: string): Promise<readonly string[]> => {
      await runtime.everythingTold();
      const db = runtime.database.tenants.of({ tenant: PLATFORM_TENANT });
      const events = await db.outboxEvent.findMany({ where: { type: 'identity.mail_requested' }, orderBy: { id: 'desc' } });
      return events.flatMap(({ payload }) => {
        const { template, sealed } = payload as { readonly template: string; readonly sealed: string };
        const mail = JSON.parse(runtime.secretBox.open(sealed, MAIL_PURPOSE)) as { to: string; values: Record<string, unknown> };
        if (mail.to !== email || template !== 'ADMIN_WELCOME') return [];
        expect(mail.values).toMatchObject({ displayName: 'Nora', role: 'SUPPORT', minutes: 1_440 });
        const link = new URL(String(mail.values['link']));
        expect(link.origin + link.pathname).toBe('http://spine.test/admin/');
        return [link.hash.replace('#welcome=', '')];
      });
    };
    const tokenTo = async (email: string): Promise<string> => (await tokensTo(email))[0] ?? '';
    const choose = (token: string, newPassword = NEW_PASSWORD) =>
      identity.services.adminWelcomes.choosePassword(contextFor(ACME, undefined, clock), { token, newPassword });
    const login = (email: string, password: string) =>
      identity.services.adminSessions.login(contextFor(ACME, undefined, clock), { email, password });

    it('are welcomed by a mail, whose link lets them choose their password once', async () => {
      const { email } = await add();
      const token = await tokenTo(email);
      await expect(choose(token, 'short')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      await choose(token);
      await expect(login(email, NEW_PASSWORD)).resolves.toMatchObject({ admin: { email } });
      await expect(choose(token, 'Another-one-2?')).rejects.toThrow('not valid any more');
      await expect(login(email, 'Another-one-2?')).rejects.toThrow('wrong');
    });

    it('replace what was chosen for them, and whoever signed in with that is out', async () => {
      const { email } = await add(PASSWORD);
      const { refresh } = await login(email, PASSWORD);
      await choose(await tokenTo(email));
      await expect(login(email, PASSWORD)).rejects.toThrow('wrong');
      await expect(identity.services.adminSessions.refresh(contextFor(ACME, undefined, clock), refresh.token)).rejects.toThrow('not valid');
    });

    it('choose by the newest link alone, for a day, one of ten who show it at the same time', async () => {
      const { id, email } = await add();
      const first = await tokenTo(email);
      await expect(identity.services.adminWelcomes.send(staffWith([]), id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(identity.services.adminWelcomes.send(staffWith(['platform:admins:manage'], { assurance: NO_ASSURANCE }), id)).rejects.toThrow('stepUp');
      await expect(identity.services.adminWelcomes.send(manager(), uuidv7())).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await identity.services.adminWelcomes.send(manager(), id);
      await expect(choose(first)).rejects.toThrow('not valid any more');
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, async () => choose(await tokenTo(email))));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

      const late = await add();
      const token = await tokenTo(late.email);
      clock.advance(25 * 3_600_000);
      await expect(choose(token)).rejects.toThrow('not valid any more');
      for (const nonsense of ['', 'spm_nothing', '%']) await expect(choose(nonsense)).rejects.toThrow('not valid any more');
    });

    it('have nothing of the link kept, and nobody who sets the platform up is welcomed', async () => {
      const { id, email } = await add();
      const token = await tokenTo(email);
      const { rows } = await runtime.pools.platform.query<{ text: string }>('SELECT a::text AS text FROM identity.admin_user a WHERE id = $1', [id]);
      expect(rows[0]?.text).not.toContain(token);
      expect(await tokensTo('boss@spine.example')).toEqual([]);
    });
  });

  it('have one of seven roles, of which the first alone may do everything, and none anything of a company', async () => {
    const scopes = await Promise.all(
      ADMIN_ROLES.map(async (role) => {
        const email = `${role.toLowerCase()}@spine.example`;
        await identity.services.adminUsers.register(contextFor(PLATFORM_TENANT, { kind: 'system', name: 'test' }), { ...admin, email, role });
        const { access } = await identity.services.adminSessions.login(contextFor(PLATFORM_TENANT), { email, password: PASSWORD });
        const { roles, scope } = decodeJwt<{ readonly roles: string[]; readonly scope: string }>(access.token);
        expect(roles).toEqual([role]);
        return scope.split(' ');
      }),
    );
    expect(scopes).toHaveLength(7);
    const [everything = [], ...others] = scopes;
    expect(everything).toEqual([...PLATFORM_PERMISSIONS]);
    for (const scope of others) {
      expect(everything).toEqual(expect.arrayContaining(scope));
      expect(scope).not.toContain('platform:admins:manage');
    }
    expect(everything.filter((permission) => !permission.startsWith('platform:'))).toEqual([]);
  });

  it('publish the keys of both realms, and no private one', async () => {
    await identity.services.registration.register(contextFor(ACME), { email: 'x@acme.example', password: PASSWORD, displayName: 'X' });
    await identity.services.sessions.login(contextFor(ACME), { email: 'x@acme.example', password: PASSWORD });
    const route = identity.routes.find(({ path }) => path === JWKS_PATH);
    const answer = await route?.handle(
      { method: 'GET', path: route.path, search: '', headers: {}, body: new Uint8Array() },
      { tenant: PLATFORM_TENANT, principal: { kind: 'anonymous' }, origin: { requestId: 'r', ip: null, userAgent: null } },
    );
    const { keys } = JSON.parse(answer?.body ?? '{}') as { keys: Record<string, string>[] };
    expect(keys.map((key) => key['kid']?.split('-')[0]).sort()).toEqual(['platform', 'tenant']);
    expect(keys.some((key) => 'd' in key)).toBe(false);
    const { rows } = await runtime.pools.platform.query<{ sealed: string }>(
      'SELECT sealed_private_jwk AS sealed FROM identity.signing_key',
    );
    expect(rows.every(({ sealed }) => sealed.startsWith('v1.') && !sealed.includes('"d"'))).toBe(true);
  });
});
