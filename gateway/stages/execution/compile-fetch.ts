import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { pathsOf } from './cursor.js';
import { isJsonObject, mergeInto, type JsonObject } from './json.js';
import { NotCompilableError } from './not-compilable.js';
import type { Cursor, PlanRun, Step } from './plan-run.js';
import { compileRepresentation } from './representations.js';
import { compileRewrites } from './rewrites.js';

type SubgraphError = Pick<GraphQLFormattedError, 'path'>;

/** The subgraph answered, but not what an answer has to be. */
class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

function variablesOf(node: FetchNode, run: PlanRun): JsonObject {
  const variables: JsonObject = {};
  for (const name of node.variableUsages ?? []) {
    const value = Object.hasOwn(run.variables, name) ? run.variables[name] : undefined;
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/** Fetches and reports what went wrong; null when there is no answer to use. */
async function answerOf(
  node: FetchNode,
  run: PlanRun,
  variables: JsonObject,
  locate: (path: SubgraphError['path']) => readonly (ResponsePath | undefined)[],
): Promise<JsonObject | null> {
  const report = (cause: unknown, path: ResponsePath | undefined): void => {
    run.errors.push(run.mask({ subgraph: node.serviceName, cause, path }));
  };
  let result: ExecutionResult;
  try {
    result = await run.fetch(node, variables);
  } catch (error) {
    report(error, undefined);
    return null;
  }
  for (const error of result.errors ?? []) {
    for (const path of locate(error.path)) report(error, path);
  }
  return isJsonObject(result.data) ? result.data : null;
}

export function compileFetch(node: FetchNode, schema: GraphQLSchema): Step {
  if (node.contextRewrites?.length) throw new NotCompilableError('@fromContext');
  return node.requires ? compileEntityFetch(node, schema) : compileRootFetch(node, schema);
}

/** A fetch of fields of a root type, most often at the root of the data. */
function compileRootFetch(node: FetchNode, schema: GraphQLSchema): Step {
  const rewriteOutput = compileRewrites(node.outputRewrites, schema);
  return async (run, cursor) => {
    if (cursor.objects.length === 0) return;
    const answer = await answerOf(node, run, variablesOf(node, run), (path) =>
      path ? pathsOf(run.data, cursor.path).map((base) => [...base, ...path]) : [undefined],
    );
    if (!answer) return;
    rewriteOutput(answer);
    cursor.objects.forEach((object, index) => {
      // Objects that are merged into later must not be shared between two places of the data.
      mergeInto(object, index === 0 ? answer : structuredClone(answer));
    });
  };
}

/** Entities grouped by what is asked about them: the same question is put once. */
interface Questions {
  readonly representations: JsonObject[];
  /** For each representation, the indices of the cursor's objects it stands for. */
  readonly askers: number[][];
}

function compileEntityFetch(node: FetchNode, schema: GraphQLSchema): Step {
  const represent = compileRepresentation(node.requires ?? [], schema);
  const rewriteInput = compileRewrites(node.inputRewrites, schema);
  const rewriteOutput = compileRewrites(node.outputRewrites, schema);

  const questionsOf = (cursor: Cursor): Questions => {
    const questions: Questions = { representations: [], askers: [] };
    const known = new Map<string, number[]>();
    cursor.objects.forEach((object, index) => {
      const representation = represent(object);
      if (!representation?.['__typename']) return;
      rewriteInput(representation);
      const key = JSON.stringify(representation);
      const askers = known.get(key);
      if (askers) {
        askers.push(index);
        return;
      }
      const first = [index];
      known.set(key, first);
      questions.representations.push(representation);
      questions.askers.push(first);
    });
    return questions;
  };

  const takeIn = (entities: readonly unknown[], askers: readonly (readonly number[])[], cursor: Cursor): void => {
    entities.forEach((entity, question) => {
      if (!isJsonObject(entity)) return;
      const whole = withTypename(entity, cursor.objects[askers[question]?.[0] ?? -1]);
      rewriteOutput(whole);
      askers[question]?.forEach((index, nth) => {
        const object = cursor.objects[index];
        if (object) mergeInto(object, nth === 0 ? whole : structuredClone(whole));
      });
    });
  };

  return async (run, cursor) => {
    const { representations, askers } = questionsOf(cursor);
    if (representations.length === 0) return;

    const locate = (path: SubgraphError['path']): readonly (ResponsePath | undefined)[] => {
      const question = path?.[1];
      if (!path || typeof question !== 'number') return [undefined];
      const places = pathsOf(run.data, cursor.path);
      return (askers[question] ?? []).map((index) => [...(places[index] ?? []), ...path.slice(2)]);
    };
    const answer = await answerOf(node, run, { ...variablesOf(node, run), representations }, locate);
    if (!answer) return;
    const entities = answer['_entities'];
    if (!Array.isArray(entities) || entities.length !== representations.length) {
      const cause = new MalformedAnswerError(`_entities does not hold ${representations.length} elements`);
      run.errors.push(run.mask({ subgraph: node.serviceName, cause, path: undefined }));
      return;
    }
    takeIn(entities, askers, cursor);
  };
}

/** An entity keeps the type it was asked about when the subgraph was not asked to name it. */
function withTypename(entity: JsonObject, asker: JsonObject | undefined): JsonObject {
  if (!entity['__typename'] && asker) entity['__typename'] = asker['__typename'];
  return entity;
}
