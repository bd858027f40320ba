import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACME } from '../support/sample-endpoints.js';
import { requestWithHost, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken } from '../support/sample-tokens.js';
import { EXPLAIN_HEADER, type Explained } from './explanation.js';

const SOURCE = 'query Joined { bookings(first: 2) { id notes total customer { name email } } }';
let gateway: SampleGateway;

beforeAll(async () => {
  gateway = await startSampleGateway();
});
afterAll(() => gateway.gateway.stop());

const explainedIn = ({ json }: Awaited<ReturnType<SampleGateway['ask']>>) =>
  (json as { extensions?: { explain?: Explained } }).extensions?.explain;

describe('a client that asks how its operation was answered', () => {
  test('is told the plan, what was cut, the cost, and how long each part took', async () => {
    const token = await memberToken(ACME, ['appointments:read']);
    const headers = { [EXPLAIN_HEADER]: '1' };
    const first = explainedIn(await gateway.ask(SOURCE, { token, headers }));
    const again = explainedIn(await gateway.ask(SOURCE, { token, headers }));

    expect(first?.plan).toContain('Fetch(service: "booking")');
    expect(first?.plan).toContain('Fetch(service: "commerce")');
    expect(first?.plan).not.toContain('email');
    expect(first?.cuts).toEqual([{ path: 'bookings.customer.email', coordinate: 'User.email' }]);
    expect(first?.cost).toBeGreaterThan(0);
    expect(first?.stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(['tenant', 'authentication', 'limits', 'authorization', 'planning', 'execution']),
    );
    expect(first?.fetches.map(({ subgraph }) => subgraph).sort()).toEqual(['booking', 'commerce', 'identity']);
    expect([first?.planCache, again?.planCache]).toEqual(['miss', 'hit']);
  });

  test('is told nothing that it did not ask for', async () => {
    expect(explainedIn(await gateway.ask('{ users { id } }'))).toBeUndefined();
  });

  test('is told nothing in production', async () => {
    const production = await startSampleGateway({ introspection: false });
    try {
      const answer = await production.ask('{ users { id } }', { headers: { [EXPLAIN_HEADER]: '1' } });
      expect(answer.json.data).toBeDefined();
      expect(explainedIn(answer)).toBeUndefined();
    } finally {
      await production.gateway.stop();
    }
  });
});

describe('a client that prefers nothing to a part', () => {
  const headers = { 'x-unauthorized': 'reject' };

  test('is refused with every coordinate it may not use, and nothing is fetched', async () => {
    const token = await memberToken(ACME, ['appointments:read']);
    gateway.calls.length = 0;
    const { json, status } = await gateway.ask('{ users { id email passport } admins { id } }', { token, headers });
    expect(json.data ?? null).toBeNull();
    expect(json.errors).toHaveLength(1);
    expect(json.errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHORIZED_FIELD_OR_TYPE',
      coordinates: ['User.email', 'User.passport', 'Query.admins'],
      paths: ['users.email', 'users.passport', 'admins'],
    });
    expect(status).toBe(403);
    expect(gateway.calls).toEqual([]);
  });

  test('is told to sign in when that is all that is missing', async () => {
    const { json } = await gateway.ask('{ me { id } }', { headers });
    expect(json.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', coordinates: ['Query.me'] });
  });

  test('is answered when it may see everything, or when what it may not see is skipped', async () => {
    const source = 'query($with: Boolean!) { user(id: "u1") { name email @include(if: $with) } }';
    const without = await gateway.ask(source, { headers, variables: { with: false } });
    expect(without.json).toEqual({ data: { user: { name: 'User u1' } }, extensions: expect.any(Object) });
    const withIt = await gateway.ask(source, { headers, variables: { with: true } });
    expect(withIt.json.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
  });
});

describe('the figures', () => {
  test('tell of operations, stages and subgraphs, and of the process itself', async () => {
    await gateway.ask(SOURCE);
    const { body } = await requestWithHost(`${gateway.url}/metrics`, 'localhost');
    expect(body).toMatch(/spine_gateway_stage_seconds_count\{stage="planning"\} \d+/);
    expect(body).toMatch(/spine_gateway_subgraph_fetch_seconds_count\{subgraph="booking",outcome="ok"\} \d+/);
    expect(body).toMatch(/process_cpu_seconds_total/);
    expect(body).toMatch(/nodejs_eventloop_lag_seconds/);
  });
});
