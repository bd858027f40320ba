import {
  defaultFieldResolver,
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { DomainError } from '../errors/domain-error.js';
import { namedIds } from './named-ids.js';

/** Where the ids that one operation asked for in vain are gathered, by its context value. */
const missedBy = new WeakMap<object, string[]>();

const watched = new WeakSet<GraphQLSchema>();

/** Asked by the gateway alone, by ids that a subgraph has given it. */
const OF_THE_GATEWAY = '_entities';

const isNotFound = (error: unknown): boolean => error instanceof DomainError && error.code === 'NOT_FOUND';

function takesIds(type: GraphQLInputType, above: ReadonlySet<unknown> = new Set()): boolean {
  const named = getNamedType(type);
  if (named.name === 'ID') return true;
  if (!isInputObjectType(named) || above.has(named)) return false;
  return Object.values(named.getFields()).some((field) => takesIds(field.type, new Set([...above, named])));
}

/** The members of a list or of a page; null for what is neither. */
function membersOf(answer: unknown): readonly unknown[] | null {
  if (Array.isArray(answer)) return answer as readonly unknown[];
  const { edges } = Object(answer) as { readonly edges?: unknown };
  return Array.isArray(edges) ? edges : null;
}

/**
 * Whether one of the ids may have led to nothing. A list by one id is that id's where it holds anything; by several,
 * it does not say which of them have something in it.
 */
function mayMiss(answer: unknown, ids: readonly string[]): boolean {
  if (answer === null || answer === undefined) return true;
  const members = membersOf(answer);
  return members !== null && (ids.length > 1 || members.length === 0 || members.includes(null));
}

function watch(field: GraphQLField<unknown, object>): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (root, args, context, info) => {
    const remember = (missed: (ids: readonly string[]) => boolean): void => {
      const ids = namedIds(args);
      if (ids.length > 0 && missed(ids)) missedBy.get(context)?.push(...ids);
    };
    const answered = (answer: unknown): void => remember((ids) => mayMiss(answer, ids));
    const failed = (error: unknown): void => remember(() => isNotFound(error));
    try {
      const answer: unknown = resolve(root, args, context, info);
      if (answer instanceof Promise) answer.then(answered, failed);
      else answered(answer);
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  };
}

/**
 * Has every field of a schema that can be asked for by ids, be it one thing or a list that they filter, remember the ids
 * that may have led to nothing. It adds no waiting, and does the same for an id that is unknown and one that is another
 * company's. Mutations say themselves what they did not find, and subscriptions take no ids. Doing it again changes nothing.
 */
export function watchMissedQueries(schema: GraphQLSchema): void {
  if (watched.has(schema)) return;
  watched.add(schema);
  const apart = [schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || apart.includes(type)) continue;
    const fields: readonly GraphQLField<unknown, object>[] = Object.values(type.getFields());
    for (const field of fields) {
      if (field.name !== OF_THE_GATEWAY && field.args.some((argument) => takesIds(argument.type))) watch(field);
    }
  }
}

/** The list into which the queries of one operation are going to write what they missed. */
export function gatherMisses(contextValue: object): readonly string[] {
  const missed: string[] = [];
  missedBy.set(contextValue, missed);
  return missed;
}
