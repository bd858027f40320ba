import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { createSampleEndpoints, type SampleEndpoints } from '../../support/sample-endpoints.js';
import { createRecordingLogger, type LogLine } from '../../support/sample-gateway.js';
import { createOperationGenerator } from '../../support/operation-generator.js';
import { createSamplePlanner, member, type PlanOptions, type Planner } from '../../support/planned-operation.js';
import { createMetrics } from '../../metrics.js';
import { createExecutor, type Executor } from './execution.js';

let planner: Planner;
let sample: SampleEndpoints;
let lines: LogLine[];
let fallbacks: string[];
let executor: Executor;

const EVERYTHING = member('patients:read', 'users:manage', 'appointments:create', 'platform:admins:manage');

function use(given: SampleEndpoints, requestTimeoutMs = 5_000): void {
  sample = given;
  fallbacks = [];
  const log = createRecordingLogger();
  lines = log.lines;
  const observer = { fetched: () => undefined, fellBack: (reason: string) => void fallbacks.push(reason) };
  executor = createExecutor({ endpoints: sample.endpoints, observer, logger: log.logger, requestTimeoutMs });
}

beforeAll(async () => {
  planner = await createSamplePlanner();
});
beforeEach(() => use(createSampleEndpoints()));

const ask = async (source: string, options: PlanOptions = {}): Promise<ExecutionResult> =>
  executor.execute(await planner.plan(source, { principal: EVERYTHING, ...options }));

const askStock = async (source: string, options: PlanOptions = {}): Promise<ExecutionResult> =>
  executor.executeByStock(await planner.plan(source, { principal: EVERYTHING, ...options }));

