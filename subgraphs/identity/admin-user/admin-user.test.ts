import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { generate } from 'otplib';
import { contextFor, ACME, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import { JWKS_PATH } from '../../_kernel/wire/access-token.js';
import type { PlatformPermission } from '../../_kernel/wire/permissions.js';
import { NO_ASSURANCE, type PlatformPrincipal } from '../../_kernel/wire/principal.js';
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
