import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { ownValue, type JsonObject } from './json.js';
import { questionKeyOf } from './question-key.js';
import { compileRepresentation } from './representations.js';
import { compileRewrites } from './rewrites.js';
import { typesUnder } from './type-conditions.js';

/** Entities grouped by what is asked about them: the same question is put once. */
export interface Questions {
  readonly representations: JsonObject[];
  /** For each representation, the indices of the objects it stands for. */
  readonly askers: number[][];
}

type AskAbout = (objects: readonly JsonObject[]) => Questions;

/** Compiles what an entity fetch asks about the objects it is carried out for. */
export function compileQuestions({ requires = [], inputRewrites }: FetchNode, schema: GraphQLSchema): AskAbout {
  const keyed = inputRewrites?.length ? null : compileByOneKey(requires, schema);
  return keyed ?? compileByWhole(requires, inputRewrites, schema);
}

/** Whatever is required, two questions are the same when all of it is. */
function compileByWhole(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: FetchNode['inputRewrites'],
  schema: GraphQLSchema,
): AskAbout {
  const represent = compileRepresentation(requires, schema);
  const rewriteInput = compileRewrites(inputRewrites, schema);
  return (objects) => {
    const questions: Questions = { representations: [], askers: [] };
    const known = new Map<string, number[]>();
    objects.forEach((object, index) => {
      const representation = represent(object);
      if (!representation?.['__typename']) return;
      rewriteInput(representation);
      ask(questions, known, questionKeyOf(representation), index, representation);
    });
    return questions;
  };
}

function ask<Key>(questions: Questions, known: Map<Key, number[]>, key: Key, index: number, representation: JsonObject): void {
  const askers = known.get(key);
  if (askers) {
    askers.push(index);
    return;
  }
  const first = [index];
  known.set(key, first);
  questions.representations.push(representation);
  questions.askers.push(first);
}

/** What a selection of a plain field is found by; null for every other selection. */
const plainKeyOf = (selection: QueryPlanSelectionNode | undefined): string | null =>
  selection?.kind === 'Field' && !selection.selections ? (selection.alias ?? selection.name) : null;

/** The name in `... on Type { __typename name }`; null for what requires anything else. */
function onlyKeyOf(requires: readonly QueryPlanSelectionNode[]): { readonly type: string; readonly key: string } | null {
  const [fragment, ...others] = requires;
  if (fragment?.kind !== 'InlineFragment' || !fragment.typeCondition || others.length > 0) return null;
  const [typename, field, ...rest] = fragment.selections;
  const key = plainKeyOf(field);
  if (plainKeyOf(typename) !== '__typename' || key === null || key === '__proto__' || rest.length > 0) return null;
  return { type: fragment.typeCondition, key };
}

/** Most entities are of one type and have one key of text or a number: that value itself tells them apart. */
function compileByOneKey(requires: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): AskAbout | null {
  const only = onlyKeyOf(requires);
  const applicable = only && typesUnder(schema, only.type);
  if (!only || applicable?.size !== 1) return null;
  const { key } = only;
  const byWhole = compileByWhole(requires, undefined, schema);
  return (objects) => {
    const questions: Questions = { representations: [], askers: [] };
    const known = new Map<string | number, number[]>();
    for (let index = 0; index < objects.length; index += 1) {
      const object = objects[index]!;
      const typename = object['__typename'];
      if (typeof typename !== 'string' || !applicable.has(typename)) continue;
      const value = ownValue(object, key);
      if (value === undefined) continue;
      if (typeof value !== 'string' && typeof value !== 'number') return byWhole(objects);
      ask(questions, known, value, index, { __typename: typename, [key]: value });
    }
    return questions;
  };
}