/** Without the number of a notice, which is another one each time it is fetched. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/\bnotice \d+ of/g, 'notice of'));
const comparable = ({ data, errors }: ExecutionResult): unknown => ({
  data: plain(data),
  errors: (errors ?? []).map(({ path, message }) => `${path?.join('.') ?? ''}: ${message}`).sort(),
});

const OPERATIONS = [
  '{ bookings(first: 4) { id status total customer { name visits } product { title shipping reviews { text author { name } } } } }',
  '{ bookings(first: 3) { failing receipt { number lines } } }',
  '{ bookings(first: 2) { owed } }',
  '{ booking(id: "b2") { owed } a: booking(id: "b1") { owed } }',
  '{ users { id nickname } }',
  '{ search { __typename ... on Booking { id total } ... on Room { beds } ... on User { name visits } } }',
  '{ places { kind: __typename name ... on Hall { capacity } } }',
  '{ media { __typename title rating ... on Film { minutes } } }',
  '{ reviews { author { ...U } } users { ...U } } fragment U on User { again: name email visits }',
  '{ products { weight shipping price reviews { author { visits nickname } } } }',
  'mutation { rename(id: "u1", name: "New") { name visits } book(productId: "p1") { id total } }',
  '{ __typename users { __typename } }',
  '{ __type(name: "User") { name } users { id } }',
  '{ user(id: "nobody") { id name visits } }',
];

describe('our executor and the stock one', () => {
  test.each(OPERATIONS)('agree on %s', async (source) => {
    expect(comparable(await ask(source))).toEqual(comparable(await askStock(source)));
    expect(fallbacks).toEqual([]);
  });

  test.each([true, false])('agree on parts that come and go when the variable is %p', async (a) => {
    const source =
      'query($a: Boolean!, $b: Boolean = true) { users { id @skip(if: $a) name visits @include(if: $b) ... on User @include(if: $a) { email } } places @skip(if: $a) { name } }';
    const options = { variables: { a } };
    expect(comparable(await ask(source, options))).toEqual(comparable(await askStock(source, options)));
  });

  test('agree on operations that were made up', async () => {
    const generate = createOperationGenerator(planner.generation.apiSchema, 20_261_121);
    for (let round = 0; round < 150; round += 1) {
      const source = generate();
      const [ours, stock] = [await ask(source), await askStock(source)];
      expect({ source, result: comparable(ours) }).toEqual({ source, result: comparable(stock) });
    }
    expect(fallbacks).toEqual([]);
  });
});

describe('execution', () => {
  test('asks once about an entity that is needed in many places', async () => {
    await ask('{ bookings(first: 4) { customer { name } } }');
    const entities = sample.calls.find(({ source }) => source.includes('_entities'));
    expect(entities?.variables['representations']).toHaveLength(2);
  });

  test('reports an error of an entity at every place the entity stands', async () => {
    const result = await ask('{ a: booking(id: "b3") { receipt { number } } bookings(first: 3) { receipt { number } } }');
    expect(result.errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['a.receipt', 'bookings.2.receipt']);
  });

  test('passes an expected error on with code, and no more than that', async () => {
    const result = await ask('{ booking(id: "b1") { failing } }');
    expect(plain(result.errors)).toEqual([
      { message: 'already taken', path: ['booking', 'failing'], extensions: { code: 'CONFLICT' } },
    ]);
  });

  test('masks an unexpected error, and logs it under the request id it tells', async () => {
    const result = await ask('{ booking(id: "b2") { failing } }');
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' });
    expect(JSON.stringify(result)).not.toContain('postgres');
    expect(JSON.stringify(lines)).toContain('postgres');
  });

  test('nulls what a hidden enum value was in', async () => {
    expect((await ask('{ booking(id: "b4") { status } }')).data).toEqual({ booking: { status: null } });
  });

  test('says in the form of Apollo what a subgraph left out against its own schema', async () => {
    use(createSampleEndpoints({ identity: { execute: async () => ({ data: { users: [{ name: null }] } }) } }));
    expect(plain(await ask('{ users { name } }'))).toEqual({
      data: null,
      extensions: {
        valueCompletion: [
          {
            message: 'Cannot return null for non-nullable User.name.',
            path: ['users', 0, 'name'],
            extensions: { code: 'INVALID_GRAPHQL' },
          },
        ],
      },
    });
  });

  test('answers with the rest when a subgraph cannot be reached', async () => {
    use(createSampleEndpoints({ commerce: { execute: async () => Promise.reject(new Error('ECONNREFUSED 10.0.0.7')) } }));
    const result = await ask('{ bookings(first: 1) { id total } }');
    expect(result.data).toEqual({ bookings: [{ id: 'b1', total: null }] });
    expect(result.errors?.[0]?.extensions['code']).toBe('SUBGRAPH_UNAVAILABLE');
    expect(JSON.stringify(result)).not.toContain('10.0.0.7');
  });

  test('waits for a subgraph no longer than the deadline, even if the subgraph does not heed it', async () => {
    use(createSampleEndpoints({ commerce: { execute: () => new Promise(() => undefined) } }), 30);
    const result = await ask('{ bookings(first: 1) { id total } }');
    expect(result.errors?.[0]?.extensions['code']).toBe('SUBGRAPH_UNAVAILABLE');
  });

  test('leaves to the stock executor what it does not compile, counts it, and answers the same', async () => {
    const source = '{ id: bookings(first: 2) { id status customer { id: name visits } total } }';
    const operation = await planner.plan(source, { principal: EVERYTHING });
    const compiled = comparable(await executor.execute(operation));
    const metrics = createMetrics();
    const { logger } = createRecordingLogger();
    const counting = createExecutor({ endpoints: sample.endpoints, observer: metrics, logger, requestTimeoutMs: 5_000 });
    const unknownStep = { kind: 'Batch' } as unknown as NonNullable<typeof operation.plan>['node'];
    const result = await counting.execute({ ...operation, plan: { kind: 'QueryPlan', node: unknownStep! } });
    expect(comparable(result)).toEqual(compiled);
    expect(JSON.stringify(result.data)).toContain('"id":[{"id":"b1"');
    expect(await metrics.registry.getSingleMetricAsString('spine_gateway_fallbacks_total')).toMatch(/ 1$/m);
  });

  test('refuses variables that do not fit before anything is fetched', async () => {
    const result = await ask('query($n: Int!) { bookings(first: $n) { id } }', { variables: { n: 'many' } });
    expect(result.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(sample.calls).toHaveLength(0);
  });

  test('sends a subgraph the variables it uses and the envelope of the request', async () => {
    const source = 'query($n: Int!, $id: ID!) { bookings(first: $n) { id } user(id: $id) { name } }';
    await ask(source, { variables: { n: 1, id: 'u1' } });
    const call = sample.calls.find(({ subgraph }) => subgraph === 'booking');
    expect(call?.variables).toEqual({ n: 1 });
    expect(call?.envelope).toMatchObject({ tenant: { slug: 'acme' }, principal: { kind: 'member' } });
  });
});
