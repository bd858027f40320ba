import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveIdentityRoutes, type IdentityFront } from '../../../tests/support/identity-front.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { startUpstreamOidc, type UpstreamOidc, type UpstreamPerson } from '../../../tests/support/upstream-oidc.js';
import { decodeJwt } from 'jose';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { IdentityProviderId } from '../ids.js';
import { newSecret } from './attempt.js';
import { challengeOf } from '../../_kernel/wire/secret-hash.js';

const PASSWORD = 'Spine-demo-1!';
const RETURN = 'http://acme.spine.example/welcome';

const COMPLETE = `mutation($code: String!, $verifier: String!) {
  completeSsoSignIn(code: $code, verifier: $verifier) {
    ... on AuthPayload { accessToken refreshToken }
    ... on SecondFactorRequiredError { code challenge }
    ... on UserError { code message }
  }
}`;

describe('signing in by a provider of OpenID Connect', () => {
  let t: TestIdentity;
  let front: IdentityFront;
  let upstream: UpstreamOidc;
  let providerId: string;

  const admin = (tenant: TenantIdentity = ACME) =>
    contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
  const services = () => t.subgraph.services;

  const start = (verifier: string, of: { readonly id?: string; readonly returnTo?: string } = {}): string => {
    const query = new URLSearchParams({ return_to: of.returnTo ?? '/welcome', challenge: challengeOf(verifier) });
    return `http://acme.spine.example/sso/${of.id ?? providerId}/start?${query.toString()}`;
  };
  /** Goes to the provider and back as somebody. @returns what the page she comes back to is told */
  const goAs = async (person: UpstreamPerson, verifier = newSecret()) => {
    upstream.signedIn(person);
    const back = new URL(await front.browser().follow(start(verifier), RETURN));
    return { code: back.searchParams.get('sso_code') ?? '', error: back.searchParams.get('sso_error'), verifier };
  };
  const complete = async (of: { readonly code: string; readonly verifier: string }, tenant: TenantIdentity = ACME) => {
    const { data } = await t.graphql(COMPLETE, { variables: { code: of.code, verifier: of.verifier }, tenant });
    return data?.['completeSsoSignIn'] as { readonly code?: string; readonly accessToken?: string; readonly challenge?: string };
  };
  const signInAs = async (person: UpstreamPerson) => complete(await goAs(person));
  const enrol = (email: string, roles: readonly string[] = ['STAFF']) =>
    services().enrolment.enrol(admin(), { email, displayName: email, password: PASSWORD, roles });

  beforeAll(async () => {
    t = await startTestIdentity();
    front = await serveIdentityRoutes(t);
    upstream = await startUpstreamOidc();
    const provider = await services().identityProviders.create(admin(), {
      type: 'OIDC',
      name: 'Upstream',
      justInTime: true,
      defaultRole: 'VIEWER',
      oidc: { issuer: upstream.issuer, clientId: 'spine', clientSecret: upstream.clientSecret },
    });
    providerId = IdentityProviderId.encode(provider.id);
    upstream.trust(`http://acme.spine.example/sso/${providerId}/callback`);
    const verified: TenancyEvents['tenancy.domain_changed'] = {
      domainId: provider.id, host: 'acme.example', kind: 'APP', status: 'VERIFIED', problem: null, change: 'VERIFIED',
    };
    await t.runtime.database.tenants.transaction(admin(), (db) =>
      t.runtime.outbox.for<TenancyEvents>().emit(db, admin(), 'tenancy.domain_changed', verified),
    );
    await t.settle();
  });
  afterAll(async () => {
    await upstream.stop();
    await front.stop();
    await t.stop();
  });

  it('gives whoever the company vouches for a place, and an ordinary session, at her first coming', async () => {
    const person = { sub: 'new-1', email: 'new@acme.example', email_verified: true, name: 'New Person' };
    const first = await signInAs(person);
    expect(decodeJwt(first.accessToken ?? '')).toMatchObject({ amr: ['fed'], acr: 'aal1', roles: ['VIEWER'] });
    const again = await signInAs({ ...person, email: 'renamed@acme.example' });
    expect(decodeJwt(again.accessToken ?? '').sub).toBe(decodeJwt(first.accessToken ?? '').sub);
  });

  it('knows a member by an address of a domain that is the company’s, and leaves her roles as they are', async () => {
    const membership = await enrol('member@acme.example');
    const signedIn = await signInAs({ sub: 'member-1', email: 'member@acme.example', email_verified: true });
    expect(decodeJwt(signedIn.accessToken ?? '')).toMatchObject({ sub: membership.userId, roles: ['STAFF'] });
  });

  it('knows nobody by an address that the provider does not vouch for, or of a domain that is not shown to be ours', async () => {
    await enrol('careful@acme.example');
    await enrol('stranger@elsewhere.example');
    const refused = { code: 'UNAUTHENTICATED' };
    expect(await signInAs({ sub: 'c-1', email: 'careful@acme.example', email_verified: false })).toMatchObject(refused);
    expect(await signInAs({ sub: 'c-2', email: 'careful@acme.example' })).toMatchObject(refused);
    expect(await signInAs({ sub: 'c-3', email: 'stranger@elsewhere.example', email_verified: true })).toMatchObject(refused);
    expect(await signInAs({ sub: 'c-4', email: 'unknown@elsewhere.example', email_verified: true })).toEqual(
      await signInAs({ sub: 'c-3', email: 'stranger@elsewhere.example', email_verified: true }),
    );
    expect(await signInAs({ sub: 'c-5' })).toMatchObject(refused);
  });

  it('links an account elsewhere to whoever is signed in, and takes the link away again', async () => {
    const { userId } = await enrol('linking@elsewhere.example');
    const herself = contextFor(ACME, memberOf([], { userId }), t.clock);
    const person = { sub: 'linked-1', email: 'private@mail.example', email_verified: true };
    const shown = await goAs(person);
    const identity = await services().federatedSignIn.link(herself, shown.code, shown.verifier);
    expect(decodeJwt((await signInAs(person)).accessToken ?? '').sub).toBe(userId);
    const other = await enrol('other@elsewhere.example');
    const theirs = contextFor(ACME, memberOf([], { userId: other.userId }), t.clock);
    const again = await goAs(person);
    await expect(services().federatedSignIn.link(theirs, again.code, again.verifier)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(services().federatedSignIn.unlink(theirs, identity.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await services().federatedSignIn.mine(herself)).toHaveLength(1);
    await services().federatedSignIn.unlink(herself, identity.id);
    expect(await signInAs(person)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('lets nobody in whom the company has sent away, however the provider vouches for her', async () => {
    const membership = await enrol('leaving@acme.example');
    const person = { sub: 'leaving-1', email: 'leaving@acme.example', email_verified: true };
    expect(await signInAs(person)).toHaveProperty('accessToken');
    await services().memberStandings.rule(admin(), membership.id, { status: 'SUSPENDED', reason: 'A test' });
    expect(await signInAs(person)).toMatchObject({ code: 'UNAUTHENTICATED' });
    await services().memberStandings.remove(admin(), membership.id);
    expect(await signInAs(person)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('takes a password away that somebody chose who never showed that the address is hers', async () => {
    const early = { email: 'hijacked@acme.example', displayName: 'Early', password: PASSWORD };
    await services().registration.register(contextFor(GLOBEX, undefined, t.clock), early);
    expect(await signInAs({ sub: 'h-1', email: early.email, email_verified: true })).toHaveProperty('accessToken');
    for (const tenant of [ACME, GLOBEX]) {
      await expect(services().sessions.login(contextFor(tenant, undefined, t.clock), early)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('takes a code once, within a minute, from whoever began, and in the company where she did', async () => {
    const person = { sub: 'codes-1', email: 'codes@acme.example', email_verified: true };
    const refused = { code: 'UNAUTHENTICATED' };
    const shown = await goAs(person);
    expect(await complete({ ...shown, verifier: newSecret() })).toMatchObject(refused);
    expect(await complete(shown, GLOBEX)).toMatchObject(refused);
    const both = await Promise.all([complete(shown), complete(shown)]);
    expect(both.filter(({ accessToken }) => accessToken)).toHaveLength(1);
    expect(await complete(shown)).toMatchObject(refused);
    const late = await goAs(person);
    t.clock.advance(61_000);
    expect(await complete(late)).toMatchObject(refused);
  });

  it('takes an answer once, and none that it did not ask for', async () => {
    const refusalsTold = async () => {
      const where = { type: 'identity.callback_refused' };
      const rows = await t.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.findMany({ where, orderBy: { id: 'asc' } });
      return rows.map(({ payload }) => payload);
    };
    const before = await refusalsTold();
    upstream.signedIn({ sub: 'replay-1', email: 'replay@acme.example', email_verified: true });
    const browser = front.browser();
    const callback = await browser.follow(start(newSecret()), `http://acme.spine.example/sso/${providerId}/callback`);
    expect((await browser.get(callback)).location).toContain('sso_code=');
    expect(await browser.get(callback)).toMatchObject({ status: 404, location: undefined });
    const forged = new URL(await browser.follow(start(newSecret()), `http://acme.spine.example/sso/${providerId}/callback`));
    const state = forged.searchParams.get('state') ?? '';
    forged.searchParams.set('state', newSecret());
    expect((await browser.get(forged.href)).status).toBe(404);
    // The code of another attempt: neither PKCE nor nonce fit.
    const other = new URL(await browser.follow(start(newSecret()), `http://acme.spine.example/sso/${providerId}/callback`));
    other.searchParams.set('state', state);
    expect((await browser.get(other.href)).location).toBe(`${RETURN}?sso_error=refused`);
    const wrongIssuer = new URL(await browser.follow(start(newSecret()), `http://acme.spine.example/sso/${providerId}/callback`));
    wrongIssuer.searchParams.set('iss', 'https://evil.example');
    expect((await browser.get(wrongIssuer.href)).location).toBe(`${RETURN}?sso_error=refused`);
    // Each of the four is told to whoever watches for them, and nothing of what was sent with it.
    expect(await refusalsTold()).toEqual([...before, ...Array.from({ length: 4 }, () => ({ providerId: IdentityProviderId.require(providerId) }))]);
  });

  it('sends people back to the company’s own address only, or to those its administrator has named', async () => {
    const browser = front.browser();
    for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)']) {
      expect(await browser.get(start(newSecret(), { returnTo }))).toMatchObject({ status: 400, location: undefined });
    }
    const id = IdentityProviderId.require(providerId);
    await services().identityProviders.update(admin(), id, { returnUrls: ['https://app.acme.example/back'] });
    expect((await browser.get(start(newSecret(), { returnTo: 'https://app.acme.example/back' }))).status).toBe(303);
    expect((await browser.get(start(newSecret(), { returnTo: 'https://app.acme.example/back/../x' }))).status).toBe(400);
    expect((await browser.get(start('short').replace(/challenge=.*/, 'challenge=short'))).status).toBe(400);
  });

  it('shows another company’s provider as little as one that is not there', async () => {
    const foreign = await services().identityProviders.create(admin(GLOBEX), {
      type: 'OIDC',
      name: 'Theirs',
      oidc: { issuer: upstream.issuer, clientId: 'spine', clientSecret: 'x' },
    });
    const unknown = `idp_${'0'.repeat(32)}`;
    const pages = await Promise.all(
      [IdentityProviderId.encode(foreign.id), unknown, 'nonsense'].map((id) => front.browser().get(start(newSecret(), { id }))),
    );
    for (const { status, body } of pages) expect([status, body.toLowerCase()]).toEqual([404, expect.stringMatching(/not found/)]);
    await expect(services().identityProviders.update(admin(), foreign.id, { name: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(services().identityProviders.remove(admin(), foreign.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await services().identityProviders.offered(admin())).toHaveLength(1);
  });

  it('never shows the secret, keeps it sealed, and takes bad settings by the name of the field', async () => {
    const stored = await t.runtime.pools.platform.query('SELECT row_to_json(p)::text AS text FROM identity.identity_provider p');
    expect(JSON.stringify(stored.rows)).not.toContain(upstream.clientSecret);
    const printed = JSON.stringify(t.subgraph.schema.getType('IdentityProvider')?.toConfig());
    expect(printed).not.toContain('ecret"');
    const create = (of: object) =>
      services().identityProviders.create(admin(), { type: 'OIDC', name: 'Bad', oidc: { issuer: 'https://a.example', clientId: 'x' }, ...of });
    await expect(create({ oidc: { issuer: 'nowhere', clientId: 'x' } })).rejects.toMatchObject({ issues: [{ field: 'oidc.issuer' }] });
    await expect(create({ emailDomains: ['not a domain'] })).rejects.toMatchObject({ issues: [{ field: 'emailDomains.0' }] });
    await expect(create({ defaultRole: 'OWNER' })).rejects.toMatchObject({ issues: [{ field: 'defaultRole' }] });
    await expect(create({ returnUrls: ['javascript:alert(1)'] })).rejects.toMatchObject({ issues: [{ field: 'returnUrls.0' }] });
    const weak = contextFor(ACME, memberOf(['settings:update', 'settings:read']), t.clock);
    await expect(services().identityProviders.create(weak, { type: 'OIDC', name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
