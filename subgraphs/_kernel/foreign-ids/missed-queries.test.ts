import { expect, test } from '@jest/globals';
import { buildSchema, execute, parse } from 'graphql';
import { NotFoundError } from '../errors/domain-error.js';
import { gatherMisses, watchMissedQueries } from './missed-queries.js';

const schema = buildSchema(`
  type Query { one(id: ID!): Thing, page(filter: Filter): Page, list(ids: [ID!]!): [Thing], named(name: String): Thing }
  input Filter { of: Of, first: Int }
  input Of { ids: [ID!] }
  type Thing { id: ID, parts(of: ID): [Thing!] }
  type Page { edges: [Edge!]! }
  type Edge { node: Thing }
`);
watchMissedQueries(schema);

const id = (last: number): string => `thg_${String(last).padStart(32, '0')}`;
const [ONE, OTHER] = [id(1), id(2)];
const THING = { id: ONE };

async function missedOf(source: string, rootValue: object): Promise<readonly string[]> {
  const contextValue = {};
  const missed = gatherMisses(contextValue);
  await execute({ schema, document: parse(source), rootValue, contextValue });
  return missed;
}

test.each([
  ['nothing', `{ one(id: "${ONE}") { id } }`, { one: null }],
  ['nothing, later', `{ one(id: "${ONE}") { id } }`, { one: async () => null }],
  ['a refusal to have found it', `{ one(id: "${ONE}") { id } }`, { one: () => Promise.reject(new NotFoundError('Thing')) }],
  ['an empty page', `{ page(filter: { of: { ids: ["${ONE}"] } }) { edges { node { id } } } }`, { page: { edges: [] } }],
  ['an empty list, below', `{ named(name: "a") { parts(of: "${ONE}") { id } } }`, { named: { parts: [] } }],
])('an id to which a query answers with %s was missed', async (_what, source, rootValue) => {
  expect(await missedOf(source, rootValue)).toEqual([ONE]);
});

test('each of several ids may be missing from what a list holds', async () => {
  expect(await missedOf(`{ list(ids: ["${ONE}", "${OTHER}"]) { id } }`, { list: [THING, null] })).toEqual([ONE, OTHER]);
  const edges = [{ node: THING }];
  expect(await missedOf(`{ page(filter: { of: { ids: ["${ONE}", "${OTHER}"] } }) { edges { node { id } } } }`, { page: { edges } })).toEqual([ONE, OTHER]);
});

test('what was found was not missed, nor what failed, nor was asked for without an id', async () => {
  expect(await missedOf(`{ one(id: "${ONE}") { id } list(ids: ["${ONE}"]) { id } }`, { one: THING, list: [THING] })).toEqual([]);
  expect(await missedOf(`{ page(filter: { of: { ids: ["${ONE}"] } }) { edges { node { id } } } }`, { page: { edges: [{ node: THING }] } })).toEqual([]);
  expect(await missedOf(`{ one(id: "${ONE}") { id } }`, { one: () => Promise.reject(new Error('broken')) })).toEqual([]);
  expect(await missedOf('{ page(filter: { first: 1 }) { edges { node { id } } } }', { page: { edges: [] } })).toEqual([]);
});
