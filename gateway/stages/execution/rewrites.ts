import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isJsonObject, type JsonObject } from './json.js';
import { typesUnder } from './type-conditions.js';

type Apply = (value: unknown) => void;

const FRAGMENT = '... on ';

/** What the planner wants changed in a fetch's input or output, as one function. */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, schema: GraphQLSchema): Apply {
  const compiled = (rewrites ?? []).map((rewrite) => {
    const field = rewrite.path.at(-1) ?? '';
    return compilePath(rewrite.path.slice(0, -1), changeOf(rewrite, field), schema);
  });
  return (value) => {
    for (const apply of compiled) apply(value);
  };
}

function changeOf(rewrite: FetchDataRewrite, field: string): (object: JsonObject) => void {
  if (rewrite.kind === 'ValueSetter') {
    return (object) => {
      object[field] = rewrite.setValueTo as unknown;
    };
  }
  return (object) => {
    const value = object[field];
    if (!value) return;
    object[rewrite.renameKeyTo] = value;
    object[field] = undefined;
  };
}

function compilePath(path: readonly string[], change: (object: JsonObject) => void, schema: GraphQLSchema): Apply {
  const [first, ...rest] = path;
  const next: Apply | null = first === undefined ? null : compilePath(rest, change, schema);
  const step = first === undefined ? change : stepOf(first, next!, schema);
  const apply: Apply = (value) => {
    if (Array.isArray(value)) value.forEach(apply);
    else if (isJsonObject(value)) step(value);
  };
  return apply;
}

function stepOf(element: string, next: Apply, schema: GraphQLSchema): (object: JsonObject) => void {
  if (!element.startsWith(FRAGMENT)) return (object) => next(object[element]);
  const applicable = typesUnder(schema, element.slice(FRAGMENT.length));
  return (object) => {
    const typename = object['__typename'];
    // Without a type name there was nothing to tell apart when the plan was made.
    if (typeof typename !== 'string' || applicable.has(typename)) next(object);
  };
}
