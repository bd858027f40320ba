import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** A value for one input, chosen by whoever tests. `undefined` leaves an optional input out. */
export type ValueChooser = (input: {
  /** Name of the scalar or enum. */
  readonly typeName: string;
  /** Dotted path of the argument or input field. */
  readonly path: string;
  readonly required: boolean;
  readonly enumValues: readonly string[];
}) => unknown;

export interface GeneratedOperation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

function valueOf(type: GraphQLInputType, path: string, choose: ValueChooser, depth = 0): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, path, (input) => choose({ ...input, required: true }), depth);
  if (isListType(type)) {
    const inner = valueOf(type.ofType, path, choose, depth);
    return inner === undefined ? undefined : [inner];
  }
  if (isInputObjectType(type)) {
    if (depth > 4) return undefined;
    const entries = Object.values(type.getFields()).map((field) => {
      const required = isNonNullType(field.type);
      const value = valueOf(field.type, `${path}.${field.name}`, (input) => choose({ ...input, required }), depth + 1);
      return [field.name, value] as const;
    });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  return choose({
    typeName: type.name,
    path,
    required: false,
    enumValues: isEnumType(type) ? type.getValues().map((value) => value.name) : [],
  });
}

function selectionOf(schema: GraphQLSchema, type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named) || isInterfaceType(named)) {
    const members = schema.getPossibleTypes(named);
    return `{ __typename ${members.map((member) => `... on ${member.name} ${selectionOf(schema, member, depth)}`).join(' ')} }`;
  }
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined)) return [];
    if (isLeafType(getNamedType(field.type))) return [field.name];
    // Connections are two levels of wrapping around what they hold, and cost nothing.
    const wrapping = /Connection$|Edge$/.test(named.name) || /Connection$/.test(getNamedType(field.type).name);
    if (depth <= 0 && !wrapping) return [];
    return [`${field.name} ${selectionOf(schema, field.type, wrapping ? depth : depth - 1)}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

/**
 * An operation for one root field that asks for all that can be asked for, with values as they are chosen.
 * @param depth how many levels of objects below the field
 */
export function operationFor(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
  choose: ValueChooser,
  depth = 1,
): GeneratedOperation {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const passed: string[] = [];
  for (const argument of field.args) {
    const value = valueOf(argument.type, argument.name, (input) =>
      choose({ ...input, required: input.required || isNonNullType(argument.type) }),
    );
    if (value === undefined) continue;
    variables[argument.name] = value;
    declared.push(`$${argument.name}: ${String(argument.type)}`);
    passed.push(`${argument.name}: $${argument.name}`);
  }
  const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
  const args = passed.length > 0 ? `(${passed.join(', ')})` : '';
  return {
    source: `${kind} Generated${head} { ${field.name}${args} ${selectionOf(schema, field.type, depth)} }`,
    variables,
  };
}

const ID = /\b[a-z]{3}_[0-9a-f]{32}\b/g;

/** Every global id that stands anywhere in a value. */
export const idsIn = (value: unknown): readonly string[] => [...new Set(JSON.stringify(value)?.match(ID) ?? [])];
