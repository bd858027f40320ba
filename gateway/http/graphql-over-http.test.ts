import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits, type Audit } from 'graphql-http';
import { createPlainGateway, type PlainGateway } from '../plain.js';
import { createRecordingLogger, requestWithHost, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { sampleSupergraph } from '../support/sample-graph.js';

/**
 * The audits that are not passed. All three send a GET with no header that a foreign page could not make a browser
 * send as well, which is exactly what CSRF prevention refuses; all three are things a server MAY do.
 */
const REFUSED_AS_CSRF = ['5A70', '6A70', 'D6D5'];

interface Verdict {
  readonly id: string;
  readonly status: string;
}

async function audited(audits: readonly Audit[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { id, fn } of audits) verdicts.push({ id, status: (await fn()).status });
  return verdicts;
}

const failedOf = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.filter(({ status }) => status !== 'ok').map(({ id }) => id).sort();

let gateway: SampleGateway;
let plain: PlainGateway;
let plainUrl: string;

beforeAll(async () => {
  gateway = await startSampleGateway();
  // No field is fetched by the audits, so that the subgraphs need not be there.
  plain = await createPlainGateway(sampleSupergraph, createRecordingLogger().logger);
  plainUrl = (await plain.listen({ host: '127.0.0.1', port: 0 })).url;
});
afterAll(async () => {
  await plain.stop();
  await gateway.gateway.stop();
});

describe('GraphQL over HTTP, by the audits of graphql-http', () => {
  test.each([
    ['the gateway', () => gateway.url],
    ['the plain gateway', () => plainUrl],
  ])('%s passes all 61 but the three that ask for what CSRF prevention refuses', async (_which, url) => {
    const verdicts = await audited(serverAudits({ url: `${url()}/graphql` }));
    expect(verdicts).toHaveLength(61);
    expect(failedOf(verdicts)).toEqual(REFUSED_AS_CSRF);
  });

  test('the three pass as well once the request says that it is no simple one', async () => {
    const preflighted: typeof fetch = (url, init) =>
      fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), 'apollo-require-preflight': '1' } });
    const audits = serverAudits({ url: `${gateway.url}/graphql`, fetchFn: preflighted });
    expect(failedOf(await audited(audits))).toEqual([]);
  });
});

describe('the status of an operation that is wrong', () => {
  const statusFor = async (accept: string, query: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json', accept };
    return (await requestWithHost(`${gateway.url}/graphql`, 'acme.spine.test', headers, JSON.stringify({ query }))).status;
  };

  test.each(['{', '{ nothing }', 'query ($a: Int!) { bookings(first: $a) { id } }'])('of %s is by what the client accepts', async (query) => {
    expect(await statusFor('application/json', query)).toBe(200);
    expect(await statusFor('application/graphql-response+json', query)).toBe(400);
    expect(await statusFor('application/graphql-response+json, application/json;q=0.9', query)).toBe(400);
    expect(await statusFor('*/*', query)).toBe(400);
  });

  test('of a request without an operation is 400 for everyone', async () => {
    expect(await statusFor('application/json', 7)).toBe(400);
    expect(await statusFor('application/json', undefined)).toBe(400);
  });
});
