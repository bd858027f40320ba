import { errorTypeMap } from '@pothos/plugin-errors';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { DomainError } from '../errors/domain-error.js';
import { namedIds } from '../foreign-ids/named-ids.js';
import { isRefusedValue } from '../tenancy/violations.js';
import { ERROR_STATUS, type ErrorCode } from '../wire/error-codes.js';
import type { MutationAnswered } from './mutation-answered.js';

/** What is known of one mutation once it was answered. */
export type MutationReport = Omit<MutationAnswered, 'by'>;

/** Where the reports of one operation are gathered, by its context value. */
const reportsOf = new WeakMap<object, MutationReport[]>();

const watched = new WeakSet<GraphQLSchema>();

type Problem = Pick<MutationReport, 'outcome' | 'code'>;

const DONE: Problem = { outcome: 'done', code: null };
const refusedBy = (code: ErrorCode): Problem => ({ outcome: 'refused', code });

/** What is amiss with a thrown error. */
function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return refusedBy(error.code);
  if (isRefusedValue(error)) return refusedBy('BAD_USER_INPUT');
  return { outcome: 'failed', code: 'INTERNAL_SERVER_ERROR' };
}

/** An error that is a member of the result union goes as a value, and hides that it is one. */
function outcomeOf(result: unknown): Problem {
  if (typeof result !== 'object' || result === null || !errorTypeMap.has(result)) return DONE;
  const code: unknown = 'code' in result ? result.code : null;
  return refusedBy(typeof code === 'string' && Object.hasOwn(ERROR_STATUS, code) ? (code as ErrorCode) : 'CONFLICT');
}

const reportOf = (mutation: string, args: unknown, problem: Problem): MutationReport => ({
  mutation,
  ...problem,
  named: namedIds(args),
});

/**
 * Has every mutation of a schema report what came of it: of its result union a member that is an error counts as
 * well as what is thrown. Doing it again changes nothing.
 */
export function watchMutations(schema: GraphQLSchema): void {
  if (watched.has(schema)) return;
  watched.add(schema);
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = async (root, args, context: object, info) => {
      const reports = reportsOf.get(context);
      try {
        const result: unknown = await resolve(root, args, context, info);
        reports?.push(reportOf(field.name, args, outcomeOf(result)));
        return result;
      } catch (error) {
        reports?.push(reportOf(field.name, args, problemOf(error)));
        throw error;
      }
    };
  }
}

/** The list into which the mutations of one operation are going to report. */
export function gatherReports(contextValue: object): readonly MutationReport[] {
  const reports: MutationReport[] = [];
  reportsOf.set(contextValue, reports);
  return reports;
}
