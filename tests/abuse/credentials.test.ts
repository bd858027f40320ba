import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { buildSchema } from 'graphql';
import { createLogger } from '../../infra/runtime/log.js';
import { serveSubgraph, type RunningSubgraphServer } from '../../subgraphs/_kernel/http/subgraph-server.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import { ENVELOPE_HEADER, ENVELOPE_LIFETIME_MS, sealEnvelope } from '../../subgraphs/_kernel/wire/envelope.js';
import { ANONYMOUS } from '../../subgraphs/_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../subgraphs/_kernel/wire/tenant.js';
import { DEMO_PASSWORD } from '../journeys/main-job.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import {
  bearer,
  forgeOf,
  hmacWith,
  knock,
  recast,
  tokensOf,
  tryLogin,
  whisper,
  type Reply,
  type TokenForge,
  type Tokens,
} from './attacker.js';
import { queryDatabase } from './database.js';

const REFRESH = `mutation Refresh($token: String!) {
  refreshSession(refreshToken: $token) { ... on AuthPayload { accessToken refreshToken } ... on UserError { code } }
}`;
const ADMIN_LOGIN = `mutation SignIn($input: AdminLoginInput!) {
  adminLogin(input: $input) { ... on AdminAuthPayload { accessToken } ... on UserError { code } }
}`;
const ME = { query: '{ me { id } }' };

