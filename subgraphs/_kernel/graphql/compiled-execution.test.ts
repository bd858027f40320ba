import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, execute, parse, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createCompiledExecution } from './compiled-execution.js';

const SDL = `
scalar Json
enum Mood { GLAD SAD }
interface Named { name: String! }
type Person implements Named { name: String! mood: Mood friend: Named strict: [Person!]! loose: [Person]! age: Int extra: Json }
type Pet implements Named { name: String! owner: Person! sound: String }
union Being = Person | Pet
input Filter { mood: Mood = GLAD minimum: Int! tags: [String!] }
type Query { person(id: ID!, filter: Filter): Person! people(first: Int! = 3): [Being!] maybe: Person count(mood: Mood): Int! }
type Mutation { add(by: Int!): Int! }
type Subscription { happened(to: ID): Person }
`;

/**
 * Values that follow from the place in the answer alone, good and bad ones; of one schema all at once or all
 * later, because graphql-js leaves rejections unhandled where a list mixes both.
 */
function valueAt(key: string, seed: number): unknown {
  const hash = [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 10_007, seed);
  const isLater = seed % 3 === 0;
  if (hash % 23 === 0) {
    const error = new Error(`broken at ${key}`);
    if (isLater) return Promise.reject(error);
    throw error;
  }
  const being = hash % 19 === 0 ? null : { __typename: hash % 2 ? 'Person' : 'Pet', key };
  return isLater ? Promise.resolve(being) : being;
}

interface Parent {
  readonly key: string;
}

function schemaOf(seed: number): GraphQLSchema {
  const schema = buildSchema(SDL);
  const being = (name: string, __typename?: string) => (parent: Parent | undefined, args: object) => {
    const value = valueAt(`${parent?.key ?? ''}.${name}${JSON.stringify(args)}`, seed);
    const typed = (found: unknown): unknown => (found && __typename ? { ...found, __typename } : found);
    return value instanceof Promise ? value.then(typed) : typed(value);
  };
  const list = (name: string, __typename?: string) => (parent: Parent | undefined, args: object) =>
    [0, 1, 2].map((index) => being(`${name}${index}`, __typename)(parent, args));
  const leaf = (name: string, good: unknown) => (parent: Parent) => {
    const value = valueAt(`${parent.key}.${name}`, seed);
    const given = (found: unknown): unknown => (found === null ? null : good);
    return value instanceof Promise ? value.then(given) : given(value);
  };
  const resolvers: Record<string, Record<string, (parent: never, args: never) => unknown>> = {
    Query: {
      person: being('person', 'Person'),
      people: list('people'),
      maybe: being('maybe', 'Person'),
      count: (_parent: unknown, { mood }: { mood?: string }) => (mood === 'SAD' ? null : 4),
    },
    Subscription: { happened: (event: unknown) => event },
    Mutation: { add: (_parent: unknown, { by }: { by: number }) => by + 1 },
    Person: {
      name: leaf('name', 'Ann'),
      mood: leaf('mood', seed % 2 ? 'GLAD' : 'FURIOUS'),
      friend: being('friend'),
      strict: list('strict', 'Person'),
      loose: list('loose', 'Person'),
      age: leaf('age', seed % 5 ? 7 : 'old'),
      extra: leaf('extra', { any: ['thing'] }),
    },
    Pet: { name: leaf('name', 'Rex'), owner: being('owner', 'Person'), sound: leaf('sound', 'wuff') },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    const found = schema.getType(type);
    if (!found || !('getFields' in found)) throw new Error(`no type ${type}`);
    for (const [name, resolve] of Object.entries(fields)) Object.assign(found.getFields()[name] ?? {}, { resolve });
  }
  return schema;
}

const personFields = fc.constantFrom('name', 'mood', 'age', 'extra', '__typename', 'n: name', 'name @skip(if: $no)', 'age @include(if: $yes)');
const { person } = fc.letrec<{ person: string; being: string }>((tie) => ({
  being: fc
    .tuple(tie('person'), fc.constantFrom('sound name', 'name', 'owner { name }', 'sound @include(if: $no)'))
    .map(([fields, pet]) => `__typename ... on Named { name } ...Someone @skip(if: $no) ... on Person ${fields} ... on Pet { ${pet} }`),
  person: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.array(personFields, { minLength: 1, maxLength: 3 }).map((fields) => `{ ${fields.join(' ')} }`),
    tie('person').map((inner) => `{ name strict ${inner} }`),
    tie('person').map((inner) => `{ loose ${inner} age }`),
    tie('being').map((inner) => `{ mood friend { ${inner} } }`),
  ),
}));

