import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { createPostedSecuritySignals, type PostedSecuritySignals } from '../../security-signals.js';
import { ACME, createSampleEndpoints, GLOBEX, type SampleEndpoints } from '../../support/sample-endpoints.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { ISSUER, memberToken, platformToken, publishedKeys, tenantKey, withdrawnKey } from '../../support/sample-tokens.js';
import { PLATFORM_TENANT } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { TenantDirectory } from '../tenant/tenant-directory.js';
import type { TenantRequest } from '../tenant/tenant.js';
import { createAccessTokenStrategy } from './access-token.js';
import { createAuthenticationStage, type IdentifiedRequest } from './authentication.js';
import { createMemoryCounter } from '../rate-limits/memory-counter.js';
import { createKeyProofs } from './key-proof.js';
import { createKeySet } from './key-set.js';
import { createTokenIssuers } from './token-issuers.js';

let sample: SampleEndpoints;
let signals: PostedSecuritySignals;
let now: number;
/** Domains that are companies' own. */
let domains: Map<string, typeof ACME>;
let authenticate: (authorization: string | null, tenant?: typeof ACME) => Promise<IdentifiedRequest>;

function use(endpoints: SampleEndpoints): void {
  sample = endpoints;
  const clock = (): number => now;
  signals = createPostedSecuritySignals(sample.endpoints.ops, createRecordingLogger().logger, clock);
  const keys = createKeySet(sample.endpoints.identity, clock);
  domains = new Map([['book.acme.example', ACME], ['globex.example', GLOBEX]]);
  const find: TenantDirectory['find'] = async (lookup) => ('host' in lookup ? (domains.get(lookup.host) ?? null) : null);
  const issuers = createTokenIssuers(ISSUER, { find });
  const stage = createAuthenticationStage(
    [createAccessTokenStrategy({ keys, proofs: createKeyProofs(createMemoryCounter(), clock), issuer: ISSUER, issuers, signals, now: clock })],
    signals,
  );
  authenticate = (authorization, tenant = ACME) => {
    const request: TenantRequest = {
      requestId: 'request-1',
      ip: null,
      userAgent: null,
      host: 'acme.spine.test',
      authorization,
      tenantHint: null,
      tenant,
    };
    return stage(request);
  };
}

beforeEach(() => {
  now = Date.now();
  use(createSampleEndpoints());
});

