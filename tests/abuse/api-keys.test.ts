import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newApiKey } from '../../subgraphs/_kernel/wire/api-key.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { queryDatabase } from './database.js';
import { bearer, knock, tokensOf, whisper, type Reply } from './attacker.js';

const ACCOUNT = `mutation($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) { ... on ServiceAccount { id } ... on UserError { code message } }
}`;
const KEY = `mutation($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { ... on IssuedApiKey { key apiKey { id } } ... on UserError { code message } }
}`;
const REVOKE = 'mutation($id: ID!) { revokeApiKey(id: $id) { __typename } }';
const BOOKINGS = '{ bookings(first: 1) { edges { node { id } } } }';

describe('a program with an API key', () => {
  let platform: TestPlatform;
  let ownerToken: string;
  let issued: { readonly key: string; readonly apiKey: { readonly id: string } };

  const asOwner = async <Data>(query: string, variables: object): Promise<Data> => {
    const { data } = await knock(platform.url, { headers: bearer(ownerToken), body: { query, variables } });
    return data as Data;
  };
  const issue = async (name: string, permissions: readonly string[], of: object = {}) => {
    const account = await asOwner<{ createServiceAccount: { id: string } }>(ACCOUNT, {
      input: { name, description: 'A test', permissions },
    });
    const input = { serviceAccountId: account.createServiceAccount.id, name, permissions, ...of };
    return (await asOwner<{ createApiKey: typeof issued }>(KEY, { input })).createApiKey;
  };
  const ask = (key: string, query = BOOKINGS, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    knock(platform.url, { headers: { ...bearer(key), ...headers }, body: { query } });

  beforeAll(async () => {
    platform = await startTestPlatform({ environment: { APP_ENV: 'production' } });
    // Before anybody has asked for the company: keys are part of the largest plan.
    await queryDatabase(platform, `UPDATE tenancy.tenant SET plan = 'ENTERPRISE' WHERE slug = 'acme' RETURNING id`);
    ownerToken = (await tokensOf(platform.url, 'owner@acme.example')).accessToken;
    issued = await issue('Reader', ['appointments:read']);
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('reads what the key allows, by either header', async () => {
    await expect(ask(issued.key)).resolves.toMatchObject({ status: 200, codes: [] });
    const byItsOwnHeader = await knock(platform.url, { headers: { 'x-api-key': issued.key }, body: { query: BOOKINGS } });
    expect(byItsOwnHeader).toMatchObject({ status: 200, codes: [], data: { bookings: expect.anything() as unknown } });
  });

  it('finds its company by the key where the address names none', async () => {
    const reply = await ask(issued.key, '{ currentTenant { slug } }', { host: 'localhost' });
    expect(reply.data).toEqual({ currentTenant: { slug: 'acme' } });
  });

  it('changes nothing that the key does not allow', async () => {
    const refused = await knock(platform.url, {
      headers: bearer(issued.key),
      body: { query: 'mutation { createServiceAccount(input: { name: "x", description: "", permissions: [] }) { __typename } }' },
    });
    expect(refused.codes).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
    const strong = await issue('Strong', ['settings:update', 'settings:read']);
    const made = await knock(platform.url, {
      headers: bearer(strong.key),
      body: { query: ACCOUNT, variables: { input: { name: 'Child', description: '', permissions: [] } } },
    });
    expect(made.data).toMatchObject({ createServiceAccount: { code: 'UNAUTHENTICATED' } });
  });

  it('is refused at another company, whichever way it names one', async () => {
    await expect(ask(issued.key, BOOKINGS, { host: 'globex.localhost' })).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'] });
    await expect(ask(issued.key, BOOKINGS, { host: 'localhost', 'x-tenant': 'globex' })).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'] });
  });

  it('is refused alike with a key that is unknown, mistyped or revoked', async () => {
    const revoked = await issue('Leaving', ['appointments:read']);
    await expect(ask(revoked.key)).resolves.toMatchObject({ codes: [] });
    await asOwner(REVOKE, { id: revoked.apiKey.id });
    const refused = await eventually(async () => {
      const reply = await ask(revoked.key);
      return reply.codes.includes('UNAUTHENTICATED') ? reply : null;
    });
    const unknown = await ask(newApiKey());
    const mistyped = await ask(`${issued.key.slice(0, -1)}${issued.key.endsWith('x') ? 'y' : 'x'}`);
    const withoutId = ({ status, text }: Reply): unknown => ({ status, text: text.replace(/"requestId":"[^"]+"/, '') });
    expect(withoutId(unknown)).toEqual(withoutId(refused));
    expect(withoutId(mistyped)).toEqual(withoutId(refused));
    expect(refused.status).toBe(401);
  });

  it('is refused over WebSocket as over HTTP', async () => {
    const query = 'subscription { notificationReceived { cursor } }';
    await expect(whisper(platform.url, { host: 'acme.localhost', token: newApiKey(), query })).resolves.toEqual({ closed: 4401 });
    await expect(whisper(platform.url, { host: 'globex.localhost', token: issued.key, query })).resolves.toEqual({ closed: 4403 });
  });

  it('runs nothing but registered operations when it is a partner’s', async () => {
    const partner = await issue('Partner', ['appointments:read'], { registeredClient: 'nobody-registered-this' });
    await expect(ask(partner.key)).resolves.toMatchObject({ status: 403, codes: ['PERSISTED_QUERY_ONLY'], data: undefined });
    const byId = await knock(platform.url, { headers: bearer(partner.key), body: { documentId: `sha256:${'a'.repeat(64)}` } });
    expect(byId).toMatchObject({ status: 403, codes: ['PERSISTED_QUERY_ONLY'] });
    const query = 'subscription { notificationReceived { cursor } }';
    await expect(whisper(platform.url, { host: 'acme.localhost', token: partner.key, query })).resolves.toMatchObject({
      answer: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }],
    });
  });

  it('gets a thousand requests an hour and is told how many are left', async () => {
    const { headers } = await ask(issued.key);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '1000' });
    expect(Number(headers['x-ratelimit-remaining'])).toBeLessThan(1_000);
  });
});
