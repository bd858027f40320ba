import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import type { Graph } from '../../clients/cli/graph.js';
import type { LoadedPage } from '../support/browser.js';
import { registerClient, type RegisteredClient } from '../support/oidc-clients.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import {
  CALLBACK,
  fetchLocally,
  finishSignIn,
  pathOf,
  relyingParty,
  relyingPartyAt,
  startSignIn,
  type RelyingParty,
} from '../support/relying-party.js';
import { startDnsDouble, type DnsDouble } from '../../infra/local/doubles/dns/dns-double.js';
import { eventually } from '../support/runtime.js';
import { DEMO_PASSWORD, graphOf, signIn } from './main-job.js';

describe('a stock OpenID Connect client', () => {
  let platform: TestPlatform;
  let owner: Graph;
  let shop: RegisteredClient;
  let dashboard: RegisteredClient;
  let dns: DnsDouble;

  beforeAll(async () => {
    dns = await startDnsDouble();
    platform = await startTestPlatform({
      environment: { DNS_SERVERS: dns.server, RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000', RATE_LIMIT_CREDENTIALS_ADDRESS: '10000' },
    });
    owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    shop = await registerClient(owner, {
      name: 'Shop',
      kind: 'WEB',
      redirectUris: [CALLBACK],
      postLogoutRedirectUris: ['https://rp.example/bye'],
    });
    dashboard = await registerClient(owner, {
      name: 'Dashboard',
      kind: 'WEB',
      firstParty: true,
      redirectUris: [CALLBACK],
      permissions: ['appointments:read', 'settings:read'],
    });
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await platform.stop();
    await dns.stop();
  });

  const party = (client = shop): Promise<RelyingParty> => relyingParty(platform.url, 'acme', client);

  const enter = ({ browser }: RelyingParty, page: LoadedPage, email: string): Promise<LoadedPage> =>
    browser.submit(page, { email, password: DEMO_PASSWORD });
  const allow = ({ browser }: RelyingParty, page: LoadedPage): Promise<LoadedPage> => browser.submit(page, { decision: 'allow' });

  const signedIn = async (rp: RelyingParty, email = 'client@acme.example') => {
    const started = await startSignIn(rp);
    const entered = await enter(rp, started.page, email);
    return finishSignIn(rp, started, entered.leftFor ? entered : await allow(rp, entered));
  };

  it('signs somebody in by code and PKCE, with her consent, and learns who she is', async () => {
    const rp = await party();
    const started = await startSignIn(rp);
    expect(started.page).toMatchObject({ status: 200, title: 'Sign in' });
    const asked = await enter(rp, started.page, 'client@acme.example');
    expect(asked).toMatchObject({ status: 200, title: 'Allow Shop?' });
    const tokens = await finishSignIn(rp, started, await allow(rp, asked));

    const claims = tokens.claims();
    expect(claims).toMatchObject({ iss: rp.issuer, aud: shop.id, acr: 'aal1', amr: ['pwd'], auth_time: expect.any(Number) });
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'EdDSA', kid: expect.stringMatching(/^tenant-/) });
    const told = await oidc.fetchUserInfo(rp.config, tokens.access_token, claims?.sub ?? '');
    expect(told).toMatchObject({ email: 'client@acme.example', email_verified: true, name: expect.stringContaining('Demo client') });
  });

  it('is told the same person by another client of the company, and she is asked for no password again', async () => {
    const rp = await party();
    const tokens = await signedIn(rp);
    const other = { ...(await party(dashboard)), browser: rp.browser };
    const started = await startSignIn(other);
    expect((await finishSignIn(other, started, started.page)).claims()?.sub).toBe(tokens.claims()?.sub);
  });

  it('is not asked for consent a second time, until she takes it back', async () => {
    const rp = await party();
    await signedIn(rp, 'staff@acme.example');
    const again = await startSignIn(rp);
    expect(again.page.leftFor).not.toBeNull();
    const tokens = await finishSignIn(rp, again, again.page);

    const staff = await signIn(graphOf(platform.url, 'acme'), 'staff@acme.example');
    const mine = await staff.ask<{ myOidcConsents: { id: string; clientName: string; scopes: string[] }[] }>(
      '{ myOidcConsents { id clientName scopes } }',
    );
    const [consent] = mine.data?.myOidcConsents ?? [];
    expect(consent).toMatchObject({ clientName: 'Shop', scopes: expect.arrayContaining(['openid', 'profile', 'email']) });
    await staff.ask('mutation Back($id: ID!) { revokeOidcConsent(id: $id) { __typename } }', { id: consent?.id });
    await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(startSignIn(rp)).resolves.toMatchObject({ page: { title: 'Allow Shop?' } });
  });

  it('changes its refresh token every time, and loses everything when an old one is used again', async () => {
    const rp = await party();
    const first = await signedIn(rp);
    const second = await oidc.refreshTokenGrant(rp.config, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(oidc.fetchUserInfo(rp.config, second.access_token, oidc.skipSubjectCheck)).resolves.toBeDefined();

    await expect(oidc.refreshTokenGrant(rp.config, first.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.refreshTokenGrant(rp.config, second.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.fetchUserInfo(rp.config, second.access_token, oidc.skipSubjectCheck)).rejects.toThrow();
    // Nobody can tell whose hands they are: she signs in anew.
    await expect(startSignIn(rp)).resolves.toMatchObject({ page: { title: 'Sign in' } });
  });

  it('of the company’s own gets a token for the graph, with no more than both she and it may', async () => {
    const rp = await party(dashboard);
    const resource = `${rp.issuer}/graphql`;
    const started = await startSignIn(rp, { scope: 'openid appointments:read settings:read billing:read', resource });
    const entered = await enter(rp, started.page, 'staff@acme.example');
    const tokens = await finishSignIn(rp, started, entered, { resource });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: 'spine:tenant', tenant: 'acme', scope: 'appointments:read' });

    const graph = graphOf(platform.url, 'acme').as(tokens.access_token);
    await expect(graph.ask('{ me { email } }')).resolves.toMatchObject({ data: { me: { email: 'staff@acme.example' } } });
    await expect(graph.ask('{ oidcClients { name } }')).resolves.toMatchObject({ data: { oidcClients: null } });
  });

  it('of the demo gets no more than it is for, in whosever name: an app of vendors nothing of the administration', async () => {
    const listed = await owner.ask<{ oidcClients: { id: string; name: string; firstParty: boolean }[] }>('{ oidcClients { id name firstParty } }');
    const apps = new Map(listed.data?.oidcClients.map(({ id, name }) => [name, id]));
    expect([...apps.keys()]).toEqual(expect.arrayContaining(['Admin app', 'Partner app', 'Provider app', 'User app', 'Vendor app']));

    const tokenOf = async (name: string): Promise<Graph> => {
      const rp = await party({ id: apps.get(name) ?? '', secret: null });
      const resource = `${rp.issuer}/graphql`;
      // Any port of hers: whoever listens there is a program on her own machine (RFC 8252, 7.3).
      const redirect = 'http://127.0.0.1:49152/signed-in';
      const started = await startSignIn(rp, { scope: 'openid billing:read settings:read', resource, redirect_uri: redirect });
      // Others on her machine could pretend to be it: she is asked, although it is the company's own.
      const asked = await enter(rp, started.page, 'owner@acme.example');
      const tokens = await finishSignIn(rp, started, await allow(rp, asked), { resource });
      return graphOf(platform.url, 'acme').as(tokens.access_token);
    };
    const administration = '{ me { email } oidcClients { name } }';
    const vendor = await (await tokenOf('Vendor app')).ask(administration);
    expect(vendor.data).toMatchObject({ me: { email: 'owner@acme.example' }, oidcClients: null });
    expect(JSON.stringify(vendor.errors)).toMatch(/FORBIDDEN|UNAUTHORIZED/);
    const admin = await (await tokenOf('Admin app')).ask(administration);
    expect(admin).toMatchObject({ data: { oidcClients: expect.arrayContaining([{ name: 'Admin app' }]) } });
    expect(admin.errors).toBeUndefined();
  });

  it('loses its tokens when the session is ended in the graph', async () => {
    const rp = await party();
    const tokens = await signedIn(rp);
    const client = await signIn(graphOf(platform.url, 'acme'), 'client@acme.example');
    await client.ask('mutation { revokeOtherSessions { __typename } }');
    await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.fetchUserInfo(rp.config, tokens.access_token, oidc.skipSubjectCheck)).rejects.toThrow();
  });

  it('signs her out of everything when she says so, and gets her back', async () => {
    const rp = await party();
    const tokens = await signedIn(rp);
    const target = oidc.buildEndSessionUrl(rp.config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://rp.example/bye',
      state: 'left',
    });
    const asked = await rp.browser.open(pathOf(target));
    expect(asked).toMatchObject({ status: 200, title: 'Sign out' });
    const gone = await rp.browser.submit(asked, { logout: 'yes', account: '1' });
    expect(gone.leftFor?.href).toBe('https://rp.example/bye?state=left');
    await expect(rp.browser.open('/account')).resolves.toMatchObject({ title: 'Sign in' });
    await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('gets nobody who does not agree', async () => {
    const rp = await party();
    const started = await startSignIn(rp, { prompt: 'consent' });
    const asked = await enter(rp, started.page, 'client@acme.example');
    const refused = await rp.browser.submit(asked, { decision: 'refuse' });
    await expect(finishSignIn(rp, started, refused)).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('may ask what a token of its own is good for, and give it back', async () => {
    const rp = await party();
    const tokens = await signedIn(rp);
    await expect(oidc.tokenIntrospection(rp.config, tokens.access_token)).resolves.toMatchObject({ active: true, client_id: shop.id });
    await oidc.tokenRevocation(rp.config, tokens.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.tokenIntrospection(rp.config, tokens.access_token)).resolves.toMatchObject({ active: false });
  });

  describe("at the company's own domain", () => {
    const DOMAIN = 'login.acme.example';
    let domainId = '';

    const isFound = async (): Promise<boolean> => {
      const { port } = new URL(platform.url);
      const { status } = await fetchLocally(`http://${DOMAIN}:${port}/.well-known/openid-configuration`, {
        method: 'GET',
        headers: {},
        body: null,
        redirect: 'manual',
      });
      return status === 200;
    };
    const ofOwner = async <Answer>(mutation: string, variables: object): Promise<Answer> =>
      Object.values((await owner.ask<Record<string, Answer>>(mutation, { ...variables })).data ?? {})[0] as Answer;
    const there = (client = dashboard): Promise<RelyingParty> => relyingPartyAt(platform.url, DOMAIN, client);

    beforeAll(async () => {
      const added = await ofOwner<{ id: string; ownershipRecord: { name: string; value: string }; routingRecord: { name: string; value: string } }>(
        `mutation ($input: AddTenantDomainInput!) { addTenantDomain(input: $input) {
           ... on TenantDomain { id ownershipRecord { name value } routingRecord { name value } } } }`,
        { input: { host: DOMAIN, kind: 'AUTH' } },
      );
      domainId = added.id;
      expect(await isFound()).toBe(false);
      dns.zone.add({ type: 'TXT', ...added.ownershipRecord }, { type: 'CNAME', ...added.routingRecord });
      const verify = 'mutation ($id: ID!) { verifyTenantDomain(id: $id) { ... on TenantDomain { status } } }';
      await eventually(async () => (await ofOwner<{ status?: string }>(verify, { id: domainId })).status === 'VERIFIED');
      await eventually(isFound);
    }, 150_000);

    it('finds an issuer of that name, with everything it speaks to there, and signs somebody in by it', async () => {
      const rp = await there();
      const told = rp.config.serverMetadata();
      expect(told.issuer).toBe(rp.issuer);
      for (const place of [told.authorization_endpoint, told.token_endpoint, told.jwks_uri, told.userinfo_endpoint, told.end_session_endpoint]) {
        expect(place).toMatch(new RegExp(`^${rp.issuer}/`));
      }
      const resource = `${rp.issuer}/graphql`;
      const started = await startSignIn(rp, { scope: 'openid appointments:read', resource });
      const tokens = await finishSignIn(rp, started, await enter(rp, started.page, 'staff@acme.example'), { resource });
      expect(tokens.claims()).toMatchObject({ iss: rp.issuer, aud: dashboard.id });
      expect(decodeJwt(tokens.access_token)).toMatchObject({ iss: rp.issuer, tenant: 'acme', scope: 'appointments:read' });
      // The token is the company's, at whichever of its addresses it is shown.
      for (const name of [DOMAIN, 'acme.localhost']) {
        const answer = await fetchLocally(`http://${name}:${new URL(platform.url).port}/graphql`, {
          method: 'POST',
          headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ me { email } }' }),
          redirect: 'manual',
        });
        expect(await answer.json()).toMatchObject({ data: { me: { email: 'staff@acme.example' } } });
      }
    });

    it('gets no token for an address of the company that is not the issuer’s', async () => {
      const rp = await there();
      const started = await startSignIn(rp, { scope: 'openid appointments:read', resource: `http://acme.localhost:${new URL(platform.url).port}/graphql` });
      await expect(finishSignIn(rp, started, started.page)).rejects.toMatchObject({ error: 'invalid_target' });
    });

    it('is refused with whatever it was given there, once the company has lost the domain', async () => {
      const rp = await there();
      const resource = `${rp.issuer}/graphql`;
      const started = await startSignIn(rp, { scope: 'openid appointments:read', resource });
      const tokens = await finishSignIn(rp, started, await enter(rp, started.page, 'staff@acme.example'), { resource });
      const graph = graphOf(platform.url, 'acme').as(tokens.access_token);
      await expect(graph.ask('{ me { email } }')).resolves.toMatchObject({ data: { me: { email: 'staff@acme.example' } } });

      await ofOwner('mutation ($id: ID!) { removeTenantDomain(id: $id) { __typename } }', { id: domainId });
      await eventually(async () => !(await isFound()));
      await eventually(async () => (await graph.ask('{ me { email } }')).errors?.[0]?.extensions?.['code'] === 'UNAUTHENTICATED');
      await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toThrow();
      await expect(there()).rejects.toThrow();
    }, 150_000);
  });
});
