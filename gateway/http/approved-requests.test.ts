import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACME, createSampleEndpoints } from '../support/sample-endpoints.js';
import { requestWithHost, startSampleGateway, type PlainResponse, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken } from '../support/sample-tokens.js';
import { sampleSupergraph } from '../support/sample-graph.js';

/** What differs between two requests that are otherwise alike. */
const VOLATILE = ['date', 'x-request-id', 'ratelimit', 'ratelimit-remaining', 'ratelimit-reset', 'ratelimit-policy'];

let gateway: SampleGateway;
let token: string;

beforeAll(async () => {
  gateway = await startSampleGateway({}, createSampleEndpoints());
  token = await memberToken(ACME, ['patients:read']);
});
afterAll(() => gateway.gateway.stop());

const send = (body: object, headers: Record<string, string> = {}): Promise<PlainResponse> =>
  requestWithHost(
    `${gateway.url}/graphql`,
    'acme.spine.test',
    { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    JSON.stringify(body),
  );

const comparable = ({ status, headers, body }: PlainResponse) => ({
  status,
  headers: [...headers].filter(([name]) => !VOLATILE.includes(name)),
  body: body.replaceAll(/"requestId":"[^"]*"/g, '"requestId":""'),
});

const USER = 'query User($id: ID!) { user(id: $id) { name email } }';

describe('a request like one that went well before', () => {
  test.each([
    ['answers data', { query: USER, variables: { id: 'u1' } }, {}],
    ['answers null for what is not there', { query: USER, variables: { id: 'nobody' } }, {}],
    ['says which variable does not fit', { query: USER, variables: {} }, {}],
    ['tells what may not be seen', { query: '{ users { id score } }' }, {}],
    ['tells what a subgraph refused', { query: '{ bookings(first: 1) { id failing } }' }, {}],
    ['runs the operation that is named', { query: 'query A { users { id } } query B { users { name } }', operationName: 'B' }, {}],
    ['speaks the newer media type', { query: '{ users { id } }' }, { accept: 'application/graphql-response+json, application/json;q=0.9' }],
    ['speaks the older media type', { query: '{ users { id } }' }, { accept: 'application/json' }],
    ['refuses to speak another', { query: '{ users { id } }' }, { accept: 'text/csv' }],
    ['asks about the schema', { query: '{ __schema { queryType { name } } }' }, {}],
    ['changes something', { query: 'mutation { rename(id: "u1", name: "Ann") { name } }' }, {}],
  ])('%s in the very same words and with the same head', async (_what, body, headers) => {
    await send({ query: '{ users { id } }' }, headers);
    const first = comparable(await send(body, headers));
    const second = comparable(await send(body, headers));
    expect(second).toEqual(first);
  });

  test.each([
    ['variables that are text', { query: USER, variables: '{}' }],
    ['an operation name that is a number', { query: USER, operationName: 1, variables: { id: 'u1' } }],
    ['extensions that are text', { query: USER, variables: { id: 'u1' }, extensions: 'x' }],
  ])('is still refused with %s', async (_what, body) => {
    await send({ query: USER, variables: { id: 'u1' } });
    expect((await send(body)).status).toBe(400);
  });

  test('is still refused as a form that a foreign page could send', async () => {
    await send({ query: USER, variables: { id: 'u1' } });
    expect((await send({ query: USER, variables: { id: 'u1' } }, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  test('is checked anew against a new supergraph', async () => {
    const query = '{ users { nickname } }';
    expect((await send({ query })).status).toBe(200);
    gateway.gateway.replaceSupergraph(sampleSupergraph.replaceAll(/^\s*nickname: .*$/gm, ''));
    const { status, body } = await send({ query });
    gateway.gateway.replaceSupergraph(sampleSupergraph);
    expect([status, body]).toEqual([400, expect.stringContaining('GRAPHQL_VALIDATION_FAILED')]);
  });
});
