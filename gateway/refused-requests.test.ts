import { on, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { REQUEST_COUNTS_PATH, type RequestCount } from '../subgraphs/_kernel/wire/request-counts.js';
import { REFUSED_REQUESTS_PATH, type RefusedRequestsReport } from '../subgraphs/_kernel/wire/refused-requests.js';
import { ANONYMOUS } from '../subgraphs/_kernel/wire/principal.js';
import { eventually } from '../tests/support/runtime.js';
import type { OpsReport } from './ops-reports.js';
import type { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import { countRefusals } from './refused-requests.js';
import { ACME, createSampleEndpoints, GLOBEX } from './support/sample-endpoints.js';
import { requestWithHost, SAMPLE_CONFIG, startSampleGateway, type SampleGateway } from './support/sample-gateway.js';
import { memberToken } from './support/sample-tokens.js';

/** What a gateway has told ops of what it refused: company, kind of asker, reason, code and how often. */
const toldBy = ({ routes }: SampleGateway): readonly (readonly unknown[])[] =>
  routes
    .filter(({ request }) => request.path === REFUSED_REQUESTS_PATH)
    .map(({ request, envelope: { tenant, principal } }) => {
      const { reason, code, count } = JSON.parse(Buffer.from(request.body).toString('utf8')) as RefusedRequestsReport;
      return [tenant.slug, principal.kind, reason, code, count];
    });

test('what the gateway refuses by rate, depth or cost is told to ops once, with how often and to whom', async () => {
  const gateway = await startSampleGateway({
    limits: { ...SAMPLE_CONFIG.limits, depth: 3 },
    cost: { ...SAMPLE_CONFIG.cost, operation: 0 },
  });
  const token = await memberToken(ACME, []);
  const codesOf = async (query: string, times: number): Promise<readonly unknown[]> => {
    const codes: unknown[] = [];
    for (let n = 0; n < times; n += 1) codes.push((await gateway.ask(query, { token })).json.errors?.[0]?.extensions['code']);
    return codes;
  };
  const tooMuch = 'OPERATION_TOO_COMPLEX';
  expect(await codesOf('{ bookings(first: 1) { product { reviews { author { id } } } } }', 3)).toEqual([tooMuch, tooMuch, tooMuch]);
  expect(await codesOf('{ users { id } }', 2)).toEqual([tooMuch, tooMuch]);
  gateway.gateway.changeRateLimits({ principal: { requests: 1, seconds: 600 } });
  const codes = await codesOf('{ users { id } }', 5);
  const limited = codes.filter((code) => code === 'RATE_LIMITED').length;
  expect(limited).toBeGreaterThanOrEqual(4);
  expect(toldBy(gateway)).toEqual([]);
  await gateway.gateway.stop();

  expect(toldBy(gateway)).toEqual([
    ['acme', 'member', 'SIZE_OR_DEPTH', 'OPERATION_TOO_COMPLEX', 3],
    ['acme', 'member', 'COST', 'OPERATION_TOO_COMPLEX', 2 + codes.length - limited],
    ['acme', 'member', 'RATE', 'RATE_LIMITED', limited],
  ]);
});

test('connections and requests that are refused before there is an operation are told, too, however many there were', async () => {
  const gateway = await startSampleGateway({
    limits: { ...SAMPLE_CONFIG.limits, bodyBytes: 1_000 },
    live: { ...SAMPLE_CONFIG.live, perTenant: 1, perAddress: 10 },
  });
  const token = await memberToken(ACME, []);
  const socketsAt = gateway.url.replace('http', 'ws');
  const connectionOf = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${socketsAt}/graphql?tenant=acme`, 'graphql-transport-ws');
      socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } })));
      socket.once('message', () => resolve(socket));
      socket.once('close', (code) => reject(new Error(String(code))));
      socket.once('unexpected-response', (_request, { statusCode }) => reject(new Error(String(statusCode))));
      socket.on('error', () => undefined);
    });
  const stream = { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const post = async (headers: Record<string, string>, body: unknown): Promise<number> =>
    (await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', headers, JSON.stringify(body))).status;

  const socket = await connectionOf();
  for (let n = 0; n < 2; n += 1) await expect(connectionOf()).rejects.toThrow('4429');
  for (let n = 0; n < 3; n += 1) expect(await post(stream, { query: '{ __typename }' })).toBe(429);
  expect(await post({ ...stream, accept: 'application/json' }, [{ query: '{ __typename }' }])).toBe(400);
  expect(await post({ 'content-type': 'application/json' }, [{ query: '{ __typename }' }])).toBe(400);
  expect(await post({ 'content-type': 'application/json' }, { query: 'x'.repeat(1_000) })).toBe(413);
  const begin = (n: number): void =>
    socket.send(JSON.stringify({ id: String(n), type: 'subscribe', payload: { query: 'subscription { bookingChanged { id } }' } }));
  for (let n = 0; n < 101; n += 1) begin(n);
  for await (const [message] of on(socket, 'message')) {
    const { type, payload } = JSON.parse(String(message)) as { readonly type: string; readonly payload: unknown };
    if (type !== 'error') continue;
    expect(payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    break;
  }

  let atTheDoor = 0;
  const opened: WebSocket[] = [];
  for (let n = 0; n < 20; n += 1) {
    const next = new WebSocket(`${socketsAt}/graphql`, 'graphql-transport-ws').on('error', () => undefined);
    const [how] = (await Promise.race([once(next, 'open'), once(next, 'unexpected-response')])) as [unknown];
    if (how === undefined) opened.push(next);
    else atTheDoor += 1;
  }
  expect(atTheDoor).toBeGreaterThan(0);
  for (const each of [socket, ...opened]) each.terminate();
  await gateway.gateway.stop();

  expect(toldBy(gateway)).toEqual([
    ['acme', 'member', 'RATE', 'RATE_LIMITED', 2 + 3 + 1],
    ['acme', 'member', 'SIZE_OR_DEPTH', 'OPERATION_TOO_COMPLEX', 1],
    ['acme', 'anonymous', 'SIZE_OR_DEPTH', 'OPERATION_TOO_COMPLEX', 1],
    ['platform', 'anonymous', 'SIZE_OR_DEPTH', 'OPERATION_TOO_COMPLEX', 1],
    ['platform', 'anonymous', 'RATE', 'RATE_LIMITED', atTheDoor],
  ]);
});

test('a window tells each asker once, however many requests and however many askers there are', async () => {
  const told: OpsReport[] = [];
  const refuse = async (): Promise<never> => {
    throw new Refusal('RATE_LIMITED', 'Too often');
  };
  const pipeline = { enter: refuse, identify: refuse, admit: refuse, bound: refuse, answer: refuse, follow: refuse } as unknown as Pipeline;
  const counted = countRefusals(pipeline, { reports: { tell: (report) => void told.push(report), stop: async () => undefined }, now: () => 1_000, windowMs: 20 });
  const incoming = { requestId: 'r', ip: '192.0.2.1', userAgent: null, host: '', authorization: null, tenantHint: null };
  const asker = (tenant: typeof ACME, userId: string | null) => ({
    ...incoming,
    tenant,
    principal: userId === null ? ANONYMOUS : { kind: 'member', userId, membershipId: 'm', sessionId: 's', roles: [], permissions: [], assurance: { level: 'aal1', at: 0 } },
    expiresAt: null,
  }) as unknown as Parameters<Pipeline['admit']>[0];
  const refused = (stage: Promise<unknown>) => stage.then(() => 'served', (error: unknown) => (error as Refusal).code);

  for (let n = 0; n < 3_000; n += 1) expect(await refused(counted.pipeline.admit(asker(ACME, `u${n}`)))).toBe('RATE_LIMITED');
  for (let n = 0; n < 50; n += 1) await refused(counted.pipeline.admit(asker(GLOBEX, null)));
  await refused(counted.pipeline.enter(incoming));
  counted.stop();
  // A window may have ended in between: what counts is that nothing is lost and few entries are made.
  const countOf = ({ report }: OpsReport) => (report as RefusedRequestsReport).count;
  expect(told.reduce((sum, report) => sum + countOf(report), 0)).toBe(3_051);
  expect(told.filter(({ envelope }) => envelope.tenant.id === GLOBEX.id).reduce((sum, report) => sum + countOf(report), 0)).toBe(50);

  told.length = 0;
  await refused(counted.pipeline.admit(asker(GLOBEX, 'u1')));
  await eventually(async () => told.length === 1);
  expect(told[0]).toMatchObject({ path: REFUSED_REQUESTS_PATH, report: { reason: 'RATE', count: 1, since: '1970-01-01T00:00:01.000Z' } });
});

test('what became of every operation is told to ops by company and hour, whatever became of it', async () => {
  const booking = { execute: () => Promise.reject(new Error('ECONNREFUSED')) };
  const gateway = await startSampleGateway({}, createSampleEndpoints({ booking }));
  const token = await memberToken(ACME, []);
  const ask = async (query: string, times: number, options: object = {}): Promise<void> => {
    for (let n = 0; n < times; n += 1) await gateway.ask(query, { token, ...options });
  };
  await ask('{ __typename }', 3);
  await ask('{ admins { id } }', 2);
  await ask('{ bookings(first: 1) { id } }', 4);
  await ask('{ __typename }', 1, { token: undefined, host: 'globex.spine.test' });
  await gateway.gateway.stop();

  const told = gateway.routes
    .filter(({ request }) => request.path === REQUEST_COUNTS_PATH)
    .flatMap(({ request }) => JSON.parse(Buffer.from(request.body).toString('utf8')) as RequestCount[]);
  const sumOf = (tenant: typeof ACME, outcome: RequestCount['outcome']): number =>
    told.filter((count) => count.tenantId === tenant.id && count.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
  expect([sumOf(ACME, 'answered'), sumOf(ACME, 'refused'), sumOf(ACME, 'failed')]).toEqual([3, 2, 4]);
  expect([sumOf(GLOBEX, 'answered'), sumOf(GLOBEX, 'refused'), sumOf(GLOBEX, 'failed')]).toEqual([1, 0, 0]);
  for (const { hour } of told) expect(hour).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/);
});
