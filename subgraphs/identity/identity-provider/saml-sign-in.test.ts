import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { newSigningPair } from '../../../tests/support/certificate.js';
import { serveIdentityRoutes, type IdentityFront } from '../../../tests/support/identity-front.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, memberOf } from '../../../tests/support/runtime.js';
import { createSamlIdp, type Asserted, type SamlRequest } from '../../../tests/support/saml-idp.js';
import { formIn, startStockSamlIdp } from '../../../tests/support/stock-saml-idp.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { IdentityProviderId } from '../ids.js';
import { newSecret } from './attempt.js';
import { rememberVerifiedDomain } from './identity-provider.store.js';
import { challengeOf } from '../../_kernel/wire/secret-hash.js';

const RETURN = 'http://acme.spine.example/welcome';
const REFUSED = `${RETURN}?sso_error=refused`;

describe('signing in by a provider of SAML', () => {
  const idp = createSamlIdp();
  let t: TestIdentity;
  let front: IdentityFront;
  let providerId: string;

  const admin = () => contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
  const at = (step: string) => `http://acme.spine.example/sso/${providerId}/${step}`;

  /** Goes to the provider. @returns what it is asked */
  const begin = async (verifier = newSecret()): Promise<SamlRequest & { readonly verifier: string }> => {
    const query = new URLSearchParams({ return_to: '/welcome', challenge: challengeOf(verifier) });
    const { location = '' } = await front.browser().get(`${at('start')}?${query.toString()}`);
    expect(location).toMatch(/^https:\/\/idp\.example\/sso\?/);
    return { ...idp.request(location), verifier };
  };
  const post = (request: SamlRequest, content: string) =>
    front.browser().post(at('acs'), { SAMLResponse: idp.response(request.id, request.consumerUrl, content), RelayState: request.relayState });
  /** Where somebody ends of whom the provider says this. */
  const answered = async (change: (facts: Asserted) => Partial<Asserted> = () => ({}), of: Parameters<typeof idp.signed>[1] = undefined) => {
    const request = await begin();
    const facts = idp.facts(request, 'saml-1', 'saml@acme.example');
    const page = await post(request, idp.signed(idp.assertion({ ...facts, ...change(facts) }), of));
    return { ...page, ...request };
  };
  const complete = async (location: string | undefined, verifier: string) => {
    const code = new URL(location ?? RETURN).searchParams.get('sso_code') ?? '';
    return t.subgraph.services.federatedSignIn.complete(contextFor(ACME, undefined, t.clock), code, verifier);
  };

  beforeAll(async () => {
    t = await startTestIdentity();
    front = await serveIdentityRoutes(t);
    const provider = await t.subgraph.services.identityProviders.create(admin(), {
      type: 'SAML',
      name: 'Corporate',
      justInTime: true,
      defaultRole: 'STAFF',
      saml: { entityId: idp.entityId, signOnUrl: idp.signOnUrl, certificates: [idp.certificate] },
    });
    providerId = IdentityProviderId.encode(provider.id);
    await rememberVerifiedDomain(t.runtime.database.tenants.of(admin()), 'acme.example', new Date());
  });
  afterAll(async () => {
    await front.stop();
    await t.stop();
  });

  it('tells the provider who it is, in metadata that asks for signed assertions', async () => {
    const { status, body } = await front.browser().get(at('metadata'));
    expect(status).toBe(200);
    expect(body).toContain(`entityID="${at('metadata')}"`);
    expect(body).toContain('WantAssertionsSigned="true"');
    expect(body).toContain(`Location="${at('acs')}"`);
  });

  it('opens an ordinary session for whom a signed assertion is about', async () => {
    const page = await answered();
    expect(page.location).toContain(`${RETURN}?sso_code=`);
    const { access } = await complete(page.location, page.verifier);
    expect(decodeJwt(access.token)).toMatchObject({ amr: ['fed'], roles: ['STAFF'] });
  });

  it('works with a stock provider, which knows the platform by its metadata alone', async () => {
    const stock = await startStockSamlIdp('stock@acme.example');
    try {
      const { id } = await t.subgraph.services.identityProviders.create(admin(), {
        type: 'SAML',
        name: 'Stock',
        justInTime: true,
        defaultRole: 'STAFF',
        saml: { entityId: stock.entityId, signOnUrl: stock.signOnUrl, certificates: [stock.certificate] },
      });
      const door = `http://acme.spine.example/sso/${IdentityProviderId.encode(id)}`;
      const browser = front.browser();
      stock.trust((await browser.get(`${door}/metadata`)).body);
      const verifier = newSecret();
      const query = new URLSearchParams({ return_to: '/welcome', challenge: challengeOf(verifier) });
      const { location = '' } = await browser.get(`${door}/start?${query.toString()}`);
      expect(location).toContain(`${stock.signOnUrl}?SAMLRequest=`);
      const shown = await fetch(location.replace('https://stock.example', stock.url));
      const page = await shown.text();
      expect({ status: shown.status, page }).toMatchObject({ status: 200 });
      const { action, fields } = formIn(page);
      expect(action).toBe(`${door}/acs`);
      const back = await browser.post(action, fields);
      expect(back.location).toContain(`${RETURN}?sso_code=`);
      const { access } = await complete(back.location, verifier);
      expect(decodeJwt(access.token)).toMatchObject({ amr: ['fed'], roles: ['STAFF'] });
    } finally {
      await stock.stop();
    }
  });

  it('asks for the second factor of whoever has one here', async () => {
    const first = await answered();
    const { userId } = await complete(first.location, first.verifier);
    const db = t.runtime.pools.platform;
    await db.query(
      `INSERT INTO identity.totp_credential (realm, subject_id, sealed_secret, confirmed_at, created_at) VALUES ('tenant', $1, 'sealed', now(), now())`,
      [userId],
    );
    const again = await answered();
    await expect(complete(again.location, again.verifier)).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    await db.query('DELETE FROM identity.totp_credential WHERE subject_id = $1', [userId]);
  });

  it('takes an assertion once, and not in a response of an attacker’s own making', async () => {
    const request = await begin();
    const assertion = idp.signed(idp.assertion(idp.facts(request, 'saml-1', 'saml@acme.example')));
    expect((await post(request, assertion)).location).toContain('sso_code=');
    expect((await post(request, assertion)).status).toBe(404);
    // The same assertion, in a response to a request that is still open.
    expect((await post(await begin(), assertion)).location).toBe(REFUSED);
  });

  it.each<[string, (facts: Asserted) => Partial<Asserted>]>([
    ['for another audience', () => ({ audience: 'https://elsewhere.example' })],
    ['for another address', () => ({ recipient: 'https://elsewhere.example/acs' })],
    ['of another issuer', () => ({ issuer: 'https://evil.example' })],
    ['to a request that was not made', () => ({ inResponseTo: '_made-up' })],
    ['to no request at all', () => ({ inResponseTo: null })],
    ['that is over', () => ({ notOnOrAfter: new Date(Date.now() - 90_000) })],
    ['that is not yet good', () => ({ notBefore: new Date(Date.now() + 90_000) })],
    ['that is too old', () => ({ issuedAt: new Date(Date.now() - 10 * 60_000), notBefore: new Date(Date.now() - 10 * 60_000) })],
    ['about nobody who lasts', () => ({ format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' })],
  ])('refuses an assertion %s', async (_name, change) => {
    expect((await answered(change)).location).toBe(REFUSED);
  });

  it('allows the clock of the provider to be a little off', async () => {
    expect((await answered(() => ({ notBefore: new Date(Date.now() + 30_000) }))).location).toContain('sso_code=');
  });

  it('refuses what is not signed, is signed by another, was changed, or is signed by SHA-1', async () => {
    const facts = (request: SamlRequest) => idp.assertion(idp.facts(request, 'saml-1', 'saml@acme.example'));
    const unsigned = await begin();
    expect((await post(unsigned, facts(unsigned))).location).toBe(REFUSED);
    expect((await answered(undefined, newSigningPair('idp.example'))).location).toBe(REFUSED);
    const changed = await begin();
    expect((await post(changed, idp.signed(facts(changed)).replace('saml-1', 'boss'))).location).toBe(REFUSED);
    const weak = await begin();
    const sha1 = { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' };
    expect((await post(weak, idp.signed(facts(weak), undefined, sha1))).location).toBe(REFUSED);
  });

  it('refuses signed assertions that are wrapped into others', async () => {
    const wrap = async (build: (evil: string, signed: string) => string) => {
      const request = await begin();
      const genuine = idp.signed(idp.assertion(idp.facts(request, 'saml-1', 'saml@acme.example')));
      const evil = idp.assertion(idp.facts(request, 'boss', 'boss@acme.example'));
      return (await post(request, build(evil, genuine))).location;
    };
    const signatureOf = (signed: string) => /<ds:Signature[\s\S]*<\/ds:Signature>|<Signature[\s\S]*<\/Signature>/.exec(signed)?.[0] ?? '';
    expect(await wrap((evil, genuine) => evil + genuine)).toBe(REFUSED);
    expect(await wrap((evil, genuine) => genuine + evil)).toBe(REFUSED);
    expect(await wrap((evil, genuine) => evil.replace('</saml:Issuer>', `</saml:Issuer>${signatureOf(genuine)}`))).toBe(REFUSED);
    expect(await wrap((evil, genuine) => evil.replace('</saml:Assertion>', `${genuine}</saml:Assertion>`))).toBe(REFUSED);
    expect(
      await wrap((evil, genuine) => evil.replace('</saml:Issuer>', `</saml:Issuer>${signatureOf(genuine).replace('</Signature>', `<Object>${genuine}</Object></Signature>`)}`)),
    ).toBe(REFUSED);
  });

  it('is not led astray by a comment inside a name, by a document type, or by what is no XML', async () => {
    const request = await begin();
    const commented = idp.facts(request, 'saml-1<!-- -->.evil', 'saml@acme.example');
    const page = await post(request, idp.signed(idp.assertion(commented)));
    // Either refused, or read as the whole of what was signed: never cut at the comment.
    if (page.location !== REFUSED) await expect(complete(page.location, request.verifier)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const bomb = Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>').toString('base64');
    for (const SAMLResponse of [bomb, 'nonsense', '', 'x'.repeat(600_000)]) {
      const { relayState: RelayState } = await begin();
      expect((await front.browser().post(at('acs'), { SAMLResponse, RelayState })).location).toBe(REFUSED);
    }
    expect((await front.browser().post(at('acs'), { SAMLResponse: bomb, RelayState: 'unknown' })).status).toBe(404);
  });
});