const documents = fc
  .array(fc.tuple(fc.constantFrom('a: person(id: 1)', 'b: person(id: $id, filter: $filter)', 'maybe'), person), { minLength: 1, maxLength: 3 })
  .map((fields) =>
    parse(`query Some($id: ID!, $filter: Filter, $mood: Mood, $yes: Boolean!, $no: Boolean!) {
  ${fields.map(([root, selection], index) => `${root.replace(/^\w: /, '').replace(/^/, `f${index}: `)} ${selection}`).join(' ')}
  people { ... on Person { name @include(if: $yes) } ... on Pet { sound } }
  count(mood: $mood)
}
fragment Someone on Person { name age @skip(if: $yes) }`),
  );

const variables = fc.record({
  id: fc.constantFrom('1', 2, null),
  filter: fc.constantFrom(undefined, null, { minimum: 1 }, { minimum: 'x' }, { minimum: 2, mood: 'SAD', tags: ['a'] }, { mood: 'ANGRY' }),
  mood: fc.constantFrom(undefined, 'GLAD', 'SAD', 'NONE'),
  yes: fc.boolean(),
  no: fc.boolean(),
});

interface Told {
  /** Without regard to the order of fields, which the gateway gives anyway. */
  readonly data: unknown;
  readonly failed: boolean;
  /** By place and message, in any order: what runs at once may end in any. */
  readonly errors: readonly string[];
}

/** Whether a place lies in something that became null. Which errors beneath it are told is left open by the specification. */
function isGone(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path.slice(0, -1)) {
    if (value === null || value === undefined) return true;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === null || value === undefined;
}

const told = ({ data, errors = [] }: ExecutionResult): Told => ({
  data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
  failed: errors.length > 0,
  errors: errors
    .filter(({ path }) => !path || !isGone(data, path))
    .map(({ message, path, extensions }) => JSON.stringify([path, message, extensions]))
    .sort(),
});

async function bothWays(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  rootValue?: unknown,
) {
  const compiled = createCompiledExecution(schema, 0);
  const request = { document, operationName: undefined, variables: variableValues, contextValue: {}, rootValue };
  const theirs = await execute({ schema, document, variableValues, contextValue: {}, rootValue });
  return [told(await compiled(request)), told(theirs)];
}

describe('a compiled operation', () => {
  test('answers as graphql-js does, whatever resolvers return, throw or promise', async () => {
    await fc.assert(
      fc.asyncProperty(documents, variables, fc.nat(200), async (document, given, seed) => {
        const [ours, theirs] = await bothWays(schemaOf(seed), document, given);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 200 },
    );
  });

  test('answers an event of a subscription as graphql-js does', async () => {
    await fc.assert(
      fc.asyncProperty(person, fc.boolean(), fc.boolean(), fc.nat(200), async (selection, yes, no, seed) => {
        const document = parse(`subscription ($id: ID, $yes: Boolean!, $no: Boolean!) { happened(to: $id) ${selection} }
fragment Someone on Person { name age @skip(if: $yes) }`);
        const [ours, theirs] = await bothWays(schemaOf(seed), document, { id: '1', yes, no }, { key: 'event' });
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 100 },
    );
  });

  test('is what runs from the third time on, and mutations never are', async () => {
    const execution = createCompiledExecution(schemaOf(1));
    for (const source of ['{ count }', 'mutation { add(by: 1) }']) {
      const document = parse(source);
      for (let run = 0; run < 4; run += 1) {
        const { data } = await execution({ document, operationName: undefined, variables: {}, contextValue: {} });
        expect(JSON.stringify(data)).toBe(source.startsWith('{') ? '{"count":4}' : '{"add":2}');
      }
    }
  });

  test('keeps the error that a resolver threw, for whoever decides what is told of it', async () => {
    const schema = schemaOf(1);
    const thrown = new TypeError('the very one');
    Object.assign(schema.getQueryType()?.getFields()['count'] ?? {}, { resolve: () => Promise.reject(thrown) });
    const request = { document: parse('{ count }'), operationName: undefined, variables: {}, contextValue: {} };
    const { errors } = await createCompiledExecution(schema, 0)(request);
    expect(errors?.[0]?.originalError).toBe(thrown);
    expect(errors?.[0]?.extensions).toEqual({});
  });
});
