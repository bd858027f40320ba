import {
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { seeded } from './seeded.js';

const ARGUMENTS: Readonly<Record<string, string>> = { id: '"b1"', first: '3' };
const MAX_DEPTH = 4;

/** Makes up valid queries over a schema, the same ones for the same seed. */
export function createOperationGenerator(schema: GraphQLSchema, seed: number): () => string {
  const random = seeded(seed);
  const chance = (probability: number): boolean => random() < probability;
  let aliases = 0;

  const argumentsOf = (field: GraphQLField<unknown, unknown>): string => {
    const given = field.args.filter(isRequiredArgument).map(({ name }) => `${name}: ${ARGUMENTS[name] ?? '"x"'}`);
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  };

  const fieldText = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const type = getNamedType(field.type);
    const sub = isCompositeType(type) ? selections(type, depth + 1) : '';
    if (sub === null) return '';
    // Always under an alias of its own, so that no two selections can be in conflict.
    return `a${(aliases += 1)}: ${field.name}${argumentsOf(field)}${sub && ` ${sub}`}`;
  };

  function selections(type: GraphQLCompositeType, depth: number): string | null {
    if (depth > MAX_DEPTH) return null;
    const parts = chance(0.3) ? ['__typename'] : [];
    if ('getFields' in type) {
      for (const field of Object.values(type.getFields())) {
        if (chance(depth === 0 ? 0.25 : 0.5)) parts.push(fieldText(field, depth));
      }
    }
    if (!isObjectType(type)) {
      for (const possible of schema.getPossibleTypes(type)) {
        const inner = chance(0.6) ? selections(possible, depth) : null;
        if (inner) parts.push(`... on ${possible.name} ${inner}`);
      }
    }
    const filled = parts.filter(Boolean);
    return `{ ${filled.length === 0 ? '__typename' : filled.join(' ')} }`;
  }

  return () => {
    aliases = 0;
    return selections(schema.getQueryType()!, 0) ?? '{ __typename }';
  };
}
