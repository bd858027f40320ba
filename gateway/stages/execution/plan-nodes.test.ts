import { operationFromDocument } from '@apollo/federation-internals';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse, subscribe, type ExecutionResult } from 'graphql';
import { createRichGateway, type RichGateway } from '../../support/rich-graph/rich-gateway.js';
import { richSchemas, richSupergraph } from '../../support/rich-graph/rich-subgraphs.js';
import { startSampleGateway } from '../../support/sample-gateway.js';
import { createSubscriptionStage } from '../subscriptions/subscriptions.js';

let gateway: RichGateway;

beforeAll(async () => {
  gateway = await createRichGateway();
});
beforeEach(() => {
  gateway.fetches.length = 0;
});

type Variables = Readonly<Record<string, unknown>>;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const ask = async (source: string, variables: Variables = {}): Promise<ExecutionResult> =>
  gateway.ours(await gateway.plan(source, variables));

const asksRight = async (source: string, variables: Variables = {}): Promise<void> => {
  const whole = await gateway.whole(source, variables);
  expect(plain((await ask(source, variables)).data)).toEqual(plain(whole.data));
};

const representationsOf = (fetched: { readonly variables: Variables }): readonly unknown[] =>
  (fetched.variables['representations'] as readonly unknown[] | undefined) ?? [];

/** Names of everything a plan is made of. */
const kindsIn = (plan: unknown): ReadonlySet<string> =>
  new Set([...JSON.stringify(plan).matchAll(/"kind":"(\w+)"|"(inputRewrites|outputRewrites|requires)":/g)].map(([, kind, part]) => kind ?? part ?? ''));

describe('a plan', () => {
  test.each([
    ['Fetch', '{ users { name } }'],
    ['requires', '{ users { opinion } }'],
    ['Flatten', '{ users { balance } }'],
    ['Sequence', '{ orders { label packing surcharge } }'],
    ['Parallel', '{ users { balance favourite { id } legacyName } items { rating } }'],
    ['inputRewrites', '{ items { rating } }'],
    ['outputRewrites', '{ items { ... on Book { blurb } ... on Film { blurb } } }'],
  ])('with %s is carried out', async (kind, source) => {
    expect(kindsIn((await gateway.plan(source)).plan)).toContain(kind);
    await asksRight(source);
    expect(gateway.fallbacks).toEqual([]);
  });

  test.each([true, false])('with a condition that is %p is carried out', async (wanted) => {
    const source = 'query($wanted: Boolean!) { users { id balance @include(if: $wanted) } }';
    const operation = await gateway.plan(source, { wanted });
    const { planner, plannerApi } = gateway.generation;
    // Conditions are settled before planning, so the planner is asked for such a plan here.
    const plan = planner.buildQueryPlan(operationFromDocument(plannerApi, parse(source)));
    expect(kindsIn(plan)).toContain('Condition');
    const { data } = await gateway.ours({ ...operation, plan });
    expect(plain(data)).toEqual(plain((await gateway.whole(source, { wanted })).data));
    expect(gateway.fetches.some(({ subgraph }) => subgraph === 'shipping')).toBe(wanted);
  });

  test('is made for the conditions as they are: what is skipped takes nothing else along', async () => {
    const source =
      'query($a: Boolean!, $b: Boolean = true) { orders { total packing surcharge @skip(if: $a) customer @include(if: $b) { name } } }';
    for (const variables of [{ a: true }, { a: false }, { a: true, b: false }]) await asksRight(source, variables);
  });

  test('fetches nothing when everything is skipped', async () => {
    expect(await ask('query($a: Boolean!) { users @skip(if: $a) { name } }', { a: true })).toEqual({ data: {} });
    expect(gateway.fetches).toEqual([]);
  });

  test('asks of one type nothing that only another requires', async () => {
    await asksRight('{ items(first: 5) { ... on Book { variants { class } } ... on Song { variants { stock } } } }');
    await asksRight('{ search { ... on Order { label customer { balance } } ... on User { orders { total } } } }');
  });

  test('keeps the type of an object that a subgraph knows only by its interface', async () => {
    await asksRight('{ items { ... on Film { rating stars } ...R } } fragment R on Item { type: __typename reviews(first: 1) { id } }');
    await asksRight('{ orders { lines { item { __typename rating ... on Book { pages } } } grid { __typename stars } } }');
  });

  test('with @defer is not made: the operation is refused, and says why', async () => {
    const sample = await startSampleGateway();
    try {
      const { json } = await sample.ask('{ users { id ... @defer { name } } }');
      expect(json.errors?.map(({ message, extensions }) => [message, extensions['code']])).toEqual([
        ['Unknown directive "@defer".', 'GRAPHQL_VALIDATION_FAILED'],
      ]);
    } finally {
      await sample.gateway.stop();
    }
  });
});

