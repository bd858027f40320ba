import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { rememberVerifiedDomain } from '../identity-provider/identity-provider.store.js';
import { OidcClientId } from '../ids.js';

const PASSWORD = 'Spine-demo-1!';
const EMAIL = 'both@acme.example';

describe('a token of one company, changed for one of another', () => {
  let t: TestIdentity;
  let basic: string;
  let token: string;

  const owner = (tenant: TenantIdentity) => contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);

  /** The same token, as if this issuer had signed it: all companies sign with the same keys. */
  const issuedBy = async (issuer: string): Promise<string> => {
    const { kid, algorithm, privateKey } = await t.subgraph.services.signingKeys.signerOf('tenant');
    return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt' }).setIssuer(issuer).sign(privateKey);
  };
  const exchange = async (subjectToken: string) => {
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: subjectToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'appointments:read',
    });
    const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
    const body = Buffer.from(form.toString());
    const origin = { requestId: uuidv7(), ip: '198.51.100.7', userAgent: null };
    const request = { method: 'POST', path: '/oidc/token', search: '', headers, body };
    const answer = await t.host.forward(request, { tenant: GLOBEX, principal: ANONYMOUS, origin });
    return { status: answer?.status, ...(JSON.parse(answer?.body ?? '{}') as { readonly access_token?: string; readonly error?: string }) };
  };

  beforeAll(async () => {
    t = await startTestIdentity();
    const { enrolment, oidcClients, sessions } = t.subgraph.services;
    for (const tenant of [ACME, GLOBEX]) {
      await enrolment.enrol(owner(tenant), { email: EMAIL, displayName: 'Both', password: PASSWORD, roles: ['STAFF'] });
    }
    const { client, secret } = await oidcClients.create(owner(GLOBEX), {
      name: 'Switcher',
      kind: 'WEB',
      firstParty: true,
      exchangesTokens: true,
      redirectUris: ['https://rp.example/callback'],
      permissions: ['appointments:read'],
    });
    basic = `Basic ${Buffer.from(`${OidcClientId.encode(client.id)}:${encodeURIComponent(secret ?? '')}`).toString('base64')}`;
    token = (await sessions.login(contextFor(ACME, undefined, t.clock), { email: EMAIL, password: PASSWORD })).access.token;
    await rememberVerifiedDomain(t.runtime.database.tenants.of({ tenant: ACME }), 'login.acme.example', new Date());
    await rememberVerifiedDomain(t.runtime.database.tenants.of({ tenant: GLOBEX }), 'login.globex.example', new Date());
  });
  afterAll(() => t.stop());

  it.each(['http://spine.example', 'http://acme.spine.example', 'http://login.acme.example'])('is taken from %s', async (issuer) => {
    const { status, access_token: issued = '' } = await exchange(await issuedBy(issuer));
    expect(status).toBe(200);
    expect(decodeJwt(issued)).toMatchObject({ iss: 'http://globex.spine.example', tenant: 'globex', scope: 'appointments:read' });
  });

  it.each([
    'http://globex.spine.example',
    'http://login.globex.example',
    'http://nobody.example',
    'https://login.acme.example',
    'http://login.acme.example:81',
    '',
  ])('is not taken from %p', async (issuer) => {
    expect(await exchange(await issuedBy(issuer))).toMatchObject({ status: 400, error: 'invalid_grant' });
  });
});
