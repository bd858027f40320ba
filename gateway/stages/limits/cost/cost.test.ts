import { composeServices } from '@apollo/composition';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { getOperationAST, parse, validate } from 'graphql';
import { createRecordingLogger, startSampleGateway } from '../../../support/sample-gateway.js';
import type { SupergraphGeneration } from '../../../supergraph/generation.js';
import { loadSupergraph } from '../../../supergraph/supergraph-life.js';
import type { ValidOperation } from '../../validation/valid-operation.js';
import { createCostStage, type PricedOperation } from './cost.js';

const SDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cost", "@listSize"])
type Query {
  user(id: ID!): User
  users(first: Int): [User!]! @listSize(assumedSize: 50, slicingArguments: ["first"], requireOneSlicingArgument: false)
  page(first: Int, last: Int = 5): UserConnection
    @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges"], requireOneSlicingArgument: false)
  strict(first: Int, last: Int): [User!] @listSize(slicingArguments: ["first", "last"])
  plain: [User!]
  grid: [[User!]!]
  found(filter: Filter): Found
  node: Node
}
type Mutation { change(input: Change!): User @cost(weight: 20) }
type UserConnection { edges: [UserEdge!]! count: Int }
type UserEdge { node: User }
interface Node { id: ID! owner: User }
type User implements Node { id: ID! name: String score: Int @cost(weight: 5) owner: User friends(first: Int): [User!]! @listSize(slicingArguments: ["first"]) }
type Archive implements Node @cost(weight: 30) { id: ID! owner: User }
union Found = User | Archive
input Filter { text: String deep: Boolean @cost(weight: 7) }
input Change { name: String tags: [Tag!] }
input Tag { key: String }
`;

const stage = createCostStage({ operation: 1_000, assumedListSize: 10, pageSize: 100, valueDepth: 64 });
let generation: SupergraphGeneration;

beforeAll(async () => {
  const { supergraphSdl } = composeServices([{ name: 'one', url: 'http://one', typeDefs: parse(SDL) }]);
  generation = (await loadSupergraph(supergraphSdl ?? '', createRecordingLogger().logger)).current();
});

function operationOf(source: string, variables: Record<string, unknown> = {}): ValidOperation {
  const document = parse(source);
  expect(validate(generation.apiSchema, document)).toEqual([]);
  const definition = getOperationAST(document);
  return { generation, document, definition, variables } as ValidOperation;
}

const priced = (source: string, variables?: Record<string, unknown>): Promise<PricedOperation> =>
  stage.price(operationOf(source, variables));

describe('the price of an operation', () => {
  test.each([
    ['an object weighs 1, its leaves nothing', '{ user(id: 1) { id name } }', {}, 1],
    ['a weighed leaf its weight', '{ user(id: 1) { id score } }', {}, 6],
    ['every alias counts', '{ a: user(id: 1) { id } b: user(id: 2) { id score } }', {}, 7],
    ['a list its assumed size', '{ users { id score } }', {}, 300],
    ['a list what is asked for', '{ users(first: 3) { id score } }', {}, 18],
    ['by a variable', 'query ($n: Int) { users(first: $n) { id } }', { n: 7 }, 7],
    ["by a variable's default", 'query ($n: Int = 4) { users(first: $n) { id } }', {}, 4],
    ['no more than a page holds', '{ users(first: 1000000) { id } }', {}, 100],
    ['a list nothing is said of', '{ plain { id } }', {}, 10],
    ['lists of lists each time', '{ grid { id } }', {}, 100],
    ['edges by the field they are of, the greater argument counts', '{ page(first: 30) { edges { node { id } } } }', {}, 61],
    ["an argument's default", '{ page { edges { node { id } } } }', {}, 11],
    ['lists in lists', '{ users(first: 10) { friends(first: 10) { id } } }', {}, 110],
    ['of an abstract type the heaviest', '{ node { id ... on User { owner { id } } } }', {}, 31],
    ['fragments count where they apply', '{ found { ...U ... on Archive { owner { id } } } } fragment U on User { owner { score } }', {}, 36],
    ['input objects and their weighed fields', '{ found(filter: { text: "x", deep: true }) { __typename } }', {}, 38],
    ['input in variables', 'query ($f: Filter) { found(filter: $f) { __typename } }', { f: { deep: true } }, 38],
    ['a mutation, its field and what it is given', 'mutation { change(input: { tags: [{ key: "a" }, { key: "b" }] }) { id } }', {}, 33],
    ['what is skipped costs nothing', 'query ($s: Boolean!) { user(id: 1) @skip(if: $s) { id } users(first: 2) { id } }', { s: true }, 2],
    ['what is not included costs nothing', 'query ($s: Boolean!) { ... @include(if: $s) { user(id: 1) { id } } users(first: 2) { id } }', { s: false }, 2],
  ])('%s', async (_what, source, variables, cost) => {
    await expect(priced(source, variables)).resolves.toMatchObject({ cost });
  });

  test('is refused when it is too high, with both numbers', async () => {
    const problem = await priced('{ users(first: 100) { friends(first: 100) { id } } }').catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', message: expect.stringMatching(/10100.*1000/) });
  });

  test('is only known where a required slicing argument is given, and given once', async () => {
    await expect(priced('{ strict(first: 2) { id } }')).resolves.toMatchObject({ cost: 2 });
    await expect(priced('{ strict { id } }')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(priced('{ strict(first: 1, last: 1) { id } }')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('is told with what it came to', async () => {
    const source = '{ page(first: 30) { edges { node { id ...S } } } found { ... on User { owner { id } } } } fragment S on User { score }';
    const data = {
      page: { edges: [{ node: { id: '1', score: 3 } }, { node: { id: '2', score: null } }, { node: null }] },
      found: null,
    };
    const { extensions } = stage.tell(await priced(source), { data });
    // The page, three edges, two users and one score.
    expect(extensions).toEqual({ cost: { requested: 242, actual: 1 + 3 + 2 + 5, limit: 1_000 } });
  });
});

describe('a gateway', () => {
  test('tells the cost in every answer and refuses what is too much before anything is fetched', async () => {
    const sample = await startSampleGateway({ cost: { operation: 100, assumedListSize: 10, pageSize: 500, valueDepth: 64 } });
    try {
      const told = await sample.ask('{ users { id name } }');
      expect(told.json).toMatchObject({ extensions: { cost: { requested: 10, actual: 3, limit: 100 } } });
      const before = sample.calls.length;
      const refused = await sample.ask('{ products { reviews { author { id } } } }');
      expect(refused.status).toBe(400);
      expect(refused.json.errors?.[0]?.extensions).toMatchObject({
        code: 'OPERATION_TOO_COMPLEX',
        cost: { requested: 210, limit: 100 },
      });
      expect(sample.calls).toHaveLength(before);
    } finally {
      await sample.gateway.stop();
    }
  });
});
