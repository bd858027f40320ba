import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { isJsonObject } from '../../execution/json.js';
import type { CostModel } from './cost-model.js';
import { compileValue } from './given-value.js';
import { sumOf, type Quantity } from './quantity.js';

/** Of one coordinate, from its `@cost` or else from its type, with all that is inside of the value. */
function weighInput(model: CostModel, coordinate: string, type: GraphQLInputType, value: unknown): number {
  if (value === null || value === undefined) return 0;
  const nullable = getNullableType(type);
  if (isListType(nullable) && Array.isArray(value)) {
    return value.reduce((sum: number, element) => sum + weighInput(model, coordinate, nullable.ofType, element), 0);
  }
  const named = getNamedType(type);
  const own = model.weightAt(coordinate) ?? model.weightOf(named);
  if (!isInputObjectType(named) || !isJsonObject(value)) return own;
  return Object.values(named.getFields()).reduce(
    (sum, field) => sum + weighInput(model, `${named.name}.${field.name}`, field.type, value[field.name]),
    own,
  );
}

/** Whether a value of the type can weigh anything; a type that contains itself can. */
const canWeigh = (model: CostModel, coordinate: string, type: GraphQLInputType): boolean =>
  isInputObjectType(getNamedType(type)) || (model.weightAt(coordinate) ?? model.weightOf(getNamedType(type))) !== 0;

/** What the arguments of one field weigh. */
export function costOfArguments(
  model: CostModel,
  coordinate: string,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Quantity {
  return sumOf(
    (node.arguments ?? []).map(({ name, value }): Quantity => {
      const argument = definition.args.find((known) => known.name === name.value);
      const place = `${coordinate}(${name.value}:)`;
      if (!argument || !canWeigh(model, place, argument.type)) return 0;
      const given = compileValue(value);
      return (variables) => weighInput(model, place, argument.type, given(variables));
    }),
  );
}
