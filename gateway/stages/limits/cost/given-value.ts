import { Kind, valueFromASTUntyped, visit, BREAK, type ValueNode } from 'graphql';
import { ownValue } from '../../execution/json.js';
import type { Variables } from './quantity.js';

function hasVariables(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    Variable() {
      found = true;
      return BREAK;
    },
  });
  return found;
}

/** The value of an argument for given variables; what holds none is read once. */
export function compileValue(node: ValueNode): (variables: Variables) => unknown {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return (variables) => ownValue(variables, name);
  }
  if (hasVariables(node)) return (variables) => valueFromASTUntyped(node, { ...variables });
  const value = valueFromASTUntyped(node);
  return () => value;
}
