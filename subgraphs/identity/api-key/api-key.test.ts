import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME as PLAIN_ACME, contextFor, GLOBEX as PLAIN_GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { ApiKeyId } from '../ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { API_KEY_PATH, API_KEY_USES_PATH, looksLikeApiKey, newApiKey, type KnownApiKey } from '../../_kernel/wire/api-key.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, NO_ASSURANCE, type Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** Keys are part of the largest plan. */
const ACME: TenantIdentity = { ...PLAIN_ACME, plan: 'ENTERPRISE' };
const GLOBEX: TenantIdentity = { ...PLAIN_GLOBEX, plan: 'ENTERPRISE' };

describe('API keys', () => {
  let t: TestIdentity;
  let accountId: string;
  const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
  const gateway: Principal = { kind: 'system', name: 'gateway' };

  beforeAll(async () => {
    t = await startTestIdentity();
    const account = await t.subgraph.services.serviceAccounts.create(at(), {
      name: 'Kiosk',
      description: 'In the hall',
      permissions: ['appointments:read', 'appointments:create'],
    });
    accountId = account.id;
  });
  afterAll(() => t.stop());

  const at = (who: Principal = fresh(owner), tenant = ACME): RequestContext => contextFor(tenant, who, t.clock);
  /** As somebody who has just proved who she is. */
  function fresh(who: typeof owner): Principal {
    return { ...who, assurance: { level: 'aal1', at: Math.floor(t.clock.now().getTime() / 1_000) } } as Principal;
  }
  const create = (of: object = {}, as = at()) =>
    t.subgraph.services.apiKeys.create(as, {
      serviceAccountId: accountId,
      name: 'Door',
      permissions: ['appointments:read'],
      ...of,
    });
  const forward = (path: string, search: string, body: unknown = '', principal: Principal = gateway, method = 'GET') =>
    t.host.forward(
      { method, path, search, headers: {}, body: Buffer.from(JSON.stringify(body)) },
      { tenant: PLATFORM_TENANT, principal, origin: { requestId: 'r', ip: null, userAgent: null } },
    );
  const lookUp = async (key: string): Promise<KnownApiKey | null> => {
    const answer = await forward(API_KEY_PATH, `?hash=${hashOfSecret(key)}`);
    return answer?.status === 200 ? (JSON.parse(answer.body) as KnownApiKey) : null;
  };

  test('are shown once, and kept as a hash and four characters', async () => {
    const { key, apiKey } = await create();
    expect(key).toMatch(/^cf_[0-9A-Za-z]{49}$/);
    const { rows } = await t.runtime.pools.platform.query<{ row: string }>('SELECT k::text AS row FROM identity.api_key k');
    expect(rows.map(({ row }) => row).join('\n')).not.toContain(key.slice(3));
    expect(apiKey).not.toHaveProperty('hash');
    const { data } = await t.graphql('{ apiKeys(first: 1) { edges { node { preview status usageCount hourlyLimit serviceAccount { name } } } } }', { as: owner });
    expect(data).toEqual({
      apiKeys: {
        edges: [
          { node: { preview: `cf_…${key.slice(-4)}`, status: 'ACTIVE', usageCount: 0, hourlyLimit: 1_000, serviceAccount: { name: 'Kiosk' } } },
        ],
      },
    });
  });

  test('are known to the gateway by their hash, and to nobody else', async () => {
    const { key, apiKey } = await create({ hourlyLimit: 7, registeredClient: 'kiosk' });
    await expect(lookUp(key)).resolves.toEqual({
      tenantId: ACME.id,
      apiKeyId: apiKey.id,
      serviceAccountId: accountId,
      permissions: ['appointments:read'],
      hourlyLimit: 7,
      registeredClient: 'kiosk',
      expiresAt: null,
    });
    await expect(forward(API_KEY_PATH, `?hash=${hashOfSecret(key)}`, '', ANONYMOUS)).resolves.toMatchObject({ status: 403 });
    await expect(forward(API_KEY_PATH, `?hash=${hashOfSecret(newApiKey())}`)).resolves.toMatchObject({ status: 404 });
    await expect(forward(API_KEY_PATH, '?hash=%27%20OR%201=1')).resolves.toMatchObject({ status: 404 });
  });

  test('are their program’s, and outlive the place of whoever has made them', async () => {
    const { enrolment, memberStandings } = t.subgraph.services;
    const place = await enrolment.enrol(at(), { email: 'maker@acme.example', displayName: 'Maker', password: 'Spine-demo-1!', roles: ['ADMIN'] });
    const maker = memberOf(TENANT_PERMISSIONS, { userId: place.userId, roles: ['ADMIN'] });
    const { key } = await create({}, at(fresh(maker)));
    await memberStandings.remove(at(), place.id);
    await expect(lookUp(key)).resolves.toMatchObject({ serviceAccountId: accountId, permissions: ['appointments:read'] });
  });

  test('end when they are revoked, when they expire, and when their program is archived', async () => {
    const revoked = await create();
    await t.subgraph.services.apiKeys.revoke(at(), revoked.apiKey.id);
    await expect(lookUp(revoked.key)).resolves.toBeNull();
    await expect(t.subgraph.services.apiKeys.revoke(at(), revoked.apiKey.id)).rejects.toThrow('not found');

    const expiring = await create({ expiresAt: new Date(t.clock.now().getTime() + 60_000) });
    await expect(lookUp(expiring.key)).resolves.not.toBeNull();
    t.clock.advance(60_000);
    await expect(lookUp(expiring.key)).resolves.toBeNull();
    await expect(create({ expiresAt: t.clock.now() })).rejects.toThrow('expiresAt: must lie in the future');

    const { id } = await t.subgraph.services.serviceAccounts.create(at(), { name: 'Gone', description: '', permissions: ['billing:read'] });
    const orphan = await create({ serviceAccountId: id, permissions: ['billing:read'] });
    await t.subgraph.services.serviceAccounts.archive(at(), id);
    await expect(lookUp(orphan.key)).resolves.toBeNull();
    await expect(create({ serviceAccountId: id, permissions: ['billing:read'] })).rejects.toThrow('not found');
    expect(await t.eventTypes()).toEqual(expect.arrayContaining(['identity.api_key_created', 'identity.api_key_revoked']));
  });

  test('are made anew for a program that was archived and is taken back', async () => {
    const { serviceAccounts: programs } = t.subgraph.services;
    const { id } = await programs.create(at(), { name: 'Back', description: '', permissions: ['billing:read'] });
    const before = await create({ serviceAccountId: id, permissions: ['billing:read'] });
    await expect(programs.restore(at(), id)).rejects.toThrow('not found');
    await programs.archive(at(), id);
    expect((await programs.list(at())).map(({ name }) => name)).not.toContain('Back');
    expect((await programs.list(at(), true)).map(({ name }) => name)).toContain('Back');
    const lesser = contextFor(ACME, memberOf(['settings:update']), t.clock);
    await expect(programs.restore(lesser, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const elsewhere = contextFor(GLOBEX, memberOf(TENANT_PERMISSIONS), t.clock);
    await expect(programs.restore(elsewhere, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(programs.restore(at(), id)).resolves.toMatchObject({ id, archivedAt: null });
    await expect(lookUp(before.key)).resolves.toBeNull();
    const after = await create({ serviceAccountId: id, permissions: ['billing:read'] });
    await expect(lookUp(after.key)).resolves.toMatchObject({ serviceAccountId: id, permissions: ['billing:read'] });
  });

  test('are replaced by others while they go on counting for a day', async () => {
    const old = await create({ hourlyLimit: 5 });
    const next = await t.subgraph.services.apiKeys.rotate(at(), old.apiKey.id);
    await expect(lookUp(next.key)).resolves.toMatchObject({ hourlyLimit: 5, serviceAccountId: accountId });
    await expect(lookUp(old.key)).resolves.not.toBeNull();
    t.clock.advance(24 * 60 * 60_000);
    await expect(lookUp(old.key)).resolves.toBeNull();
    await expect(lookUp(next.key)).resolves.not.toBeNull();
    await expect(t.subgraph.services.apiKeys.rotate(at(), old.apiKey.id)).rejects.toThrow('not found');
  });

  test('are not shown, by being replaced, to somebody who may do less than they allow', async () => {
    const { apiKey } = await create({ permissions: ['appointments:create'] });
    const clerk = at(fresh(memberOf(['settings:read', 'settings:update'])));
    await expect(t.subgraph.services.apiKeys.rotate(clerk, apiKey.id)).rejects.toThrow('may not do yourself');
    await expect(t.subgraph.services.apiKeys.revoke(clerk, apiKey.id)).resolves.toMatchObject({ id: apiKey.id });
  });

  test('allow no more than their program, nor than whoever makes them', async () => {
    await expect(create({ permissions: ['billing:delete'] })).rejects.toThrow('may not have billing:delete');
    const clerk = memberOf(['settings:update', 'appointments:create'], { roles: ['clerk'] });
    await expect(create({}, at(fresh(clerk)))).rejects.toThrow('may not do yourself');
    const account = t.subgraph.services.serviceAccounts.create(at(fresh(clerk)), { name: 'X', description: '', permissions: ['billing:read'] });
    await expect(account).rejects.toThrow('may not do yourself');
  });

  test('are part of the plan: without it none is made or replaced, and those that are there can be taken back', async () => {
    const { apiKey } = await create();
    const without = at(fresh(owner), { ...ACME, plan: 'PROFESSIONAL' });
    const refused = { code: 'FEATURE_NOT_IN_PLAN', message: 'Your plan does not include api_access' };
    await expect(create({}, without)).rejects.toMatchObject(refused);
    await expect(t.subgraph.services.apiKeys.rotate(without, apiKey.id)).rejects.toMatchObject(refused);
    await expect(t.subgraph.services.apiKeys.revoke(without, apiKey.id)).resolves.toMatchObject({ id: apiKey.id });
  });

  test('are called otherwise without anything else about them changing', async () => {
    const { key, apiKey } = await create();
    const RENAME = `mutation($id: ID!, $name: String!) { renameApiKey(id: $id, name: $name) {
      __typename ... on ApiKey { name status } ... on ValidationError { issues { field } } } }`;
    const rename = async (name: string, as: Principal = fresh(owner), tenant = ACME, id = ApiKeyId.encode(apiKey.id)) =>
      (await t.graphql(RENAME, { as, tenant, variables: { id, name } })).data?.['renameApiKey'];
    expect(await rename('  Back door ')).toEqual({ __typename: 'ApiKey', name: 'Back door', status: 'ACTIVE' });
    await expect(lookUp(key)).resolves.toMatchObject({ apiKeyId: apiKey.id });
    expect(await rename(' ')).toEqual({ __typename: 'ValidationError', issues: [{ field: 'name' }] });
    expect(await rename('Mine', fresh(owner), GLOBEX)).toEqual({ __typename: 'NotFoundError' });
    expect(await rename('Mine', fresh(owner), ACME, ApiKeyId.encode(PLATFORM_TENANT.id))).toEqual({ __typename: 'NotFoundError' });
    expect(await rename('Mine', memberOf(['settings:read']))).toEqual({ __typename: 'ForbiddenError' });
  });

  test('are made by people who have just proved who they are, and never by another key', async () => {
    await expect(create({}, at({ ...owner, assurance: NO_ASSURANCE } as Principal))).rejects.toThrow('stepUp');
    await expect(create({}, at(memberOf(['settings:read'])))).rejects.toThrow('settings:update');
    const service: Principal = {
      kind: 'service',
      serviceAccountId: accountId,
      apiKeyId: 'k',
      permissions: TENANT_PERMISSIONS,
      hourlyLimit: 1,
      registeredClient: null,
    };
    await expect(create({}, at(service))).rejects.toThrow('Sign in');
    await expect(t.subgraph.services.serviceAccounts.create(at(service), { name: 'Y', description: '', permissions: [] })).rejects.toThrow('Sign in');
  });

  test.each([
    [{ name: '' }, 'name'],
    [{ permissions: [] }, 'permissions'],
    [{ permissions: ['world:rule'] }, 'permissions.0'],
    [{ hourlyLimit: 0 }, 'hourlyLimit'],
    [{ hourlyLimit: 1_000_001 }, 'hourlyLimit'],
  ])('are refused for %j, naming %s', async (of, field) => {
    await expect(create(of)).rejects.toMatchObject({ issues: [expect.objectContaining({ field })] });
  });

  test('of one company are unknown to another', async () => {
    const { apiKey } = await create();
    const there = at(fresh(owner), GLOBEX);
    await expect(t.subgraph.services.apiKeys.revoke(there, apiKey.id)).rejects.toThrow('not found');
    await expect(t.subgraph.services.apiKeys.rotate(there, apiKey.id)).rejects.toThrow('not found');
    await expect(create({}, there)).rejects.toThrow('Service account not found');
    expect((await t.subgraph.services.apiKeys.list(there, { first: 10 })).edges).toEqual([]);
  });

  test('count what was used, however the reports come', async () => {
    const { apiKey } = await create();
    const report = (uses: number, lastUsedAt: string) =>
      forward(API_KEY_USES_PATH, '', [{ tenantId: ACME.id, apiKeyId: apiKey.id, uses, lastUsedAt }], gateway, 'POST');
    await Promise.all([report(3, '2027-05-02T10:00:05.000Z'), report(4, '2027-05-02T10:00:00.000Z')]);
    const { data } = await t.graphql('{ apiKeys(first: 1) { edges { node { usageCount lastUsedAt } } } }', { as: owner });
    expect(data).toMatchObject({ apiKeys: { edges: [{ node: { usageCount: 7, lastUsedAt: '2027-05-02T10:00:05.000Z' } }] } });
    await expect(forward(API_KEY_USES_PATH, '', [{ uses: 'many' }], gateway, 'POST')).resolves.toMatchObject({ status: 400 });
    await expect(forward(API_KEY_USES_PATH, '', [], ANONYMOUS, 'POST')).resolves.toMatchObject({ status: 403 });
  });
});

describe('a key', () => {
  test('shows by itself whether it was mistyped', () => {
    for (let n = 0; n < 200; n += 1) {
      const key = newApiKey();
      expect(looksLikeApiKey(key)).toBe(true);
      const place = 3 + (n % 49);
      const wrong = key[place] === 'x' ? 'y' : 'x';
      expect(looksLikeApiKey(key.slice(0, place) + wrong + key.slice(place + 1))).toBe(false);
    }
    expect(looksLikeApiKey('cf_short')).toBe(false);
    expect(looksLikeApiKey(`sk_${newApiKey().slice(3)}`)).toBe(false);
  });
});
