import type { FieldNode, GraphQLField } from 'graphql';
import { Refusal } from '../../../refusal.js';
import type { ListSize } from './cost-model.js';
import { compileValue } from './given-value.js';
import type { Quantity } from './quantity.js';

export interface ListSizeDefaults {
  /** Elements of a list nothing is said of. */
  readonly assumed: number;
  /** The most elements any list argument brings: pages are cut there, whatever was asked for. */
  readonly most: number;
}

/**
 * `@listSize` of a field as used in one place: how many elements are expected, by the largest of the slicing
 * arguments that are given. Throws a `Refusal` where exactly one of them is required and it is not so.
 */
export function expectedSize(
  { assumedSize, slicingArguments, requireOneSlicingArgument }: ListSize,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  { assumed, most }: ListSizeDefaults,
): Quantity {
  const usual = assumedSize ?? assumed;
  if (slicingArguments.length === 0) return usual;
  const readers = slicingArguments.map((name) => {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const standard: unknown = definition.args.find((argument) => argument.name === name)?.defaultValue;
    const read = given ? compileValue(given.value) : () => undefined;
    return (variables: Readonly<Record<string, unknown>>): unknown => {
      const value = read(variables);
      return value === undefined ? standard : value;
    };
  });
  return (variables) => {
    const sizes = readers.map((read) => read(variables)).filter((size): size is number => typeof size === 'number');
    if (requireOneSlicingArgument && sizes.length !== 1) {
      throw new Refusal('BAD_USER_INPUT', `Give exactly one of ${slicingArguments.join(', ')} to ${node.name.value}`);
    }
    return sizes.length === 0 ? usual : Math.min(most, Math.max(0, ...sizes));
  };
}
