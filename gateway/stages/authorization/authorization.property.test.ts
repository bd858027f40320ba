import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getOperationAST, Kind, OperationTypeNode, parse, validate, type ExecutionResult } from 'graphql';
import { ANONYMOUS, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { member } from '../../support/planned-operation.js';
import { choicesFrom, type Choices } from '../../support/random-choices.js';
import { POLICIES, randomFederation, SCOPES, type Need, type RandomFederation } from '../../support/random-federation.js';
import { randomOperation } from '../../support/random-operation.js';
import { createRandomWorld, DeniedError, type RandomWorld } from '../../support/random-world.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { ACME } from '../../support/sample-endpoints.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { loadSupergraph } from '../../supergraph/supergraph-life.js';
import { createExecutor } from '../execution/execution.js';
import { createPlanningStage } from '../planning/planning.js';
import { createSubscriptionStage } from '../subscriptions/subscriptions.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { createAuthorizationStage } from './authorization.js';
import { createPolicyRegistry } from './policies.js';

const GRAPHS = 25;
const OPERATIONS_PER_GRAPH = 14;
const REFUSALS = ['UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE'];

const holds = (principal: Principal, word: string): boolean =>
  'permissions' in principal && (principal.permissions as readonly string[]).includes(word);

/** The directives, decided here a second time and from the made-up graph instead of the composed one. */
const meets = (principal: Principal, need: Need): boolean =>
  need.kind === 'authenticated'
    ? principal.kind !== 'anonymous'
    : need.anyOf.some((words) => words.every((word) => holds(principal, word)));

const EVERYTHING = member(...SCOPES, ...POLICIES);

const somebody = (choices: Choices): Principal =>
  choices.percent(20) ? ANONYMOUS : member(...[...SCOPES, ...POLICIES].filter(() => choices.percent(45)));

interface Way {
  readonly generation: SupergraphGeneration;
  readonly world: RandomWorld;
  ask(source: string, variables: Readonly<Record<string, unknown>>, principal: Principal): Promise<readonly ExecutionResult[]>;
  readonly fellBack: string[];
}

async function wayThrough(federation: RandomFederation): Promise<Way> {
  const { logger } = createRecordingLogger();
  const generation = (await loadSupergraph(federation.supergraphSdl, logger)).current();
  const world = createRandomWorld(federation);
  const authorize = createAuthorizationStage(
    createPolicyRegistry(Object.fromEntries(POLICIES.map((name) => [name, ({ principal }) => holds(principal, name)]))),
  );
  const plan = createPlanningStage({ planned: () => undefined });
  const fellBack: string[] = [];
  const observer = {
    fetched: () => undefined,
    fellBack: (reason: string) => void fellBack.push(reason),
    streamOpened: () => undefined,
    streamClosed: () => undefined,
  };
  const executor = createExecutor({ endpoints: world.endpoints, observer, logger, requestTimeoutMs: 10_000 });
  const follow = createSubscriptionStage({ endpoints: world.endpoints, executor, authorize, observer, logger });
  return {
    generation,
    world,
    fellBack,
    async ask(source, variables, principal) {
      const document = parse(source);
      const definition = getOperationAST(document);
      const caller = { requestId: 'r', ip: null, userAgent: null, host: '', authorization: null, tenantHint: null, tenant: ACME, principal, expiresAt: null };
      const operation = {
        caller,
        source,
        operationName: undefined,
        variables,
        signal: new AbortController().signal,
        generation,
        document,
        definition,
      } as unknown as ValidOperation;
      const planned = await plan(await authorize(operation));
      if (definition?.operation !== OperationTypeNode.SUBSCRIPTION) return [await executor.execute(planned)];
      const answer = await follow(planned);
      if (!(Symbol.asyncIterator in answer)) return [answer];
      const results: ExecutionResult[] = [];
      for await (const result of answer) results.push(result);
      return results;
    },
  };
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const withoutIndices = (path: readonly (string | number)[] | undefined): string =>
  (path ?? []).filter((part) => typeof part === 'string').join('.');

/** Asks one made-up operation as one made-up principal, and holds all that happens against the monolith. */
async function holdsFor(federation: RandomFederation, way: Way, choices: Choices, kind: 'query' | 'subscription'): Promise<void> {
  const { generation, world } = way;
  const { source, variables } = randomOperation(generation.apiSchema, kind, choices);
  const document = parse(source);
  expect(validate(generation.apiSchema, document).map(({ message }) => message)).toEqual([]);
  const principal = choices.percent(10) ? EVERYTHING : somebody(choices);
  const isDenied = (coordinate: string): boolean => !federation.needsOf(coordinate).every((need) => meets(principal, need));

  world.observed.length = 0;
  const answers = await way.ask(source, variables, principal);

  const asked: AskedOnce = { federation, way, source, variables, document, isDenied, answers };
  nothingDeniedWasFetched(asked);
  await everythingElseIsShown(asked);
  if (principal === EVERYTHING) expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(way.fellBack).toEqual([]);
}

interface AskedOnce {
  readonly federation: RandomFederation;
  readonly way: Way;
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly document: ReturnType<typeof parse>;
  readonly isDenied: (coordinate: string) => boolean;
  readonly answers: readonly ExecutionResult[];
}

/**
 * No subgraph resolved what may not be seen, nor was asked for it. Keys alone may go between subgraphs all the same,
 * and `__typename`, which no directive governs.
 */
function nothingDeniedWasFetched({ federation, way: { generation, world }, source, isDenied }: AskedOnce): void {
  const mayNotGo = (coordinate: string): boolean =>
    isDenied(coordinate) && !coordinate.endsWith('.id') && !coordinate.startsWith('Query._');
  for (const { resolved, source: fetch } of world.observed) {
    expect({ source, fetch, leaked: [...resolved].filter(mayNotGo) }).toEqual({ source, fetch, leaked: [] });
    const named = [...federation.fields.keys()].filter((name) => name !== 'id' && new RegExp(`\\b${name}\\b`).test(fetch));
    const denied = named.filter((name) => coordinatesOf(generation, name).every(isDenied));
    expect({ source, fetch, denied }).toEqual({ source, fetch, denied: [] });
  }
}

/**
 * The answer is the whole answer with a null for each field that may not be seen, keys included; each null has an
 * error of its own place and a code, and there are no other errors.
 */
async function everythingElseIsShown({ way, source, variables, document, isDenied, answers }: AskedOnce): Promise<void> {
  const expected = (await expectedAnswers(way, document, variables, isDenied)) ?? [{ data: null }];
  const dataOf = (results: readonly ExecutionResult[]): unknown => plain(results.map(({ data }) => data ?? null));
  expect({ source, variables, data: dataOf(answers) }).toEqual({ source, variables, data: dataOf(expected) });
  for (const [index, { errors = [] }] of answers.entries()) {
    const others = errors.filter(({ extensions }) => !REFUSALS.includes(String(extensions['code'])));
    expect({ source, others }).toEqual({ source, others: [] });
    const told = new Set(errors.map(({ path }) => withoutIndices(path)));
    const denied = (expected[index]?.errors ?? []).filter(({ originalError }) => originalError instanceof DeniedError);
    const untold = denied.map(({ path }) => withoutIndices(path)).filter((place) => !told.has(place));
    expect({ source, untold }).toEqual({ source, untold: [] });
  }
}

const coordinatesOf = ({ apiSchema }: SupergraphGeneration, field: string): readonly string[] =>
  Object.values(apiSchema.getTypeMap()).flatMap((type) =>
    'getFields' in type && 'getInterfaces' in type && field in type.getFields() ? [`${type.name}.${field}`] : [],
  );

/** Null where a subscription is refused before it begins. */
async function expectedAnswers(
  { generation, world }: Way,
  document: ReturnType<typeof parse>,
  variables: Readonly<Record<string, unknown>>,
  isDenied: (coordinate: string) => boolean,
): Promise<readonly ExecutionResult[] | null> {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    return [await world.monolith(generation.apiSchema, document, variables, isDenied)];
  }
  const [root] = operation.selectionSet.selections;
  const name = root?.kind === Kind.FIELD ? root.name.value : '';
  if (isDenied(`Subscription.${name}`)) return null;
  return Promise.all(
    world.events(name).map((event) => world.monolith(generation.apiSchema, document, variables, isDenied, { [name]: event })),
  );
}

const tapes = fc.array(fc.nat({ max: 100_000 }), { minLength: 400, maxLength: 600 });

describe('whatever the graph, the person and the operation', () => {
  test('no field that may not be seen is fetched or shown, and everything else is', async () => {
    await fc.assert(
      fc.asyncProperty(tapes, fc.array(tapes, { minLength: OPERATIONS_PER_GRAPH, maxLength: OPERATIONS_PER_GRAPH }), async (graph, operations) => {
        const federation = randomFederation(choicesFrom(graph));
        const way = await wayThrough(federation);
        for (const [index, tape] of operations.entries()) {
          await holdsFor(federation, way, choicesFrom(tape), index % 5 === 4 ? 'subscription' : 'query');
        }
      }),
      { numRuns: GRAPHS, endOnFailure: true },
    );
  });
});
