import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { DomainError } from '../errors/domain-error.js';
import { namedIds } from './named-ids.js';

/** Where the ids that one operation asked for in vain are gathered, by its context value. */
const missedBy = new WeakMap<object, string[]>();

const watched = new WeakSet<GraphQLSchema>();

const isMiss = (error: unknown): boolean => error instanceof DomainError && error.code === 'NOT_FOUND';

/**
 * Has every query of a schema that takes arguments remember the ids to which it answered with nothing. It adds no
 * waiting, and does the same for an id that is unknown and one that is another company's. Doing it again changes nothing.
 */
export function watchMissedQueries(schema: GraphQLSchema): void {
  if (watched.has(schema)) return;
  watched.add(schema);
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    if (field.args.length === 0) continue;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (root, args, context: object, info) => {
      const miss = () => missedBy.get(context)?.push(...namedIds(args));
      const answered = (result: unknown): void => void (result === null && miss());
      const failed = (error: unknown): void => void (isMiss(error) && miss());
      try {
        const result: unknown = resolve(root, args, context, info);
        if (result instanceof Promise) result.then(answered, failed);
        else answered(result);
        return result;
      } catch (error) {
        failed(error);
        throw error;
      }
    };
  }
}

/** The list into which the queries of one operation are going to write what they missed. */
export function gatherMisses(contextValue: object): readonly string[] {
  const missed: string[] = [];
  missedBy.set(contextValue, missed);
  return missed;
}
