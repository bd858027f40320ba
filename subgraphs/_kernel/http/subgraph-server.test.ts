import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, execute } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createLogger } from '../../../infra/runtime/log.js';
import { createTestClock } from '../../../tests/support/runtime.js';
import { ENVELOPE_HEADER, sealEnvelope, type Envelope } from '../wire/envelope.js';
import { ANONYMOUS } from '../wire/principal.js';
import type { SubgraphEndpoint } from '../wire/subgraph-endpoint.js';
import { PLATFORM_TENANT } from '../wire/tenant.js';
import { serveSubgraph, type RunningSubgraphServer } from './subgraph-server.js';

const SECRET = 'a secret that only gateway and subgraphs know';
const schema = buildSchema('type Query { tenant: String! } type Subscription { tick: Int! }');

describe('a subgraph over HTTP', () => {
  let server: RunningSubgraphServer;
  let ran = 0;
  const clock = createTestClock();
  const envelope: Envelope = {
    tenant: PLATFORM_TENANT,
    principal: ANONYMOUS,
    origin: { requestId: 'r1', ip: null, userAgent: null },
  };
  const sealed = () => sealEnvelope(envelope, SECRET, clock.now().getTime());

  const endpoint: SubgraphEndpoint = {
    name: 'tenancy',
    async execute(request) {
      ran += 1;
      return execute({ schema, document: request.document, rootValue: { tenant: request.envelope.tenant.slug } });
    },
    async subscribe() {
      ran += 1;
      return (async function* () {
        for (const tick of [1, 2, 3]) yield { data: { tick } };
      })();
    },
    forward: async (request) =>
      request.path === '/known' ? { status: 202, headers: { 'x-kind': 'known' }, body: 'taken' } : null,
    ready: async () => true,
    close: async () => undefined,
  };

  beforeAll(async () => {
    server = await serveSubgraph(
      { endpoint, schema, envelopeSecret: SECRET, clock, logger: createLogger({ name: 'test', level: 'silent' }) },
      { host: '127.0.0.1', port: 0 },
    );
  });
  afterAll(() => server.stop());

  const post = (body: string, headers: Record<string, string> = { [ENVELOPE_HEADER]: sealed() }) =>
    fetch(`${server.url}/graphql`, { method: 'POST', body, headers });
  const query = JSON.stringify({ query: '{ tenant }' });

  it('runs an operation that comes with an envelope', async () => {
    const answer = await post(query);
    expect(await answer.json()).toEqual({ data: { tenant: 'platform' } });
  });

  it('answers 401 and runs nothing without an envelope, with an altered one and with an old one', async () => {
    const before = ran;
    const old = sealEnvelope(envelope, SECRET, clock.now().getTime() - 61_000);
    const attempts = [{}, { [ENVELOPE_HEADER]: `${sealed()}x` }, { [ENVELOPE_HEADER]: old }];
    const answers = await Promise.all(attempts.map((headers) => post(query, headers as Record<string, string>)));
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
    expect(ran).toBe(before);
  });

  it('refuses what is not JSON, not a request, or not valid, without running it', async () => {
    const before = ran;
    const answers = await Promise.all(['{', '{"query":1}', JSON.stringify({ query: '{ nothing }' })].map((body) => post(body)));
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400]);
    expect(ran).toBe(before);
  });

  it('hands other paths to its routes, and answers 404 where it has none', async () => {
    const headers = { [ENVELOPE_HEADER]: sealed() };
    const known = await fetch(`${server.url}/known`, { method: 'POST', headers });
    expect([known.status, known.headers.get('x-kind'), await known.text()]).toEqual([202, 'known', 'taken']);
    expect((await fetch(`${server.url}/unknown`, { headers })).status).toBe(404);
    expect((await fetch(`${server.url}/known`, { method: 'POST' })).status).toBe(401);
  });

  it('streams a subscription whose operation brings an envelope, and refuses one that does not', async () => {
    const client = createClient({ url: server.url.replace('http', 'ws') + '/graphql', webSocketImpl: WebSocket, retryAttempts: 0 });
    const seen: unknown[] = [];
    const extensions = { [ENVELOPE_HEADER]: sealed() };
    for await (const event of client.iterate({ query: 'subscription { tick }', extensions })) seen.push(event.data);
    expect(seen).toEqual([{ tick: 1 }, { tick: 2 }, { tick: 3 }]);
    const refused = client.iterate({ query: 'subscription { tick }' }).next();
    await expect(refused).rejects.toEqual([expect.objectContaining({ message: 'No valid envelope' })]);
    await client.dispose();
  });

  it('is alive and ready for those who ask without an envelope', async () => {
    const answers = await Promise.all(['live', 'ready'].map((what) => fetch(`${server.url}/health/${what}`)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  });
});
