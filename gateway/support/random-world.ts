import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  createSourceEventStream,
  execute,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import type { FetchEndpoint } from '../stages/execution/subgraph-caller.js';
import { RANDOM_SUBGRAPHS, STANDS_FOR, type FederationField, type RandomFederation } from './random-federation.js';

/** An object of the made-up data: its id says of which type it is. */
interface Thing {
  readonly __typename: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

/** What a subgraph was asked for, down to the fields it resolved. */
export interface Observed {
  readonly subgraph: string;
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `Type.field` of everything that was resolved, the type being that of the object itself. */
  readonly resolved: Set<string>;
}

export interface RandomWorld {
  readonly endpoints: Readonly<Record<string, FetchEndpoint>>;
  readonly observed: Observed[];
  /** The same data from one schema without subgraphs; what `isDenied` names is null there. */
  monolith(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    isDenied: (coordinate: string) => boolean,
    event?: unknown,
  ): Promise<ExecutionResult>;
  /** What the stream of a subscription field carries. */
  events(field: string): readonly unknown[];
}

const EVENTS = 2;

/** The same number for the same text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const typeOf = (id: string): string => id.split(':')[0] ?? '';

/** Data in which everything follows from ids and names of fields, whichever subgraph is asked. */
export function createRandomWorld(federation: RandomFederation): RandomWorld {
  const observed: Observed[] = [];

  const one = (field: FederationField, ownerId: string, index: number): unknown => {
    const seed = hashOf(`${field.name} ${ownerId} ${index}`);
    if (!field.nonNull && seed % 11 === 0) return null;
    if (field.to === null) return `${field.name} of ${ownerId}`;
    const candidates: readonly string[] = STANDS_FOR[field.to];
    const type = candidates[seed % candidates.length] ?? '';
    return { __typename: type, id: `${type}:${seed % 3}` } satisfies Thing;
  };

  const valueOf = (field: FederationField, ownerId: string): unknown => {
    if (!field.list) return one(field, ownerId, 0);
    const length = hashOf(`${field.name} ${ownerId}`) % 4;
    return Array.from({ length }, (_, index) => one({ ...field, nonNull: true }, ownerId, index));
  };

  /** Computed fields follow from ids, too: whether they are given what they need is for other tests to say. */
  const resolveWith = (ownerId: string, name: string): unknown => {
    if (name === 'id') return ownerId;
    const field = federation.fields.get(name);
    if (!field) throw new Error(`${name} is no field`);
    return valueOf(field, ownerId);
  };

  const events = (name: string): readonly unknown[] => {
    const field = federation.fields.get(name);
    return Array.from({ length: EVENTS }, (_, index) => (field ? one(field, `event`, index) : null));
  };

  const schemaOf = (subgraph: string): GraphQLSchema => {
    const typeDefs = parse(federation.sdl[subgraph as keyof RandomFederation['sdl']]);
    const inInterfaceObject = subgraph === 'beta';
    const __resolveReference = (reference: Thing): Thing => ({
      ...reference,
      __typename: inInterfaceObject && reference.__typename === 'Node' ? 'Node' : typeOf(reference.id),
    });
    const entities = typeDefs.definitions.flatMap((definition) =>
      'directives' in definition && definition.directives?.some(({ name }) => name.value === 'key') && 'name' in definition
        ? [definition.name?.value ?? '']
        : [],
    );
    return buildSubgraphSchema([
      { typeDefs, resolvers: Object.fromEntries(entities.map((name) => [name, { __resolveReference }])) },
    ]);
  };

  const endpointOf = (name: string): FetchEndpoint => {
    const schema = schemaOf(name);
    const recording = (resolved: Set<string>): GraphQLFieldResolver<Partial<Thing> | undefined, unknown> => {
      return (source, _args, _context, info) => {
        const rootField = info.parentType === schema.getQueryType() || info.parentType === schema.getSubscriptionType();
        const id = rootField ? 'root' : (source?.id ?? '');
        resolved.add(`${rootField ? info.parentType.name : typeOf(id)}.${info.fieldName}`);
        if (rootField && source !== undefined && info.fieldName in source) return source[info.fieldName];
        const value = resolveWith(id, info.fieldName);
        return asKnownHere(value, name);
      };
    };
    const record = (request: { readonly source: string; readonly variables: Readonly<Record<string, unknown>> }) => {
      const entry: Observed = { subgraph: name, source: request.source, variables: request.variables, resolved: new Set() };
      observed.push(entry);
      return entry;
    };
    const run = async (
      request: Parameters<FetchEndpoint['execute']>[0],
      entry: Observed,
      rootValue?: unknown,
    ): Promise<ExecutionResult> => {
      const result = await execute({
        schema,
        document: request.document,
        variableValues: request.variables,
        operationName: request.operationName ?? null,
        rootValue,
        fieldResolver: recording(entry.resolved),
      });
      return JSON.parse(JSON.stringify(result)) as ExecutionResult;
    };
    return {
      name,
      execute: async (request) => run(request, record(request)),
      async subscribe(request) {
        const entry = record(request);
        const source = await createSourceEventStream({
          schema,
          document: request.document,
          variableValues: request.variables,
          operationName: request.operationName ?? null,
          subscribeFieldResolver: (_source, _args, _context, info) => stream(info.fieldName),
        });
        if (!(Symbol.asyncIterator in source)) return source;
        return mapped(source as AsyncGenerator<unknown, void, void>, (event) => run(request, entry, event));
      },
    };
  };

  async function* stream(field: string): AsyncGenerator<unknown, void, void> {
    for (const event of events(field)) yield { [field]: event };
  }

  return {
    endpoints: Object.fromEntries(RANDOM_SUBGRAPHS.map((name) => [name, endpointOf(name)])),
    observed,
    events,
    monolith: async (schema, document, variables, isDenied, event) =>
      execute({
        schema,
        document,
        variableValues: variables,
        rootValue: event,
        fieldResolver: (source: Partial<Thing> | undefined, _args, _context, info) => {
          const rootField = info.path.prev === undefined;
          const id = rootField ? 'root' : (source?.id ?? '');
          const type = rootField ? info.parentType.name : typeOf(id);
          if (isDenied(`${type}.${info.fieldName}`)) throw new DeniedError();
          if (rootField && source !== undefined) return source[info.fieldName];
          return resolveWith(id, info.fieldName);
        },
      }),
  };
}

/** What a field that may not be seen answers in the monolith. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
}

/** Where a subgraph knows an interface as one object type, it cannot name the types behind it. */
function asKnownHere(value: unknown, subgraph: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => asKnownHere(item, subgraph));
  const nodes: readonly string[] = STANDS_FOR.Node;
  if (subgraph !== 'beta' || typeof value !== 'object' || value === null) return value;
  const thing = value as Thing;
  return nodes.includes(thing.__typename) ? { ...thing, __typename: 'Node' } : thing;
}

async function* mapped<In, Out>(
  source: AsyncGenerator<In, void, void>,
  change: (value: In) => Promise<Out>,
): AsyncGenerator<Out, void, void> {
  for await (const value of source) yield await change(value);
}
