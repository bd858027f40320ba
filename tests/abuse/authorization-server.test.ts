import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Graph } from '../../clients/cli/graph.js';
import { DEMO_PASSWORD, graphOf, signIn } from '../journeys/main-job.js';
import { createBrowser, type Browser, type LoadedPage } from '../support/browser.js';
import { registerClient, type RegisteredClient } from '../support/oidc-clients.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { CALLBACK, finishSignIn, relyingParty, startSignIn, type RelyingParty } from '../support/relying-party.js';

const EMAIL = 'client@acme.example';

describe('somebody who abuses the account pages and the authorization server', () => {
  let platform: TestPlatform;
  let owner: Graph;
  let shop: RegisteredClient;
  let foreign: RegisteredClient;

  beforeAll(async () => {
    platform = await startTestPlatform({
      environment: { RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000', RATE_LIMIT_CREDENTIALS_ADDRESS: '10000' },
    });
    owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    const settings = { kind: 'WEB', firstParty: true, redirectUris: [CALLBACK] };
    shop = await registerClient(owner, { name: 'Shop <script>alert(1)</script>', ...settings, firstParty: false });
    foreign = await registerClient(await signIn(graphOf(platform.url, 'globex'), 'owner@globex.example'), { name: 'Theirs', ...settings });
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  const browserAt = (host = 'acme.localhost'): Browser => createBrowser(platform.url, host);
  const party = (slug = 'acme', client = shop): Promise<RelyingParty> => relyingParty(platform.url, slug, client);

  /** Up to where the browser is sent back to the client. */
  const sentBack = async (rp: RelyingParty, email = EMAIL) => {
    const started = await startSignIn(rp);
    const entered = await rp.browser.submit(started.page, { email, password: DEMO_PASSWORD });
    const page = entered.leftFor ? entered : await rp.browser.submit(entered, { decision: 'allow' });
    return { started, page };
  };

  describe('at the authorization server', () => {
    it('finds no client of another company', async () => {
      const own = await party();
      const rp = { ...(await party('globex', foreign)), browser: own.browser };
      const { page } = await startSignIn(rp);
      expect(page).toMatchObject({ status: 400, title: 'This cannot be done', leftFor: null });
    });

    it('is sent nowhere but where the client has said', async () => {
      const rp = await party();
      for (const redirect of ['https://evil.example/', `${CALLBACK}/more`, `${CALLBACK}?x=1`, 'javascript:alert(1)']) {
        const { page } = await startSignIn(rp, { redirect_uri: redirect });
        expect(page).toMatchObject({ status: 400, leftFor: null });
      }
    });

    it('gets nothing without PKCE, or with a kind of it that hides nothing', async () => {
      const rp = await party();
      const plain = await startSignIn(rp, { code_challenge: '', code_challenge_method: '' });
      await expect(finishSignIn(rp, plain, plain.page)).rejects.toMatchObject({ error: 'invalid_request' });
      const shown = await startSignIn(rp, { code_challenge_method: 'plain' });
      await expect(finishSignIn(rp, shown, shown.page)).rejects.toMatchObject({ error: 'invalid_request' });
    });

    it('gets nothing for a code that was used before, and whoever used it loses what she got', async () => {
      const rp = await party();
      const { started, page } = await sentBack(rp);
      const tokens = await finishSignIn(rp, started, page);
      await expect(finishSignIn(rp, started, page)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    });

    it('gets nothing for a code with the wrong verifier, or with another secret', async () => {
      const rp = await party();
      const { started, page } = await sentBack(rp);
      const guessed = { ...started, verifier: oidc.randomPKCECodeVerifier() };
      await expect(finishSignIn(rp, guessed, page)).rejects.toMatchObject({ error: 'invalid_grant' });
      const thief = await party('acme', { id: shop.id, secret: 'spo_guessed' });
      await expect(finishSignIn(thief, started, page)).rejects.toMatchObject({ status: 401 });
    });

    it('gets nothing for a code or a refresh token of another company', async () => {
      const rp = await party();
      const { started, page } = await sentBack(rp);
      const there = await party('globex', foreign);
      const carried = { ...page, leftFor: new URL((page.leftFor?.href ?? '').replace(/iss=[^&]*/, `iss=${encodeURIComponent(there.issuer)}`)) };
      await expect(finishSignIn(there, started, carried)).rejects.toMatchObject({ error: 'invalid_grant' });
      const tokens = await finishSignIn(rp, started, page);
      await expect(oidc.refreshTokenGrant(there.config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(oidc.fetchUserInfo(there.config, tokens.access_token, oidc.skipSubjectCheck)).rejects.toMatchObject({ status: 401 });
    });

    it('of two that use the same refresh token at one moment, lets at most one go on, and not for long', async () => {
      const rp = await party();
      const { started, page } = await sentBack(rp);
      const { refresh_token: token = '' } = await finishSignIn(rp, started, page);
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => oidc.refreshTokenGrant(rp.config, token)));
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(won.length).toBeLessThanOrEqual(1);
      for (const { refresh_token: next = '' } of won) {
        await expect(oidc.refreshTokenGrant(rp.config, next)).rejects.toMatchObject({ error: 'invalid_grant' });
      }
    });

    it('cannot go on with a request that another browser began', async () => {
      const rp = await party();
      const { page } = await startSignIn(rp);
      const thief = browserAt(new URL(rp.issuer).host);
      const entered = await thief.submit(await thief.open(page.path), { email: EMAIL, password: DEMO_PASSWORD });
      expect(entered).toMatchObject({ path: '/account', leftFor: null });
    });

    it('gets no token for the graph with a client that is not the company’s own', async () => {
      const rp = await party();
      const started = await startSignIn(rp, { resource: `${rp.issuer}/graphql`, scope: 'openid settings:read' });
      await expect(finishSignIn(rp, started, started.page)).rejects.toMatchObject({ error: 'invalid_target' });
    });

    it('is served at the addresses of companies only', async () => {
      for (const path of ['/account/sign-in', '/.well-known/openid-configuration', '/oidc/token']) {
        await expect(browserAt('localhost').open(path, { 'x-tenant': 'acme' })).resolves.toMatchObject({ status: 404 });
      }
    });
  });

  describe('at the pages', () => {
    const attempt = (browser: Browser, page: LoadedPage, fields: Readonly<Record<string, string>>, headers = {}) =>
      browser.post('/account/sign-in', { ...page.forms[0]?.fields, email: EMAIL, password: DEMO_PASSWORD, ...fields }, headers);

    it('has no form accepted that another site, or another browser, has posted', async () => {
      const browser = browserAt();
      const page = await browser.open('/account/sign-in');
      const another = await browserAt().open('/account/sign-in');
      await expect(attempt(browser, page, { form: '' })).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browser, page, { form: another.forms[0]?.fields['form'] ?? '' })).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browser, page, {}, { 'sec-fetch-site': 'cross-site' })).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browser, page, {}, { 'sec-fetch-site': 'same-site' })).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browserAt(), page, {})).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browser, page, {})).resolves.toMatchObject({ status: 200, path: '/account' });
    });

    it('has nobody sent to another site after signing in', async () => {
      for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/account\\@evil.example', '/account/../\t/evil.example', '/accounts']) {
        const browser = browserAt();
        const page = await browser.open(`/account/sign-in?continue=${encodeURIComponent(next)}`);
        const entered = await attempt(browser, page, { continue: next });
        expect(entered).toMatchObject({ path: '/account', leftFor: null });
      }
    });

    it('puts no page into a frame, and runs no script in one', async () => {
      const rp = await party();
      const started = await startSignIn(rp, { prompt: 'consent' });
      const consent = await rp.browser.submit(started.page, { email: 'staff@acme.example', password: DEMO_PASSWORD });
      for (const page of [started.page, consent, await browserAt().open('/account/reset-password?token="><script>x</script>')]) {
        const policy = String(page.headers['content-security-policy']);
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).toContain("default-src 'none'");
        expect(policy).not.toContain('unsafe-inline');
        expect(page.headers['x-frame-options']).toBe('DENY');
        expect(page.headers['cache-control']).toBe('no-store');
        expect(page.text).not.toContain('<script>');
      }
      expect(consent.text).toContain('Shop &lt;script&gt;');
    });

    it('learns from no page whether somebody is known', async () => {
      const answers = async (path: string, fields: Readonly<Record<string, string>>): Promise<readonly string[]> =>
        Promise.all(
          ['client@acme.example', 'nobody@acme.example'].map(async (email) => {
            const browser = browserAt();
            const page = await browser.submit(await browser.open(path), { email, ...fields }, path);
            return `${page.status} ${page.text.replaceAll(email, 'EMAIL').replace(/name="form" value="[^"]*"/g, '')}`;
          }),
        );
      for (const [path, fields] of [
        ['/account/sign-in', { password: 'Wrong-password-1!' }],
        ['/account/sign-in/link', {}],
        ['/account/reset-password', {}],
      ] as const) {
        const [known, unknown] = await answers(path, fields);
        expect(known).toBe(unknown);
      }
    });

    it('keeps cookies from scripts and other sites', async () => {
      const page = await browserAt().open('/account/sign-in');
      for (const cookie of [page.headers['set-cookie'] ?? []].flat()) {
        expect(cookie).toMatch(/HttpOnly/i);
        expect(cookie).toMatch(/SameSite=Lax/i);
      }
    });

    it('cannot make us read a form without an end', async () => {
      const browser = browserAt();
      const page = await browser.open('/account/sign-in');
      await expect(attempt(browser, page, { password: 'x'.repeat(20_000) })).resolves.toMatchObject({ status: 403 });
      await expect(attempt(browser, page, { password: 'x'.repeat(2_000_000) })).resolves.toMatchObject({ status: 413 });
    });
  });

  describe('in the graph', () => {
    const CREATE = `mutation C($input: CreateOidcClientInput!) { createOidcClient(input: $input) {
      __typename ... on ValidationError { issues { field } } ... on UserError { code } } }`;
    const created = async (graph: Graph, input: Readonly<Record<string, unknown>>) =>
      (await graph.ask<{ createOidcClient: Record<string, unknown> | null }>(CREATE, { input })).data?.createOidcClient;

    it('finds a client of another company as little as one that never was', async () => {
      const answers = await Promise.all(
        [foreign.id, `oic_${'0'.repeat(32)}`, 'oic_nonsense'].flatMap((id) => [
          owner.ask('mutation D($id: ID!) { deleteOidcClient(id: $id) { __typename ... on UserError { code message } } }', { id }),
          owner.ask(
            'mutation U($id: ID!) { updateOidcClient(id: $id, input: { name: "Mine" }) { __typename ... on UserError { code } } }',
            { id },
          ),
        ]),
      );
      for (const { data } of answers) expect(JSON.stringify(data)).toContain('NotFoundError');
      const { data } = await owner.ask<{ oidcClients: { id: string }[] }>('{ oidcClients { id } }');
      const listed = data?.oidcClients.map(({ id }) => id);
      expect(listed).toContain(shop.id);
      expect(listed).not.toContain(foreign.id);
    });

    it('makes no client without the permission, nor one that may do more than its maker', async () => {
      const staff = await signIn(graphOf(platform.url, 'acme'), 'staff@acme.example');
      await expect(created(staff, { name: 'Sneaky', kind: 'WEB', redirectUris: [CALLBACK] })).resolves.toBeNull();
    });

    it('registers no address that a browser would run, or that others could listen to', async () => {
      for (const uri of ['http://rp.example/cb', 'javascript:alert(1)', 'https://rp.example/cb#x', 'data:text/html,x', 'myapp:/cb', 'not a uri']) {
        await expect(created(owner, { name: 'Bad', kind: 'WEB', redirectUris: [uri] })).resolves.toMatchObject({
          issues: [{ field: 'redirectUris' }],
        });
      }
    });

    it('takes back nobody else’s consent', async () => {
      const rp = await party();
      await sentBack(rp);
      const client = await signIn(graphOf(platform.url, 'acme'), EMAIL);
      const { data } = await client.ask<{ myOidcConsents: { id: string }[] }>('{ myOidcConsents { id } }');
      const id = data?.myOidcConsents[0]?.id;
      expect(id).toBeDefined();
      const other = await owner.ask('mutation R($id: ID!) { revokeOidcConsent(id: $id) { __typename } }', { id });
      expect(other).toMatchObject({ data: { revokeOidcConsent: { __typename: 'NotFoundError' } } });
    });
  });
});
