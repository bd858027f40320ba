import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, memberOf } from '../../../tests/support/runtime.js';
import type { PlatformPermission } from '../../_kernel/wire/permissions.js';
import type { PlatformPrincipal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { PUBLICATION_LEAD_MS, ROTATION_AGE_MS, VERIFICATION_OVERLAP_MS } from './signing-key.js';

const PASSWORD = 'Spine-demo-1!';
const EMAIL = 'signer@acme.example';

describe('keys that sign tokens', () => {
  let t: TestIdentity;

  beforeAll(async () => {
    t = await startTestIdentity();
    await t.subgraph.services.registration.register(at(), { email: EMAIL, password: PASSWORD, displayName: 'Signer' });
  });
  afterAll(() => t.stop());

  const at = () => contextFor(ACME, undefined, t.clock);
  const signingKid = async (): Promise<string | undefined> => {
    const { access } = await t.subgraph.services.sessions.login(at(), { email: EMAIL, password: PASSWORD });
    return decodeProtectedHeader(access.token).kid;
  };
  const published = async (): Promise<readonly (string | undefined)[]> =>
    (await t.subgraph.services.signingKeys.publicKeys()).keys.map(({ kid }) => kid);
  const staff = (permissions: readonly PlatformPermission[], provedSecondsAgo = 0) => {
    const principal: PlatformPrincipal = {
      kind: 'platform',
      adminId: '0190aaaa-0000-7000-8000-0000000000ad',
      sessionId: '0190aaaa-0000-7000-8000-0000000000ae',
      roles: ['SUPER_ADMIN'],
      permissions,
      assurance: { level: 'aal2', at: Math.floor(t.clock.now().getTime() / 1_000) - provedSecondsAgo },
    };
    return contextFor(PLATFORM_TENANT, principal, t.clock);
  };

  test('are followed by others when they are old: published first, signing later, withdrawn last', async () => {
    const first = await signingKid();
    await t.subgraph.services.signingKeys.keepFresh();
    expect(await published()).toHaveLength(2); // one for each realm

    t.clock.advance(ROTATION_AGE_MS);
    await t.subgraph.services.signingKeys.keepFresh();
    expect(await published()).toHaveLength(4);
    expect(await signingKid()).toBe(first);

    t.clock.advance(PUBLICATION_LEAD_MS);
    const second = await signingKid();
    expect(second).not.toBe(first);
    await t.subgraph.services.signingKeys.keepFresh();
    expect(await published()).toEqual(expect.arrayContaining([first, second]));

    t.clock.advance(VERIFICATION_OVERLAP_MS);
    expect(await published()).not.toContain(first);
    expect(await published()).toContain(second);
    expect(await signingKid()).toBe(second);
  });

  test('are made once, however many processes find them old', async () => {
    t.clock.advance(ROTATION_AGE_MS);
    const before = (await published()).length;
    await Promise.all(Array.from({ length: 5 }, () => t.subgraph.services.signingKeys.keepFresh()));
    expect(await published()).toHaveLength(before + 2);
  });

  test('can be replaced at once by platform staff who have just proved who they are', async () => {
    const rotate = (...[context, realm]: Parameters<typeof t.subgraph.services.signingKeys.rotate>) =>
      t.subgraph.services.signingKeys.rotate(context, realm);
    await expect(rotate(staff(['platform:tenants:manage']), 'tenant')).rejects.toThrow('platform:admins:manage');
    await expect(rotate(staff(['platform:admins:manage'], 3_600), 'tenant')).rejects.toThrow('stepUp');
    await expect(rotate(contextFor(ACME, memberOf()), 'tenant')).rejects.toThrow('platform:admins:manage');
    const kid = await rotate(staff(['platform:admins:manage']), 'tenant');
    expect(await published()).toContain(kid);
    t.clock.advance(PUBLICATION_LEAD_MS);
    expect(await signingKid()).toBe(kid);
    expect(await t.eventTypes(PLATFORM_TENANT)).toContain('identity.signing_key_rotated');
  });

  test('are nowhere in a form that signs', async () => {
    const { rows } = await t.runtime.pools.platform.query<{ row: string }>('SELECT k::text AS row FROM identity.signing_key k');
    for (const { row } of rows) expect(row).not.toMatch(/"d"\s*:/);
  });
});