describe('entities', () => {
  test('are asked about once, however often they are needed', async () => {
    await asksRight('{ users(first: 5) { friends { friends { friends { friends { balance manager { legacyName } } } } } } }');
    const asked = gateway.fetches.map(representationsOf).filter(({ length }) => length > 0);
    expect(asked.length).toBeGreaterThan(0);
    for (const representations of asked) {
      expect(new Set(representations.map((one) => JSON.stringify(one))).size).toBe(representations.length);
      expect(representations.length).toBeLessThanOrEqual(5);
    }
  });

  test('in several places do not share what is merged into one of them later', async () => {
    await asksRight('{ viewer { user { manager { parcels { id } } } again { manager { balance parcels { to { balance } } } } } }');
    await asksRight('{ orders { lines { variant { class } } warehouse { inside { stock item { rating } } } } }');
  });

  test('that lack a subgraph’s record are null there and nowhere else', async () => {
    await asksRight('{ orders(first: 6) { total label payment { __typename } warehouse { name zones } } }');
  });
});

describe('an error', () => {
  const pathsOf = async (source: string): Promise<readonly unknown[]> => (await ask(source)).errors?.map(({ path }) => path) ?? [];

  test('of an entity has the index of every list on the way', async () => {
    expect(await pathsOf('{ items(first: 3) { related { variants { stock } } } }')).toEqual([
      ['items', 0, 'related', 1, 'variants', 1, 'stock'],
      ['items', 2, 'related', 0, 'variants', 1, 'stock'],
    ]);
  });

  test('of an element of a list has its index', async () => {
    expect(await pathsOf('{ me { again: notes } }')).toEqual([['me', 'again', 1]]);
  });

  test('is found under the client’s name where the planner had to give another', async () => {
    expect(await pathsOf('{ items(first: 5) { ... on Book { b: blurb } ... on Film { b: blurb } } }')).toEqual([['items', 4, 'b']]);
  });

  test('of a whole fetch is told once, where the fetch belongs', async () => {
    const others = Object.fromEntries(Object.entries(richSchemas).filter(([name]) => name !== 'shipping'));
    const broken = await createRichGateway({ supergraphSdl: richSupergraph, schemas: others });
    const { data, errors } = await broken.ours(await broken.plan('{ orders(first: 4) { id total customer { balance } } }'));
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['orders.@', 'orders.@.customer']);
    expect(data?.['orders']).toContainEqual({ id: 'o1', total: null, customer: { balance: null } });
    const root = await broken.ours(await broken.plan('{ warehouses { capacity } users { id } }'));
    expect(root.errors?.map(({ path }) => path)).toEqual([undefined]);
  });

  test('leaves what is missing elsewhere without a reason to be told as value completion', async () => {
    const result = await ask('{ users { role risky } }');
    expect(result.errors?.map(({ path }) => path)).toEqual([['users', 1, 'risky']]);
    expect(result.extensions).toMatchObject({ valueCompletion: [{ path: ['users', 2, 'role'] }] });
  });
});

describe('a subscription', () => {
  test.each([
    '{ orderChanged(count: 4) { id: number status customer { id: email balance } total packing payment { __typename } } }',
    'subscription($count: Int) { id: orderChanged(count: $count) { lines { item { __typename rating } variant { class } } ...F } } fragment F on Order { label customer @skip(if: true) { name } }',
    'subscription($representations: Int) { orderChanged(count: $representations) { warehouse { location { code: name } capacity } } }',
  ])('joins every event as one schema would: %s', async (text) => {
    const source = text.startsWith('{') ? `subscription ${text}` : text;
    const variables = { count: 3, representations: 2 };
    const operation = await gateway.plan(source, variables);
    expect(operation.plan?.node?.kind).toBe('Subscription');
    const follow = createSubscriptionStage({
      endpoints: gateway.endpoints,
      executor: gateway.executor,
      authorize: async () => operation,
      observer: { streamOpened: () => undefined, streamClosed: () => undefined },
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const ours = await collect(await follow(operation));
    const whole = await collect(await subscribe({ schema: gateway.monolith, document: parse(source), variableValues: variables }));
    expect(ours).toEqual(whole);
    expect(ours.length).toBeGreaterThan(1);
  });
});

async function collect(stream: AsyncIterable<ExecutionResult> | ExecutionResult): Promise<readonly unknown[]> {
  if (!(Symbol.asyncIterator in stream)) throw new Error(`no stream: ${JSON.stringify(stream)}`);
  const data: unknown[] = [];
  for await (const event of stream) data.push(plain(event.data));
  return data;
}
