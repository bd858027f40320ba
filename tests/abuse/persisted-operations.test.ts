import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { documentIdOf } from '../../subgraphs/identity/client-application/registered-operation.js';
import { createSampleEndpoints, ACME, GLOBEX } from '../../gateway/support/sample-endpoints.js';
import { startSampleGateway, type SampleGateway } from '../../gateway/support/sample-gateway.js';
import { partnerStrategy } from '../../gateway/support/sample-partners.js';
import { startTestIdentity, type TestIdentity } from '../support/identity.js';
import { contextFor, memberOf } from '../support/runtime.js';
import { knock, whisper, type Knock, type Reply } from './attacker.js';

const HOST = 'acme.spine.test';
const KEY = { host: HOST, authorization: 'Partner calendar', 'apollo-require-preflight': 'true' };

const OWN = 'query Own { users { id } }';
const SECRET = 'query Secret { users { name visits } }';
const OTHERS = 'query Others { media { id } }';
const FOREIGN = 'query Foreign { places { id } }';
const NEVER = 'query Never { reviews { text } }';

const extensions = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: documentIdOf(text) } });
const search = (parameters: Record<string, unknown>): string =>
  `/graphql?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)])).toString()}`;

describe('a key that is confined to the operations of its client', () => {
  let identity: TestIdentity;
  let gateway: SampleGateway;

  const send = (request: Knock): Promise<Reply> => knock(gateway.url, { ...request, headers: { ...KEY, ...request.headers } });
  const publish = (tenant: typeof ACME, client: string, ...bodies: readonly string[]) =>
    identity.subgraph.services.clientApplications.publish(contextFor(tenant, memberOf(['settings:update'])), {
      client,
      version: '1',
      operations: bodies.map((body) => ({ id: documentIdOf(body), name: /^query (\w+)/.exec(body)?.[1] ?? '', type: 'QUERY', body })),
    });

  beforeAll(async () => {
    identity = await startTestIdentity();
    const plain = createSampleEndpoints();
    // The register is identity's own, on its database; what the operations ask is the sample graph's.
    const sample = createSampleEndpoints({
      identity: {
        forward: async (request, envelope) =>
          (request.path.startsWith('/internal/') ? await identity.host.forward(request, envelope) : null) ??
          plain.endpoints.identity.forward(request, envelope),
      },
    });
    gateway = await startSampleGateway({}, sample, { strategies: [partnerStrategy] });
    await publish(ACME, 'calendar', OWN);
    await publish(ACME, 'kiosk', OTHERS);
    await publish(GLOBEX, 'calendar', FOREIGN);
    // First-party clients have made the gateway remember these.
    const own = { host: HOST, authorization: '' };
    for (const text of [SECRET, OWN]) {
      const learnt = await knock(gateway.url, { headers: own, body: { query: text, extensions: extensions(text) } });
      expect(learnt.codes).toEqual([]);
    }
  });
  afterAll(async () => {
    await gateway.gateway.stop();
    await identity.stop();
  });

  it('runs those', async () => {
    await expect(send({ body: { extensions: extensions(OWN) } })).resolves.toMatchObject({ status: 200, codes: [], data: { users: expect.any(Array) as unknown } });
    await expect(send({ method: 'GET', path: search({ extensions: extensions(OWN) }) })).resolves.toMatchObject({ status: 200, codes: [] });
  });

  it('runs nothing else by any route', async () => {
    const before = gateway.calls.length;
    const posts: readonly unknown[] = [
      { query: SECRET },
      { query: OWN },
      { query: NEVER, extensions: extensions(NEVER) },
      { query: NEVER, extensions: extensions(OWN) },
      { query: ' ', extensions: extensions(OWN) },
      { query: { kind: 'Document', definitions: [] }, extensions: extensions(SECRET) },
      { query: [SECRET] },
      { extensions: extensions(NEVER) },
      { extensions: extensions(SECRET) },
      { extensions: extensions(OTHERS) },
      { extensions: extensions(FOREIGN) },
      { extensions: extensions(OWN), documentId: documentIdOf(OTHERS) },
      { extensions: extensions(OWN), id: documentIdOf(SECRET) },
      { extensions: { persistedQuery: { version: 1, sha256Hash: [documentIdOf(OTHERS)] } } },
      { extensions: { persistedQuery: null } },
      { extensions: 'persistedQuery' },
      { documentId: `sha256:${documentIdOf(OTHERS)}` },
      { documentId: `md5:${documentIdOf(OWN).slice(0, 32)}` },
      { id: uuidv7() },
      [{ extensions: extensions(OWN) }, { query: SECRET }],
      [],
      {},
      'null',
    ];
    for (const body of posts) {
      expect({ body, ...(await send({ body })) }).toMatchObject({ body, status: 403, codes: ['PERSISTED_QUERY_ONLY'], data: undefined });
    }
    const paths = [
      search({ query: SECRET }),
      search({ query: SECRET, extensions: extensions(OWN) }),
      search({ query: NEVER, extensions: extensions(NEVER) }),
      search({ extensions: extensions(SECRET) }),
      search({ documentId: documentIdOf(OTHERS) }),
      search({ id: documentIdOf(FOREIGN) }),
      `${search({ extensions: extensions(OWN) })}&query=${encodeURIComponent(SECRET)}`,
      `${search({ query: '' })}&query=${encodeURIComponent(SECRET)}`,
      search({ variables: {} }),
    ];
    for (const path of paths) {
      expect({ path, ...(await send({ method: 'GET', path })) }).toMatchObject({ path, status: 403, codes: ['PERSISTED_QUERY_ONLY'] });
    }
    for (const type of ['text/plain', 'application/graphql', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'application/vnd.api+json']) {
      expect({ type, ...(await send({ headers: { 'content-type': type }, body: JSON.stringify({ query: SECRET }) })) }).toMatchObject({ type, codes: ['PERSISTED_QUERY_ONLY'] });
    }
    for (const query of [SECRET, OWN, 'subscription { pulse(count: 1) { id } }', '{ __schema { types { name } } }', '{{{']) {
      const answer = await whisper(gateway.url, { host: HOST, query, headers: {}, authorization: KEY.authorization });
      expect(JSON.stringify(answer)).toContain('PERSISTED_QUERY_ONLY');
    }
    expect(gateway.calls).toHaveLength(before);
  });

  it('runs what was named, not what else the request holds', async () => {
    const twice = `${search({ extensions: extensions(OWN) })}&extensions=${encodeURIComponent(JSON.stringify(extensions(OTHERS)))}`;
    const answers = [
      await send({ body: { extensions: extensions(OWN) }, path: search({ query: SECRET }) }),
      await send({ method: 'GET', path: twice }),
      await send({ body: `{"extensions":${JSON.stringify(extensions(OTHERS))},"extensions":${JSON.stringify(extensions(OWN))}}` }),
    ];
    for (const { data, codes } of answers) {
      expect(codes).toEqual([]);
      expect(Object.keys(data as object)).toEqual(['users']);
      expect(JSON.stringify(data)).not.toContain('visits');
    }
  });

  it('cannot tell an id of another client, of another company or remembered for others from one that nobody has', async () => {
    const answers = await Promise.all(
      [OTHERS, FOREIGN, SECRET, NEVER].map(async (text) => {
        const { status, text: body } = await send({ body: { extensions: extensions(text) } });
        return `${status} ${body.replace(/"requestId":"[^"]*"/, '')}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });
});