const jwksFetches = (): number => sample.routes.filter(({ subgraph }) => subgraph === 'identity').length;
const refused = { code: 'UNAUTHENTICATED' };

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('authentication', () => {
  test('is the null object for a request that proves nothing', async () => {
    expect((await authenticate(null)).principal).toEqual({ kind: 'anonymous' });
  });

  test.each([ISSUER, 'http://acme.spine.test', 'http://book.acme.example'])('takes a token of the company that %s has issued', async (issuer) => {
    const { principal } = await authenticate(`Bearer ${await memberToken(ACME, [], { issuer })}`);
    expect(principal).toMatchObject({ kind: 'member' });
  });

  test.each([
    'http://globex.spine.test',
    'http://globex.example',
    'http://nobody.example',
    'https://book.acme.example',
    'http://book.acme.example/',
    'http://book.acme.example:81',
    'http://user@book.acme.example',
    'book.acme.example',
    '',
  ])('refuses a token of the company that names %p as its issuer', async (issuer) => {
    await expect(authenticate(`Bearer ${await memberToken(ACME, [], { issuer })}`)).rejects.toMatchObject(refused);
  });

  test('refuses a token, at once, whose issuer was at a domain that the company has lost or another has got', async () => {
    const authorization = `Bearer ${await memberToken(ACME, [], { issuer: 'http://book.acme.example' })}`;
    await expect(authenticate(authorization)).resolves.toBeDefined();
    domains.delete('book.acme.example');
    await expect(authenticate(authorization)).rejects.toMatchObject(refused);
    domains.set('book.acme.example', GLOBEX);
    await expect(authenticate(authorization)).rejects.toMatchObject(refused);
  });

  test('takes a token of the platform’s staff from the platform alone', async () => {
    const issued = await platformToken([], { issuer: 'http://acme.spine.test' });
    await expect(authenticate(`Bearer ${issued}`, PLATFORM_TENANT)).rejects.toMatchObject(refused);
    await expect(authenticate(`Bearer ${issued}`)).rejects.toMatchObject(refused);
  });

  test('makes a member of a tenant token, with only the permissions a tenant knows', async () => {
    const token = await memberToken(ACME, ['appointments:read', 'platform:audit:read', 'nonsense']);
    const { principal, expiresAt } = await authenticate(`Bearer ${token}`);
    expect(principal).toMatchObject({ kind: 'member', userId: 'u1', permissions: ['appointments:read'] });
    expect(expiresAt).toBe(Number(decodeJwt(token).exp) * 1000);
  });

  test('makes staff of a platform token, inside any tenant', async () => {
    const token = await platformToken(['platform:audit:read']);
    expect((await authenticate(`Bearer ${token}`)).principal).toMatchObject({ kind: 'platform', adminId: 'a1' });
  });

  test('refuses a token of another tenant than the host, and reports it', async () => {
    const token = await memberToken(GLOBEX, []);
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
    await signals.drained();
    expect(sample.signals()).toMatchObject([{ type: 'TENANT_MISMATCH', tenantId: ACME.id }]);
  });

  test('refuses a token without a signature', async () => {
    const claims = decodeJwt(await memberToken(ACME, []));
    const unsigned = `${encode({ alg: 'none', kid: 'tenant-1' })}.${encode(claims)}.`;
    await expect(authenticate(`Bearer ${unsigned}`)).rejects.toMatchObject(refused);
  });

  test('refuses an HMAC keyed with the public key', async () => {
    const claims = decodeJwt(await memberToken(ACME, []));
    const body = `${encode({ alg: 'HS256', kid: 'tenant-1' })}.${encode(claims)}`;
    for (const secret of [String(tenantKey.jwk.x), JSON.stringify(tenantKey.jwk)]) {
      const forged = `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
      await expect(authenticate(`Bearer ${forged}`)).rejects.toMatchObject(refused);
    }
    await signals.drained();
    expect(sample.signals()).toMatchObject([{ type: 'JWT_VALIDATION_ERROR' }, { type: 'JWT_VALIDATION_ERROR' }]);
  });

  test.each([
    ['of another issuer', { issuer: 'http://elsewhere.test' }],
    ['for another audience', { audience: 'somebody-else' }],
    ['for the platform, signed with a tenant key', { audience: 'spine:platform' }],
    ['that has expired', { expiresIn: -1 }],
    ['signed with a withdrawn key', { key: withdrawnKey }],
    ['whose key id is of no realm', { kid: 'key-1' }],
    ['whose key id is of the other realm', { kid: 'platform-1' }],
    ['without a membership', { claims: { mid: undefined } }],
    ['without a session', { claims: { sid: undefined } }],
  ])('refuses a token %s', async (_what, options) => {
    await expect(authenticate(`Bearer ${await memberToken(ACME, [], options)}`)).rejects.toMatchObject(refused);
  });

  test('refuses a platform token that names a tenant', async () => {
    const token = await platformToken([], { claims: { tid: ACME.id } });
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject(refused);
  });

  test.each(['Bearer not.a.token', 'Basic dXNlcjpwYXNz', 'Bearer'])('never takes %p for nobody', async (header) => {
    await expect(authenticate(header)).rejects.toMatchObject(refused);
  });

  test('does not believe a remembered token after it has expired', async () => {
    const token = await memberToken(ACME, [], { expiresIn: 60 });
    await authenticate(`Bearer ${token}`);
    now += 61_000;
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject(refused);
  });

  test('fetches the keys once for many, and again for an unknown key at most every ten seconds', async () => {
    const unknown = async (): Promise<string> => `Bearer ${await memberToken(ACME, [], { key: withdrawnKey })}`;
    await Promise.all([authenticate(`Bearer ${await memberToken(ACME, [])}`), authenticate(`Bearer ${await platformToken([])}`)]);
    expect(jwksFetches()).toBe(1);
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(authenticate(await unknown())).rejects.toMatchObject(refused);
    expect(jwksFetches()).toBe(1);
    now += 10_000;
    await expect(authenticate(await unknown())).rejects.toMatchObject(refused);
    await expect(authenticate(await unknown())).rejects.toMatchObject(refused);
    expect(jwksFetches()).toBe(2);
  });

  test('accepts a key that was published after the first look', async () => {
    const fresh = await generateKeyPair('EdDSA', { extractable: true });
    const keys = { keys: [...publishedKeys.keys] };
    use(
      createSampleEndpoints({
        identity: { forward: async () => ({ status: 200, headers: {}, body: JSON.stringify(keys) }) },
      }),
    );
    await authenticate(`Bearer ${await memberToken(ACME, [])}`);
    keys.keys.push({ ...(await exportJWK(fresh.publicKey)), kid: 'tenant-2', alg: 'EdDSA' });
    now += 10_000;
    const key = { kid: 'tenant-2', privateKey: fresh.privateKey };
    expect((await authenticate(`Bearer ${await memberToken(ACME, [], { key })}`)).principal.kind).toBe('member');
  });

  test('says that it cannot check, rather than that the token is bad, when identity cannot be reached', async () => {
    use(createSampleEndpoints({ identity: { forward: async () => Promise.reject(new Error('ECONNREFUSED')) } }));
    const token = await memberToken(ACME, []);
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });
});

describe('security signals', () => {
  test('are given up, not kept for ever, when ops does not answer', async () => {
    const { logger, lines } = createRecordingLogger();
    const { endpoints } = createSampleEndpoints({ ops: { forward: async () => Promise.reject(new Error('down')) } });
    const posted = createPostedSecuritySignals(endpoints.ops, logger, Date.now);
    for (let count = 0; count < 1_500; count += 1) posted.report('JWT_VALIDATION_ERROR', ACME.id);
    await posted.drained();
    expect(lines).toHaveLength(1_000);
  });
});