describe('somebody with the wrong credentials', () => {
  let platform: TestPlatform;
  let forge: TokenForge;
  let acme: Tokens;
  let globex: Tokens;
  let admin: string;

  const askAs = (token: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    knock(platform.url, { headers: { ...bearer(token), ...headers }, body: ME });

  beforeAll(async () => {
    platform = await startTestPlatform({
      // Attempts are what is tested here, not how many of them are let in.
      environment: { APP_ENV: 'production', RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000', RATE_LIMIT_CREDENTIALS_ADDRESS: '10000' },
    });
    acme = await tokensOf(platform.url, 'owner@acme.example');
    globex = await tokensOf(platform.url, 'owner@globex.example');
    const { data } = await knock(platform.url, {
      headers: { host: 'localhost' },
      body: { query: ADMIN_LOGIN, variables: { input: { email: 'admin@spine.example', password: DEMO_PASSWORD } } },
    });
    admin = (data as { adminLogin: Tokens }).adminLogin.accessToken;
    forge = await forgeOf(platform);
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('is refused with a token of one company at the address of another', async () => {
    await expect(askAs(acme.accessToken)).resolves.toMatchObject({ status: 200, codes: [] });
    await expect(askAs(acme.accessToken, { host: 'globex.localhost' })).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'], data: undefined });
    await expect(askAs(globex.accessToken)).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'] });
  });

  it('is refused the same way over WebSocket', async () => {
    const query = 'subscription { notificationReceived { cursor } }';
    await expect(whisper(platform.url, { host: 'globex.localhost', token: acme.accessToken, query })).resolves.toEqual({ closed: 4403 });
    await expect(whisper(platform.url, { host: 'acme.localhost', token: `${acme.accessToken}x`, query })).resolves.toEqual({ closed: 4401 });
    const forwarded = { host: 'acme.localhost', token: globex.accessToken, query, headers: { 'x-forwarded-host': 'globex.localhost' } };
    await expect(whisper(platform.url, forwarded)).resolves.toEqual({ closed: 4403 });
  });

  it('does not move to another company by headers that only a trusted proxy may write', async () => {
    const slug = async (headers: Readonly<Record<string, string>>, path = '/graphql'): Promise<Reply> =>
      knock(platform.url, { path, headers, body: { query: '{ currentTenant { slug } }' } });
    const forwarded = { 'x-forwarded-host': 'globex.localhost', forwarded: 'host=globex.localhost' };
    await expect(slug(forwarded)).resolves.toMatchObject({ data: { currentTenant: { slug: 'acme' } } });
    await expect(askAs(globex.accessToken, forwarded)).resolves.toMatchObject({ codes: ['TENANT_MISMATCH'] });
    await expect(slug({ 'x-tenant': 'globex' })).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'] });
    await expect(slug({}, '/graphql?tenant=globex')).resolves.toMatchObject({ status: 403, codes: ['TENANT_MISMATCH'] });
    await expect(askAs(acme.accessToken, { host: 'localhost', 'x-tenant': 'globex' })).resolves.toMatchObject({ codes: ['TENANT_MISMATCH'] });
    await expect(slug({ host: 'globex.localhost.evil.example' })).resolves.toMatchObject({ status: 404, codes: ['NOT_FOUND'] });
    await expect(slug({ host: 'a.acme.localhost' })).resolves.toMatchObject({ status: 404, codes: ['NOT_FOUND'] });
    await expect(slug({ host: 'localhost', 'x-tenant': PLATFORM_TENANT.id })).resolves.toMatchObject({ status: 404 });
  });

  it('cannot write the address that its sign-in is recorded with', async () => {
    const { data } = await tryLogin(platform.url, 'owner@acme.example', DEMO_PASSWORD, {
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
    });
    const { accessToken } = (data as { login: Tokens }).login;
    const sessions = await knock(platform.url, { headers: bearer(accessToken), body: { query: '{ mySessions { ipAddress } }' } });
    expect(sessions.text).toContain('127.0.0.1');
    expect(sessions.text).not.toContain('203.0.113.7');
  });

  describe('with a token', () => {
    const refused = async (token: string): Promise<void> => {
      await expect(askAs(token)).resolves.toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'], data: undefined });
    };

    it('that is not signed is refused, however "none" is spelt', async () => {
      for (const alg of ['none', 'None', 'NONE', 'nOnE']) await refused(recast(acme.accessToken, { alg }, () => ''));
      await refused(recast(acme.accessToken, { alg: 'none', crit: [] }, () => ''));
    });

    it('that is signed with the public key as if it were a shared secret is refused', async () => {
      const { text } = await knock(platform.url, { method: 'GET', path: '/.well-known/jwks.json' });
      const { keys } = JSON.parse(text) as { keys: { kid: string; x: string }[] };
      const key = keys.find(({ kid }) => kid.startsWith('tenant-'));
      if (!key) throw new Error('No key is published');
      for (const secret of [key.x, Buffer.from(key.x, 'base64url'), JSON.stringify(key)]) {
        await refused(recast(acme.accessToken, { alg: 'HS256' }, hmacWith(secret)));
      }
    });

    it('that brings its own key is refused', async () => {
      const jwk = { kty: 'oct', k: Buffer.from('mine').toString('base64url') };
      await refused(recast(acme.accessToken, { alg: 'HS256', jwk }, hmacWith('mine')));
      await refused(recast(acme.accessToken, { jku: 'http://127.0.0.1:1/jwks.json' }, hmacWith('mine')));
    });

    it('that was altered or cut is refused', async () => {
      const [header = '', claims = '', signature = ''] = acme.accessToken.split('.');
      const richer = Buffer.from(claims, 'base64url').toString().replace('OWNER', 'ROOT.');
      await refused(`${header}.${Buffer.from(richer).toString('base64url')}.${signature}`);
      await refused(`${header}.${claims}.${signature.slice(0, -4)}AAAA`);
      await refused(`${header}.${claims}.`);
      await refused(`${header}.${claims}`);
      await refused('x');
    });

    it('that is genuine but of the wrong audience, issuer, key, time or kind is refused', async () => {
      await expect(askAs(await forge.signed('tenant', acme.accessToken))).resolves.toMatchObject({ status: 200, codes: [] });
      const past = Math.floor(Date.now() / 1_000) - 60;
      const claims = [
        { aud: 'spine:platform' },
        { aud: [] },
        { iss: 'https://evil.example' },
        { exp: past },
        { exp: undefined },
        { nbf: past + 3_600 },
        { sid: undefined },
        { sub: '' },
        { mid: undefined },
      ];
      for (const changed of claims) await refused(await forge.signed('tenant', acme.accessToken, { claims: changed }));
      for (const kid of ['', 'tenant-', 'tenant-0190aaaa-0000-7000-8000-00000000000a', '../../etc/passwd']) {
        await refused(await forge.signed('tenant', acme.accessToken, { header: { kid } }));
      }
    });

    it('of a key that was rotated out is refused, as it is not while the key is but retired', async () => {
      const addKey = async (retired: string): Promise<string> => {
        const kid = `tenant-${randomUUID()}`;
        await queryDatabase(
          platform,
          `INSERT INTO identity.signing_key (kid, realm, public_jwk, sealed_private_jwk, created_at, retired_at)
           SELECT '${kid}', realm, public_jwk || '{"kid": "${kid}"}', sealed_private_jwk, now() - interval '40 days', now() - interval '${retired}'
           FROM identity.signing_key WHERE realm = 'tenant' AND retired_at IS NULL LIMIT 1`,
        );
        return forge.signed('tenant', acme.accessToken, { header: { kid } });
      };
      const [rotatedOut, retired] = [await addKey('2 hours'), await addKey('1 minute')];
      // The gateway asks for keys again as soon as it may: from then on it knows of both that there are.
      await eventually(async () => (await askAs(retired)).status === 200, 60_000);
      await refused(rotatedOut);
      await expect(askAs(retired)).resolves.toMatchObject({ status: 200, codes: [] });
    });

    it('of platform staff is none of a company, and the other way round', async () => {
      const asMember = { aud: 'spine:tenant', tid: undefined };
      await refused(await forge.signed('platform', admin, { claims: asMember }));
      await refused(await forge.signed('platform', acme.accessToken));
      await refused(await forge.signed('platform', acme.accessToken, { claims: { aud: 'spine:platform' } }));
      await refused(await forge.signed('tenant', admin));
      await refused(await forge.signed('tenant', acme.accessToken, { claims: { aud: ['spine:tenant', 'spine:platform'], tid: undefined } }));
      const scope = 'platform:tenants:read platform:tenants:manage';
      const greedy = await forge.signed('tenant', acme.accessToken, { claims: { scope } });
      const tenants = await knock(platform.url, { headers: bearer(greedy), body: { query: '{ tenants { edges { node { id } } } }' } });
      expect(tenants).toMatchObject({ data: { tenants: null }, codes: ['UNAUTHORIZED_FIELD_OR_TYPE'] });
    });

    it('to refresh with opens nothing else', async () => {
      await refused(acme.refreshToken);
      await expect(knock(platform.url, { headers: { authorization: 'Basic b3duZXI6cGFzcw==' }, body: ME })).resolves.toMatchObject({ status: 401 });
    });
  });

  it('ends the whole session by showing a refresh token twice, or at another company, and gets at most one child of twenty at a time', async () => {
    const refresh = (token: string, host = 'acme.localhost'): Promise<Reply> =>
      knock(platform.url, { headers: { host }, body: { query: REFRESH, variables: { token } } });
    const first = await tokensOf(platform.url, 'client@acme.example');
    const elsewhere = await refresh(first.refreshToken, 'globex.localhost');
    expect(elsewhere.data).toEqual({ refreshSession: { code: 'UNAUTHENTICATED' } });
    const parallel = await Promise.all(Array.from({ length: 20 }, () => refresh(first.refreshToken)));
    const children = parallel.flatMap(({ data }) => {
      const { refreshToken } = (data as { refreshSession: Partial<Tokens> }).refreshSession;
      return refreshToken === undefined ? [] : [refreshToken];
    });
    expect(children.length).toBeLessThanOrEqual(1);
    for (const child of children) {
      await expect(refresh(child)).resolves.toMatchObject({ data: { refreshSession: { code: 'UNAUTHENTICATED' } } });
    }
  });
});

describe('somebody who wants to know which addresses are known', () => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform({
      // Attempts are what is tested here, not how many of them are let in, nor from how many places.
      environment: {
        APP_ENV: 'production',
        TRUSTED_PROXIES: '127.0.0.1',
        RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000',
        RATE_LIMIT_CREDENTIALS_ADDRESS: '10000',
      },
    });
  }, 180_000);
  afterAll(() => platform.stop());

  const signUp = (email: string, from: string): Promise<Reply> =>
    knock(platform.url, {
      headers: { 'x-forwarded-for': from },
      body: {
        query: 'mutation($input: RegisterInput!) { register(input: $input) { __typename } }',
        variables: { input: { email, password: DEMO_PASSWORD, displayName: 'Known' } },
      },
    });

  it('cannot tell a known address from an unknown one', async () => {
    // From ever another address of the network, as whoever tries to find addresses out would: one would soon wait.
    let tries = 0;
    const attempt = async (email: string): Promise<{ readonly text: string; readonly took: number }> => {
      tries += 1;
      const headers = { 'x-forwarded-for': `198.51.100.${tries}` };
      const begun = performance.now();
      const { text } = await tryLogin(platform.url, email, 'Wrong-pass-1!', headers);
      return { text, took: performance.now() - begun };
    };
    const took: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    const texts = new Set<string>();
    for (let round = 0; round < 40; round += 1) {
      // Five wrong passwords cost nothing, neither of an account that there is nor of one that there is not.
      const person = Math.floor(round / 5);
      if (round % 5 === 0) await signUp(`known-${person}@acme.example`, `203.0.113.${person}`);
      for (const [kind, email] of [['known', `known-${person}@acme.example`], ['unknown', `nobody-${person}@acme.example`]] as const) {
        const answer = await attempt(email);
        took[kind].push(answer.took);
        texts.add(answer.text);
      }
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length / 2] ?? 0;
    const ratio = median(took.known) / median(took.unknown);
    console.info(`sign-in refused: known ${median(took.known).toFixed(1)} ms, unknown ${median(took.unknown).toFixed(1)} ms, ratio ${ratio.toFixed(3)}`);
    expect([...texts]).toHaveLength(1);
    // Far wider than the difference found: this catches a check that is left out, not the noise of a machine.
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

describe('a subgraph that is called past the gateway', () => {
  const SECRET = 'an envelope secret of tests, long enough';
  let platform: { readonly calls: string[]; readonly server: RunningSubgraphServer };

  beforeAll(async () => {
    const calls: string[] = [];
    const note = async (): Promise<never> => {
      calls.push('called');
      throw new Error('reached');
    };
    const endpoint = { name: 'booking', execute: note, subscribe: note, forward: note, ready: async () => true, close: async () => undefined } as const;
    const server = await serveSubgraph(
      { endpoint, schema: buildSchema('type Query { a: Int }'), envelopeSecret: SECRET, clock: systemClock, logger: createLogger({ name: 'test', level: 'silent' }) },
      { host: '127.0.0.1', port: 0 },
    );
    platform = { calls, server };
  });
  afterAll(() => platform.server.stop());

  const envelope = { tenant: PLATFORM_TENANT, principal: ANONYMOUS, origin: { requestId: 'r', ip: null, userAgent: null } };

  it('runs nothing without an envelope, with an altered, an old, a future or a foreign one', async () => {
    const now = Date.now();
    const good = sealEnvelope(envelope, SECRET, now);
    const [body = '', mac = ''] = good.split('.');
    const richer = Buffer.from(body, 'base64url').toString().replace('"anonymous"', '"system","name":"me"');
    const sealed = [
      undefined,
      '',
      '.',
      body,
      `${body}.`,
      `${Buffer.from(richer).toString('base64url')}.${mac}`,
      `${body}.${mac.slice(0, -2)}AA`,
      sealEnvelope(envelope, SECRET, now - ENVELOPE_LIFETIME_MS - 1_000),
      sealEnvelope(envelope, SECRET, now + 60_000),
      sealEnvelope(envelope, 'another secret that is long enough to be one', now),
    ];
    for (const value of sealed) {
      const headers = value === undefined ? {} : { [ENVELOPE_HEADER]: value };
      for (const path of ['/graphql', '/internal/tenant?slug=acme', '/webhooks/stripe']) {
        const reply = await knock(platform.server.url, { path, headers, body: { query: '{ a }' } });
        expect(reply).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
      }
    }
    expect(platform.calls).toEqual([]);
    await knock(platform.server.url, { headers: { [ENVELOPE_HEADER]: good }, body: { query: '{ a }' } });
    expect(platform.calls).toEqual(['called']);
  });
});
