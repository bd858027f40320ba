import { afterEach, expect, test } from '@jest/globals';
import { createClient, type Client } from 'graphql-ws';
import type { ExecutionResult } from 'graphql';
import { WebSocket } from 'ws';
import { eventually } from '../../tests/support/runtime.js';
import { DEFAULT_LIVE_LIMITS } from '../gateway-config.js';
import { ACME, createSampleEndpoints } from '../support/sample-endpoints.js';
import { startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken } from '../support/sample-tokens.js';

let gateway: SampleGateway;
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await gateway.gateway.stop();
});

const refused = async (token: string): Promise<unknown> => {
  const { json } = await gateway.ask('{ users { id } }', { token });
  return json.errors?.[0]?.extensions['code'];
};

/** A subscription that is open, and what becomes of it. */
async function follow(token: string, host = 'acme.spine.test') {
  class ToAcme extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { host } });
    }
  }
  let close: (code: number) => void = () => undefined;
  const closed = new Promise<number>((resolve) => {
    close = resolve;
  });
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: ToAcme,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    on: { closed: (event) => close((event as { readonly code: number }).code) },
  });
  clients.push(client);
  const events = client.iterate({ query: 'subscription { bookingChanged { id } }' }) as AsyncGenerator<ExecutionResult>;
  await events.next();
  return { next: events.next(), closed };
}

test('a token is refused, and what it opened ends with a reason, as soon as its session does', async () => {
  gateway = await startSampleGateway();
  const token = await memberToken(ACME, []);
  const { next, closed } = await follow(token);
  expect(await refused(token)).toBeUndefined();
  gateway.revoke({ kind: 'session', sessionId: 's1' });
  await expect(next).resolves.toMatchObject({ value: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  await expect(closed).resolves.toBe(4403);
  expect(await refused(token)).toBe('UNAUTHENTICATED');
  expect(await refused(await memberToken(ACME, [], { claims: { sid: 's2' } }))).toBeUndefined();
});

test('who is connected to a company that is suspended is told so, and disconnected', async () => {
  gateway = await startSampleGateway();
  const { next, closed } = await follow(await memberToken(ACME, []));
  gateway.revoke({ kind: 'tenant', tenant: { ...ACME, status: 'SUSPENDED' } });
  await expect(next).resolves.toMatchObject({ value: { errors: [{ extensions: { code: 'TENANT_SUSPENDED' } }] } });
  await expect(closed).resolves.toBe(4403);
});

test('what was opened at a domain, or with a token from there, ends when the company loses it, and nothing else does', async () => {
  gateway = await startSampleGateway();
  const domain = 'book.acme.example';
  const usual = await memberToken(ACME, []);
  const issuedThere = await memberToken(ACME, [], { issuer: `http://${domain}` });
  const [at, of, neither] = [await follow(usual, domain), await follow(issuedThere), await follow(usual)];
  let isOpen = true;
  void neither.closed.then(() => (isOpen = false));
  gateway.revoke({ kind: 'tenant', tenant: ACME });
  gateway.loseDomain(domain);
  await expect(at.next).resolves.toMatchObject({ value: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
  await expect(of.next).resolves.toMatchObject({ value: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  expect(await Promise.all([at.closed, of.closed])).toEqual([4403, 4403]);
  expect(await refused(issuedThere)).toBe('UNAUTHENTICATED');
  expect(await refused(usual)).toBeUndefined();
  expect(isOpen).toBe(true);
});

test('what is known of a company is asked anew as soon as it changes', async () => {
  gateway = await startSampleGateway();
  const lookUps = (): number => gateway.routes.filter(({ request }) => request.path === '/internal/tenant').length;
  await gateway.ask('{ __typename }');
  await gateway.ask('{ __typename }');
  expect(lookUps()).toBe(1);
  gateway.revoke({ kind: 'tenant', tenant: ACME });
  await eventually(async () => (await gateway.ask('{ __typename }')) && lookUps() === 2);
});

test('what was taken back before the gateway began is known before the first request', async () => {
  const sample = createSampleEndpoints();
  sample.revoke({ kind: 'user', userId: 'u1', keptSessionId: null });
  gateway = await startSampleGateway({}, sample);
  expect(await refused(await memberToken(ACME, []))).toBe('UNAUTHENTICATED');
});

test('without news nobody signed in is served after a while, everyone else is, and so is she once there is news', async () => {
  const sample = createSampleEndpoints();
  const { identity } = sample.endpoints;
  const forward = identity.forward.bind(identity);
  let away = false;
  identity.forward = async (request, envelope) => {
    if (away && request.path.includes('revocations')) throw new Error('ECONNREFUSED');
    return forward(request, envelope);
  };
  gateway = await startSampleGateway({ live: { ...DEFAULT_LIVE_LIMITS, revocationsStaleAfterMs: 2_500 } }, sample);
  const token = await memberToken(ACME, []);
  const { next } = await follow(token);
  away = true;
  await expect(next).resolves.toMatchObject({ value: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } });
  expect(await refused(token)).toBe('SUBGRAPH_UNAVAILABLE');
  expect((await gateway.ask('{ __typename }')).status).toBe(200);
  gateway.revoke({ kind: 'session', sessionId: 's9' });
  away = false;
  await eventually(async () => (await refused(token)) === undefined);
  expect(await refused(await memberToken(ACME, [], { claims: { sid: 's9' } }))).toBe('UNAUTHENTICATED');
});
