import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isJsonObject, mergeInto, ownValue, type JsonObject } from './json.js';
import { typesUnder } from './type-conditions.js';

type Select = (source: JsonObject) => JsonObject | null;
/** What is read off one object has one type. */
const NO_INTERFACES: ReadonlySet<string> = new Set();

type Part = (source: JsonObject, into: JsonObject) => boolean;

/** Applies `select` to every object of a value, through lists of any depth. */
function selectFrom(value: unknown, select: Select): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => selectFrom(element, select));
  return isJsonObject(value) ? select(value) : null;
}

/**
 * Compiles what a fetch requires into a function that reads it off an entity. It answers null when the entity
 * lacks a required field: the entity is then not asked about.
 */
export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): Select {
  const parts = selections.map((selection) => compilePart(selection, schema));
  return (source) => {
    const selected: JsonObject = {};
    return parts.every((part) => part(source, selected)) ? selected : null;
  };
}

/** A part answers false when what it needs is not there. */
function compilePart(selection: QueryPlanSelectionNode, schema: GraphQLSchema): Part {
  if (selection.kind === 'Field') {
    const key = selection.alias ?? selection.name;
    const select = selection.selections && compileRepresentation(selection.selections, schema);
    return (source, into) => {
      const value = ownValue(source, key);
      if (value === undefined) return false;
      into[key] = select ? selectFrom(value, select) : value;
      return true;
    };
  }
  const condition = selection.typeCondition;
  if (!condition) return () => true;
  const applicable = typesUnder(schema, condition);
  const select = compileRepresentation(selection.selections, schema);
  return (source, into) => {
    const typename = source['__typename'];
    if (typeof typename !== 'string' || !applicable.has(typename)) return true;
    const selected = select(source);
    if (selected) mergeInto(into, selected, NO_INTERFACES);
    return true;
  };
}
