import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLLeafType,
} from 'graphql';
import type { Shaping } from './shaping.js';

type Accepts = (value: unknown) => boolean;

const isWhole: Accepts = (value) => typeof value === 'number' && Number.isInteger(value);
const isText: Accepts = (value) => typeof value === 'string';

const BUILT_IN: ReadonlyMap<string, Accepts> = new Map<string, Accepts>([
  [GraphQLInt.name, isWhole],
  [GraphQLFloat.name, (value) => typeof value === 'number' && Number.isFinite(value)],
  [GraphQLString.name, isText],
  [GraphQLID.name, (value) => isText(value) || isWhole(value)],
  [GraphQLBoolean.name, (value) => typeof value === 'boolean'],
]);

/** A value a client could not read as the type it was promised becomes null; so does a hidden enum value. */
export function compileLeaf(type: GraphQLLeafType, coordinate: string): (value: unknown, shaping: Shaping) => unknown {
  const enumValues = isEnumType(type) ? new Set(type.getValues().map(({ name }) => name)) : null;
  const accepts: Accepts | undefined = enumValues
    ? (value) => typeof value === 'string' && enumValues.has(value)
    : BUILT_IN.get(type.name);
  if (!accepts) return (value) => value ?? null;
  return (value, shaping) => {
    if (value === null || value === undefined) return null;
    if (accepts(value)) return value;
    shaping.violations.push({ message: `Invalid value found for ${coordinate}.`, path: [] });
    return null;
  };
}
