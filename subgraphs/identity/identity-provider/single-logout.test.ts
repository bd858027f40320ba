import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSigningPair } from '../../../tests/support/certificate.js';
import { serveIdentityRoutes, type Browser, type IdentityFront } from '../../../tests/support/identity-front.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { createSamlIdp, type AskedLogout, type SamlIdp } from '../../../tests/support/saml-idp.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { challengeOf } from '../../_kernel/wire/secret-hash.js';
import { IdentityProviderId, OidcClientId } from '../ids.js';
import { newSecret } from './attempt.js';
import { rememberVerifiedDomain } from './identity-provider.store.js';

const HOME = 'http://acme.spine.example';

describe('single logout with a provider of SAML', () => {
  const idp = createSamlIdp();
  const other = createSamlIdp('https://other.example/entity');
  let t: TestIdentity;
  let front: IdentityFront;
  let provider: string;
  let second: string;

  const admin = (tenant: TenantIdentity = ACME) => contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
  const at = (step: string, of = provider) => `${HOME}/sso/${of}/${step}`;

  const newProvider = async (of: SamlIdp, tenant: TenantIdentity = ACME, signMessages = false): Promise<string> => {
    const { id } = await t.subgraph.services.identityProviders.create(admin(tenant), {
      type: 'SAML',
      name: `Corporate ${of.entityId}`,
      justInTime: true,
      defaultRole: 'STAFF',
      saml: { entityId: of.entityId, signOnUrl: of.signOnUrl, certificates: [of.certificate], logoutUrl: of.logoutUrl, signMessages },
    });
    return IdentityProviderId.encode(id);
  };

  /** What the provider sends a browser back with that has come to it. */
  const backFrom = async (browser: Browser, location: string, name: string, sessionIndex: string | undefined, by = idp, of = provider) => {
    const request = by.request(location);
    const facts = { ...by.facts(request, name, `${name}@acme.example`), sessionIndex };
    const response = by.response(request.id, request.consumerUrl, by.signed(by.assertion(facts)));
    return browser.post(at('acs', of), { SAMLResponse: response, RelayState: request.relayState });
  };

  /** Signs somebody in as a program does. @returns the session */
  const signIn = async (name: string, sessionIndex?: string, by = idp, of = provider): Promise<string> => {
    const verifier = newSecret();
    const query = new URLSearchParams({ return_to: '/welcome', challenge: challengeOf(verifier) });
    const { location = '' } = await front.browser().get(`${at('start', of)}?${query.toString()}`);
    const page = await backFrom(front.browser(), location, name, sessionIndex, by, of);
    const code = new URL(page.location ?? HOME).searchParams.get('sso_code') ?? '';
    const context = contextFor(ACME, undefined, t.clock);
    return (await t.subgraph.services.federatedSignIn.complete(context, code, verifier)).sessionId;
  };

  /** Signs somebody in on the pages. */
  const signInOnPages = async (name: string, browser = front.browser()): Promise<Browser> => {
    const setOut = await browser.get(`${HOME}/account/sign-in/provider?provider=${provider}`);
    const { location = '' } = await browser.get(setOut.location ?? '');
    const back = await backFrom(browser, location, name, `${name}-1`);
    expect((await browser.get(back.location ?? '')).location).toBe(`${HOME}/account`);
    return browser;
  };

  const isOpen = async (sessionId: string): Promise<boolean> =>
    (await t.runtime.database.tenants.of(admin()).session.findFirst({ where: { id: sessionId } }))?.revokedAt === null;

  /** Asks for a logout by an address. */
  const ask = (name: string, change: Partial<AskedLogout> = {}) => {
    const asked = { ...idp.logout(name, at('slo')), ...change };
    return front.browser().get(idp.logoutAddress(idp.logoutXml(asked), at('slo')));
  };

  beforeAll(async () => {
    t = await startTestIdentity();
    front = await serveIdentityRoutes(t);
    await rememberVerifiedDomain(t.runtime.database.tenants.of(admin()), 'acme.example', new Date());
    provider = await newProvider(idp);
    second = await newProvider(other);
  });
  afterAll(async () => {
    await front.stop();
    await t.stop();
  });

  it('is named in the metadata with both its bindings, where the provider can be told', async () => {
    const { body } = await front.browser().get(at('metadata'));
    for (const binding of ['HTTP-Redirect', 'HTTP-POST']) {
      expect(body).toContain(`<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${at('slo')}"/>`);
    }
    const { id } = await t.subgraph.services.identityProviders.create(admin(), {
      type: 'SAML',
      name: 'Without',
      saml: { entityId: 'https://without.example', signOnUrl: idp.signOnUrl, certificates: [idp.certificate] },
    });
    const without = IdentityProviderId.encode(id);
    expect((await front.browser().get(at('metadata', without))).body).not.toContain('SingleLogoutService');
    expect((await front.browser().get(at('slo', without))).status).toBe(404);
  });

  it('ends the sessions of the name at once, by an address and by a form, and says so to the provider', async () => {
    const [first, another] = [await signIn('ann', 'a1'), await signIn('ann', 'a2')];
    const bob = await signIn('bob', 'b1');
    const answer = await ask('ann', { id: '_asked-by-address' });
    const heard = idp.heard(answer.location ?? '');
    expect(answer).toMatchObject({ status: 303, location: expect.stringMatching(/^https:\/\/idp\.example\/slo\?/) });
    expect(heard).toMatchObject({ kind: 'SAMLResponse', relayState: 'theirs' });
    expect(heard.isSignedBy(idp.certificate)).toBeNull();
    expect(heard.xml).toContain('InResponseTo="_asked-by-address"');
    expect(heard.xml).toContain('urn:oasis:names:tc:SAML:2.0:status:Success');
    expect([await isOpen(first), await isOpen(another), await isOpen(bob)]).toEqual([false, false, true]);

    const form = { SAMLRequest: idp.logoutForm(idp.logoutXml(idp.logout('bob', at('slo')))), RelayState: 'theirs' };
    const posted = await front.browser().post(at('slo'), form);
    expect(idp.heard(posted.location ?? '').kind).toBe('SAMLResponse');
    expect(await isOpen(bob)).toBe(false);
    // What the gateway ends open connections by.
    const told = await t.runtime.pools.platform.query<{ id: string }>(
      `SELECT payload ->> 'sessionId' AS id FROM kernel.outbox_event WHERE type = 'identity.session_ended' AND payload ->> 'reason' = 'SINGLE_LOGOUT'`,
    );
    expect(told.rows.map(({ id }) => id).sort()).toEqual([first, another, bob].sort());
  });

  it('ends only the sessions that are named, where some are', async () => {
    const sessions = [await signIn('carol', 'c1'), await signIn('carol', 'c2'), await signIn('carol', 'c3'), await signIn('carol')];
    await ask('carol', { sessionIndexes: ['c1', 'c3', 'unknown'] });
    expect(await Promise.all(sessions.map(isOpen))).toEqual([false, true, false, true]);
  });

  it('ends no session that another provider of the company has opened for the same name', async () => {
    await signIn('dora', 'd1');
    const db = t.runtime.pools.platform;
    const { rows } = await db.query<{ user_id: string }>(`SELECT user_id FROM identity.federated_identity WHERE subject = 'dora'`);
    await db.query(
      `INSERT INTO identity.federated_identity (tenant_id, provider_id, subject, id, user_id, created_at) VALUES ($1, $2, 'dora', gen_random_uuid(), $3, now())`,
      [ACME.id, IdentityProviderId.require(second), rows[0]?.user_id],
    );
    const there = await signIn('dora', 'd1', other, second);
    await ask('dora');
    expect(await isOpen(there)).toBe(true);
  });

  it('lets a sign-in that waits for its second factor come to nothing', async () => {
    await signIn('eve', 'e1');
    const db = t.runtime.pools.platform;
    await db.query(
      `INSERT INTO identity.totp_credential (realm, subject_id, sealed_secret, confirmed_at, created_at)
       SELECT 'tenant', user_id, 'sealed', now(), now() FROM identity.federated_identity WHERE subject = 'eve'`,
    );
    const challenge = await signIn('eve', 'e2').then(
      () => '',
      (error: unknown) => (error as { readonly challenge: string }).challenge,
    );
    const of = (hash: string) => db.query('SELECT 1 FROM identity.sign_in_challenge WHERE hash = encode(sha256($1::bytea), $2)', [hash, 'hex']);
    expect((await of(challenge)).rowCount).toBe(1);
    await ask('eve', { sessionIndexes: ['e2'] });
    expect((await of(challenge)).rowCount).toBe(0);
  });

  it.each<[string, Partial<AskedLogout>]>([
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['meant for another address', { destination: 'https://elsewhere.example/slo' }],
    ['that is too old', { issuedAt: new Date(Date.now() - 20 * 60_000) }],
    ['of a time to come', { issuedAt: new Date(Date.now() + 20 * 60_000) }],
  ])('refuses a request %s', async (_name, change) => {
    const session = await signIn('frank', 'f1');
    const { status, location } = await ask('frank', change);
    expect({ status, location }).toEqual({ status: 400, location: undefined });
    expect(await isOpen(session)).toBe(true);
  });

  it('refuses a request that is not signed, is signed by another or by SHA-1, or was changed', async () => {
    const session = await signIn('ann', 'g1');
    const xml = idp.logoutXml(idp.logout('ann', at('slo')));
    const address = idp.logoutAddress(xml, at('slo'));
    const somebodyElse = newSigningPair('idp.example');
    const evil = new URL(idp.logoutAddress(idp.logoutXml(idp.logout('frank', at('slo'))), at('slo'))).searchParams.get('SAMLRequest') ?? '';
    const encoded = encodeURIComponent(evil);
    for (const url of [
      address.replace(/&Signature=.*/, ''),
      address.replace(/&SigAlg=.*/, ''),
      address.replace('RelayState=theirs', 'RelayState=mine'),
      idp.logoutAddress(xml, at('slo'), { pair: somebodyElse }),
      idp.logoutAddress(xml, at('slo'), { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
      // What was signed once, beside what was not.
      `${address}&SAMLRequest=${encoded}`,
      `${address}&%53AMLRequest=${encoded}`.replace('SAMLRequest=', 'xSAMLRequest='),
      address.replace('SAMLRequest=', `SAMLRequest=${encoded}&aSAMLRequest=`),
    ]) {
      expect((await front.browser().get(url)).status).toBe(400);
    }
    for (const form of [
      Buffer.from(xml).toString('base64'),
      idp.logoutForm(xml, somebodyElse),
      Buffer.from(Buffer.from(idp.logoutForm(xml), 'base64').toString('utf8').replace('>ann<', '>frank<')).toString('base64'),
      Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>').toString('base64'),
      'nonsense',
      'x'.repeat(600_000),
    ]) {
      expect((await front.browser().post(at('slo'), { SAMLRequest: form })).status).toBe(400);
    }
    expect(await isOpen(session)).toBe(true);
  });

  it('carries a request out once, however it comes again', async () => {
    await signIn('bob', 'h1');
    const xml = idp.logoutXml(idp.logout('bob', at('slo')));
    expect((await front.browser().get(idp.logoutAddress(xml, at('slo')))).status).toBe(303);
    const again = await signIn('bob', 'h2');
    expect((await front.browser().get(idp.logoutAddress(xml, at('slo')))).status).toBe(400);
    expect((await front.browser().post(at('slo'), { SAMLRequest: idp.logoutForm(xml) })).status).toBe(400);
    expect(await isOpen(again)).toBe(true);
  });

  it('ends nothing in another company, nor by a provider of another company', async () => {
    const session = await signIn('ida', 'i1');
    const theirs = await newProvider(idp, GLOBEX);
    const theirSlo = `http://globex.spine.example/sso/${theirs}/slo`;
    const xml = idp.logoutXml(idp.logout('ida', theirSlo));
    expect((await front.browser().get(idp.logoutAddress(xml, theirSlo))).status).toBe(303);
    expect(await isOpen(session)).toBe(true);
    expect((await front.browser().get(idp.logoutAddress(xml, at('slo', theirs)))).status).toBe(404);
  });

  it('sends whoever signs out on the pages to the provider by its name for her, and back', async () => {
    const browser = await signInOnPages('jane');
    const page = await browser.get(`${HOME}/account`);
    const token = /name="form" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const { location = '' } = await browser.post(`${HOME}/account/sign-out`, { form: token });
    const heard = idp.heard(location);
    expect(location).toMatch(/^https:\/\/idp\.example\/slo\?/);
    expect(heard.kind).toBe('SAMLRequest');
    expect(heard.xml).toContain('>jane</saml:NameID>');
    expect(heard.xml).toMatch(/<saml2p:SessionIndex[^>]*>jane-1</);
    expect((await browser.get(`${HOME}/account`)).location).toBe(`${HOME}/account/sign-in`);
    const back = await browser.get(`${at('slo')}?SAMLResponse=whatever`);
    expect(back.location).toBe(`${HOME}/account/signed-out`);
    expect((await browser.get(back.location ?? '')).body).toContain('Signed out');
  });

  it('comes between a sign-out that a client of the company asks for and the place where it is to end', async () => {
    const { client } = await t.subgraph.services.oidcClients.create(contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock), {
      name: 'Shop',
      kind: 'WEB',
      firstParty: true,
      redirectUris: ['https://rp.example/callback'],
      postLogoutRedirectUris: ['https://rp.example/bye'],
    });
    const id = OidcClientId.encode(client.id);
    const browser = front.browser();
    const wanted = new URLSearchParams({
      client_id: id,
      redirect_uri: 'https://rp.example/callback',
      response_type: 'code',
      scope: 'openid',
      code_challenge: challengeOf(newSecret()),
      code_challenge_method: 'S256',
    });
    const interaction = await browser.get(`${HOME}/oidc/auth?${wanted.toString()}`);
    const { body: offer } = await browser.get(interaction.location ?? '');
    const link = new RegExp(`href="([^"]+provider=${provider})"`).exec(offer)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const atProvider = await browser.follow(`${HOME}${link}`, 'https://idp.example/');
    const back = await backFrom(browser, atProvider, 'jane', 'jane-2');
    await expect(browser.follow(back.location ?? '', 'https://rp.example/')).resolves.toContain('https://rp.example/callback?code=');

    const end = new URLSearchParams({ client_id: id, post_logout_redirect_uri: 'https://rp.example/bye' });
    const page = await browser.get(`${HOME}/oidc/session/end?${end.toString()}`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://rp.example https://idp.example");
    const { location = '' } = await browser.post(`${HOME}/oidc/session/end/confirm`, { xsrf, logout: 'yes', account: '1' });
    expect(idp.heard(location).xml).toMatch(/<saml2p:SessionIndex[^>]*>jane-2</);
    await expect(browser.follow(`${at('slo')}?SAMLResponse=whatever`, 'https://rp.example/')).resolves.toBe('https://rp.example/bye');
    // It is kept in mind once.
    expect((await browser.get(`${HOME}/account/signed-out`)).body).toContain('Signed out');
  });

  it('is left alone by who signed in otherwise, and takes no sign-in of another browser for its own', async () => {
    expect(await t.subgraph.services.singleLogouts.urlAfter(admin(), uuidv7())).toBeNull();
    const browser = front.browser();
    const setOut = await browser.get(`${HOME}/account/sign-in/provider?provider=${provider}`);
    const { location = '' } = await browser.get(setOut.location ?? '');
    const back = await backFrom(browser, location, 'kate', 'k1');
    const stranger = await front.browser().get(back.location ?? '');
    expect(stranger).toMatchObject({ status: 422, location: undefined });
  });

  it('is signed by a key of the platform where the administrator wants that, with the certificate in the metadata', async () => {
    const id = IdentityProviderId.require(provider);
    const signing = await t.subgraph.services.identityProviders.update(admin(), id, { signMessages: true });
    const { signingCertificate: certificate } = signing.settings as { readonly signingCertificate: string };
    const { body } = await front.browser().get(at('metadata'));
    expect(body).toContain('AuthnRequestsSigned="true"');
    expect(body.replaceAll(/\s/g, '')).toContain(certificate.replaceAll(/-----[A-Z ]+-----|\s/g, ''));
    await signIn('carol', 'l1');
    const answered = idp.heard((await ask('carol')).location ?? '');
    expect(answered.isSignedBy(certificate)).toBe(true);
    expect(answered.isSignedBy(idp.certificate)).toBe(false);
    const session = await signIn('carol', 'l2');
    const asked = idp.heard((await t.subgraph.services.singleLogouts.urlAfter(admin(), session)) ?? '');
    expect(asked).toMatchObject({ kind: 'SAMLRequest', xml: expect.stringContaining('carol') });
    expect(asked.isSignedBy(certificate)).toBe(true);
    await t.subgraph.services.identityProviders.update(admin(), id, { signMessages: false });
    expect(idp.heard((await ask('carol')).location ?? '').isSignedBy(certificate)).toBeNull();
  });

  it('keeps no name or address of anybody in clear beside her session, and forgets it when that is over', async () => {
    const session = await signIn('private-name-of-mia', 'm1');
    const kept = () => t.runtime.database.tenants.of(admin()).samlSession.findFirst({ where: { sessionId: session } });
    expect(JSON.stringify(await kept())).not.toContain('private-name-of-mia');
    await t.runtime.database.tenants.of(admin()).session.updateMany({ where: { id: session }, data: { revokedAt: new Date(Date.now() - 1_000) } });
    const schedule = t.subgraph.schedules?.find(({ name }) => name === 'forget-sso-attempts');
    await schedule?.run(admin());
    expect(await kept()).toBeNull();
  });
});
