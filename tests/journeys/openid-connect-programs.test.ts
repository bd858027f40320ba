import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose';
import * as oidc from 'openid-client';
import type { Graph } from '../../clients/cli/graph.js';
import { createBrowser } from '../support/browser.js';
import { registerClient } from '../support/oidc-clients.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { CALLBACK, fetchLocally, finishSignIn, pathOf, relyingParty, startSignIn } from '../support/relying-party.js';
import { eventually } from '../support/runtime.js';
import { DEMO_PASSWORD, graphOf, signIn } from './main-job.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

describe('programs of a company', () => {
  let platform: TestPlatform;
  let owner: Graph;
  let listener: Server;
  const told: string[] = [];

  beforeAll(async () => {
    platform = await startTestPlatform({
      environment: { RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000', RATE_LIMIT_CREDENTIALS_ADDRESS: '10000' },
    });
    owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    listener = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        told.push(new URLSearchParams(body).get('logout_token') ?? '');
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  }, PLATFORM_START_MS);
  afterAll(async () => {
    listener.closeAllConnections();
    listener.close();
    await platform.stop();
  });

  it('push their requests first where that is asked of them, and are refused otherwise', async () => {
    const client = await registerClient(owner, { name: 'Pusher', kind: 'WEB', redirectUris: [CALLBACK], requiresPushedRequests: true });
    const rp = await relyingParty(platform.url, 'acme', client);
    const plain = await startSignIn(rp);
    await expect(finishSignIn(rp, plain, plain.page)).rejects.toMatchObject({ error: 'invalid_request' });

    const verifier = oidc.randomPKCECodeVerifier();
    const target = await oidc.buildAuthorizationUrlWithPAR(rp.config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    expect([...target.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const page = await rp.browser.open(pathOf(target));
    const asked = await rp.browser.submit(page, { email: 'client@acme.example', password: DEMO_PASSWORD });
    const allowed = await rp.browser.submit(asked, { decision: 'allow' });
    const tokens = await oidc.authorizationCodeGrant(rp.config, allowed.leftFor ?? target, { pkceCodeVerifier: verifier });
    expect(tokens.claims()?.aud).toBe(client.id);
  });

  it('get tokens that are worth nothing without their key, where they bind them by DPoP', async () => {
    const client = await registerClient(owner, {
      name: 'Bound',
      kind: 'PUBLIC',
      firstParty: true,
      bindsTokens: true,
      redirectUris: [CALLBACK],
      permissions: ['appointments:read'],
    });
    const rp = await relyingParty(platform.url, 'acme', client);
    const resource = `${rp.issuer}/graphql`;
    const DPoP = oidc.getDPoPHandle(rp.config, await oidc.randomDPoPKeyPair());
    const started = await startSignIn(rp, { resource, scope: 'openid appointments:read' });
    const entered = await rp.browser.submit(started.page, { email: 'staff@acme.example', password: DEMO_PASSWORD });
    const tokens = await finishSignIn(rp, started, entered, {}, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    await expect(oidc.fetchUserInfo(rp.config, tokens.access_token, oidc.skipSubjectCheck, { DPoP })).resolves.toBeDefined();
    await expect(oidc.fetchUserInfo(rp.config, tokens.access_token, oidc.skipSubjectCheck)).rejects.toThrow();
    const another = oidc.getDPoPHandle(rp.config, await oidc.randomDPoPKeyPair());
    await expect(oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '', {}, { DPoP: another })).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    const bound = await oidc.refreshTokenGrant(rp.config, tokens.refresh_token ?? '', { resource }, { DPoP });
    expect(decodeJwt(bound.access_token)).toMatchObject({ cnf: { jkt: expect.any(String) }, scope: 'appointments:read' });
    const refused = await graphOf(platform.url, 'acme').as(bound.access_token).ask('{ me { id } }');
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    const ask = (handle?: oidc.DPoPHandle): Promise<Response> =>
      oidc.fetchProtectedResource(
        rp.config,
        bound.access_token,
        new URL(resource),
        'POST',
        JSON.stringify({ query: '{ me { id } }' }),
        new Headers({ 'content-type': 'application/json' }),
        handle ? { DPoP: handle } : {},
      );
    await expect((await ask(DPoP)).json()).resolves.toMatchObject({ data: { me: { id: expect.any(String) } } });
    await expect(ask(another)).rejects.toMatchObject({ status: 401 });
  });

  it('act for themselves with what their service account may do, until it is done away with', async () => {
    const made = await owner.ask<{ createServiceAccount: { id: string } }>(
      `mutation Make($input: CreateServiceAccountInput!) { createServiceAccount(input: $input) { ... on ServiceAccount { id } } }`,
      { input: { name: 'Robot', description: 'Counts.', permissions: ['settings:read'] } },
    );
    const serviceAccountId = made.data?.createServiceAccount.id;
    const client = await registerClient(owner, { name: 'Robot', kind: 'SERVICE', serviceAccountId });
    const rp = await relyingParty(platform.url, 'acme', client);
    const tokens = await oidc.clientCredentialsGrant(rp.config, { scope: 'settings:read settings:update' });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: 'settings:read', sva: expect.any(String) });
    expect(tokens.refresh_token).toBeUndefined();

    const robot = graphOf(platform.url, 'acme').as(tokens.access_token);
    await expect(robot.ask('{ serviceAccounts { name } }')).resolves.toMatchObject({
      data: { serviceAccounts: expect.arrayContaining([{ name: 'Robot' }]) },
    });
    await expect(robot.ask('{ mySessions { id } }')).resolves.toMatchObject({ data: { mySessions: null } });

    await owner.ask('mutation End($id: ID!) { archiveServiceAccount(id: $id) { __typename } }', { id: serviceAccountId });
    await expect(oidc.clientCredentialsGrant(rp.config, { scope: 'settings:read' })).rejects.toMatchObject({ status: 401 });
    await eventually(async () => {
      const { errors } = await robot.ask('{ serviceAccounts { name } }');
      return errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
    });
  });

  it('change a token of one company for one of another, for somebody who is a member of both', async () => {
    const globexOwner = await signIn(graphOf(platform.url, 'globex'), 'owner@globex.example');
    const client = await registerClient(globexOwner, {
      name: 'Switcher',
      kind: 'WEB',
      firstParty: true,
      exchangesTokens: true,
      redirectUris: [CALLBACK],
      permissions: ['appointments:read'],
    });
    const rp = await relyingParty(platform.url, 'globex', client);
    const tokenOf = async (email: string): Promise<string> => {
      const { data } = await graphOf(platform.url, 'acme').ask<{ login: { accessToken: string } }>(
        'mutation In($input: LoginInput!) { login(input: $input) { ... on AuthPayload { accessToken } } }',
        { input: { email, password: DEMO_PASSWORD } },
      );
      return data?.login.accessToken ?? '';
    };
    const exchange = (token: string) =>
      oidc.genericGrantRequest(rp.config, EXCHANGE, {
        subject_token: token,
        subject_token_type: ACCESS_TOKEN,
        scope: 'appointments:read settings:update',
      });
    const token = await tokenOf('staff@acme.example');
    await expect(exchange(token)).rejects.toMatchObject({ error: 'invalid_grant' });

    await globexOwner.ask('mutation Invite($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }', {
      input: { email: 'staff@acme.example', roles: ['STAFF'] },
    });
    const link = await eventually(() =>
      Promise.resolve(
        platform.mailbox
          .messages('staff@acme.example')
          .map(({ text }) => /\/account\/accept-invitation\?token=\S+/.exec(text)?.[0])
          .find((found) => found !== undefined),
      ),
    );
    const browser = createBrowser(platform.url, 'globex.localhost');
    await expect(browser.submit(await browser.open(link))).resolves.toMatchObject({ title: 'Welcome' });

    const exchanged = await exchange(token);
    expect(decodeJwt(exchanged.access_token)).toMatchObject({ tenant: 'globex', scope: 'appointments:read', amr: ['pwd'] });
    expect(exchanged.refresh_token).toBeUndefined();
    await expect(graphOf(platform.url, 'globex').as(exchanged.access_token).ask('{ currentTenant { slug } }')).resolves.toMatchObject({
      data: { currentTenant: { slug: 'globex' } },
    });
    await graphOf(platform.url, 'acme').as(token).ask('mutation { logout { __typename } }');
    await expect(exchange(token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('are told when somebody has signed out', async () => {
    const { port } = listener.address() as AddressInfo;
    const client = await registerClient(owner, {
      name: 'Listener',
      kind: 'WEB',
      firstParty: true,
      redirectUris: [CALLBACK],
      backChannelLogoutUri: `http://127.0.0.1:${port}/out`,
    });
    const rp = await relyingParty(platform.url, 'acme', client);
    const started = await startSignIn(rp);
    const entered = await rp.browser.submit(started.page, { email: 'client@acme.example', password: DEMO_PASSWORD });
    const tokens = await finishSignIn(rp, started, entered);
    const account = await rp.browser.open('/account');
    const asked = await rp.browser.submit(account);
    expect(asked).toMatchObject({ path: '/oidc/session/end', title: 'Sign out' });
    await expect(rp.browser.submit(asked, { logout: 'yes', account: '1' })).resolves.toMatchObject({ title: 'Signed out' });

    const token = await eventually(async () => told[0]);
    const keys = (await (await fetchLocally(`${rp.issuer}/.well-known/jwks.json`, { method: 'GET', headers: {}, body: null, redirect: 'manual' })).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { issuer: rp.issuer, audience: client.id });
    expect(payload).toMatchObject({
      sub: tokens.claims()?.sub,
      sid: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
  });
});
