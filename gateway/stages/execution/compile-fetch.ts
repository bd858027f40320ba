import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { ResponseNames } from '../planning/response-names.js';
import { pathsOf, shownPath } from './cursor.js';
import { copyOf, isJsonObject, mergeInto, type JsonObject } from './json.js';
import { NotCompilableError } from './not-compilable.js';
import type { Cursor, PlanGround, PlanRun, Step } from './plan-run.js';
import { compileQuestions } from './questions.js';
import { compileRewrites } from './rewrites.js';

type SubgraphError = Pick<GraphQLFormattedError, 'path'>;

/** The subgraph answered, but not what an answer has to be. */
class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

/** Picks the variables a fetch uses from those the client sent. */
export function compileVariables(
  node: Pick<FetchNode, 'variableUsages'>,
  names: ResponseNames,
): (sent: Readonly<Record<string, unknown>>) => JsonObject {
  const used = (node.variableUsages ?? []).map((name) => ({ name, asked: names.askedAs(name) }));
  return (sent) => {
    const variables: JsonObject = {};
    for (const { name, asked } of used) {
      const value = Object.hasOwn(sent, asked) ? sent[asked] : undefined;
      if (value !== undefined) variables[name] = value;
    }
    return variables;
  };
}

type Locate = (path: SubgraphError['path']) => readonly ResponsePath[];

/** Names in a subgraph's error paths that only the planner knows, back to what they stand for. */
function compilePathRenaming(node: FetchNode): (path: ResponsePath) => ResponsePath {
  const renamed = new Map<string | number, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    const alias = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && alias !== undefined) renamed.set(alias, rewrite.renameKeyTo);
  }
  return (path) => (renamed.size === 0 ? path : path.map((part) => renamed.get(part) ?? part));
}

/** An error that has no one place stands where the fetch does, `@` for every element; at the root nowhere. */
function report(node: FetchNode, run: PlanRun, cause: unknown, path: ResponsePath): void {
  run.errors.push(run.mask({ subgraph: node.serviceName, cause, path: path.length > 0 ? path : undefined }));
}

/** Fetches and reports what went wrong; null when there is no answer to use. */
async function answerOf(
  node: FetchNode,
  run: PlanRun,
  cursor: Cursor,
  variables: JsonObject,
  locate: Locate,
): Promise<JsonObject | null> {
  let result: ExecutionResult;
  try {
    result = await run.fetch(node, variables);
  } catch (error) {
    report(node, run, error, shownPath(cursor.path));
    return null;
  }
  for (const error of result.errors ?? []) {
    const places = locate(error.path);
    for (const path of places.length > 0 ? places : [shownPath(cursor.path)]) report(node, run, error, path);
  }
  return isJsonObject(result.data) ? result.data : null;
}

export function compileFetch(node: FetchNode, ground: PlanGround): Step {
  if (node.contextRewrites?.length) throw new NotCompilableError('@fromContext');
  return node.requires ? compileEntityFetch(node, ground) : compileRootFetch(node, ground);
}

/** A fetch of fields of a root type, most often at the root of the data. */
function compileRootFetch(node: FetchNode, { schema, names, interfaces }: PlanGround): Step {
  const variablesOf = compileVariables(node, names);
  const withClientNames = compilePathRenaming(node);
  const rewriteOutput = compileRewrites(node.outputRewrites, schema);
  return async (run, cursor) => {
    if (cursor.objects.length === 0) return;
    const answer = await answerOf(node, run, cursor, variablesOf(run.variables), (path) =>
      path ? pathsOf(run.data, cursor.path).map((base) => [...base, ...withClientNames([...path])]) : [],
    );
    if (!answer) return;
    rewriteOutput(answer);
    cursor.objects.forEach((object, index) => {
      // Objects that are merged into later must not be shared between two places of the data.
      mergeInto(object, index === 0 ? answer : copyOf(answer), interfaces);
    });
  };
}

function compileEntityFetch(node: FetchNode, { schema, names, interfaces }: PlanGround): Step {
  const variablesOf = compileVariables(node, names);
  const withClientNames = compilePathRenaming(node);
  const questionsOf = compileQuestions(node, schema);
  const rewriteOutput = compileRewrites(node.outputRewrites, schema);
  const rewritesOutput = (node.outputRewrites ?? []).length > 0;

  const takeIn = (entities: readonly unknown[], askers: readonly (readonly number[])[], cursor: Cursor): void => {
    entities.forEach((entity, question) => {
      if (!isJsonObject(entity)) return;
      const [first = -1, ...others] = askers[question] ?? [];
      const object = cursor.objects[first];
      if (rewritesOutput) rewriteOutput(withTypename(entity, object));
      // Copied before it is merged: from then on it may be changed as a part of the data.
      const copies = others.map((index) => [cursor.objects[index], copyOf(entity)] as const);
      if (object) mergeInto(object, entity, interfaces);
      for (const [other, copy] of copies) if (other) mergeInto(other, copy, interfaces);
    });
  };

  return async (run, cursor) => {
    const { representations, askers } = questionsOf(cursor.objects);
    if (representations.length === 0) return;

    const locate: Locate = (path) => {
      const question = path?.[1];
      if (!path || typeof question !== 'number') return [];
      const places = pathsOf(run.data, cursor.path);
      const within = withClientNames(path.slice(2));
      return (askers[question] ?? []).map((index) => [...(places[index] ?? []), ...within]);
    };
    const variables = { ...variablesOf(run.variables), representations };
    const answer = await answerOf(node, run, cursor, variables, locate);
    if (!answer) return;
    const entities = answer['_entities'];
    if (!Array.isArray(entities) || entities.length !== representations.length) {
      const cause = new MalformedAnswerError(`_entities does not hold ${representations.length} elements`);
      report(node, run, cause, shownPath(cursor.path));
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
