import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  OperationTypeNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isJsonObject, ownValue, type JsonObject } from '../../execution/json.js';
import { MUTATION_COST, type CostModel } from './cost-model.js';
import { costOfArguments } from './input-cost.js';
import { sumOf, valueOf, type Quantity, type Variables } from './quantity.js';

/** Cost of what an answer holds, and of what was sent to get it. */
export type Actual = (data: JsonObject | null | undefined, variables: Variables) => number;

interface CountedField {
  readonly key: string;
  readonly weight: number;
  readonly below: readonly CountedField[];
}

/** Fields of one level by the name they have in the answer. Which type an object has is seen by what it holds. */
class CountedFields {
  private readonly schema: GraphQLSchema;
  private readonly model: CostModel;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly inputs: Quantity[] = [];

  constructor(schema: GraphQLSchema, model: CostModel, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.schema = schema;
    this.model = model;
    this.fragments = fragments;
  }

  of(levels: readonly { readonly type: GraphQLCompositeType; readonly set: SelectionSetNode }[]): readonly CountedField[] {
    const found = new Map<string, { weight: number; levels: { type: GraphQLCompositeType; set: SelectionSetNode }[] }>();
    const collect = (type: GraphQLCompositeType, set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          take(type, selection);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        const narrowed = fragment?.typeCondition ? this.schema.getType(fragment.typeCondition.name.value) : type;
        if (!fragment || !isCompositeType(narrowed)) continue;
        // A wider condition changes nothing: what it selects is of the type that is known here.
        collect(isAbstractType(narrowed) && !isAbstractType(type) ? type : narrowed, fragment.selectionSet);
      }
    };
    const take = (type: GraphQLCompositeType, node: FieldNode): void => {
      const name = node.name.value;
      const definition = 'getFields' in type ? type.getFields()[name] : undefined;
      if (!definition) return;
      const coordinate = `${type.name}.${name}`;
      const named = getNamedType(definition.type);
      this.inputs.push(costOfArguments(this.model, coordinate, definition, node));
      const key = node.alias?.value ?? name;
      const entry = found.get(key) ?? { weight: 0, levels: [] };
      found.set(key, entry);
      entry.weight = Math.max(entry.weight, this.model.weightAt(coordinate) ?? this.model.weightOf(named));
      if (isCompositeType(named) && node.selectionSet) entry.levels.push({ type: named, set: node.selectionSet });
    };
    for (const { type, set } of levels) collect(type, set);
    return [...found]
      .map(([key, { weight, levels: below }]): CountedField => ({ key, weight, below: this.of(below) }))
      .filter(({ weight, below }) => weight !== 0 || below.length > 0);
  }
}

function countValue(value: unknown, field: CountedField): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) {
    // Leaves of a list all weigh the same.
    let sum = 0;
    for (const element of value) sum += countValue(element, field);
    return sum;
  }
  return field.weight + (isJsonObject(value) ? countObject(value, field.below) : 0);
}

function countObject(object: JsonObject, fields: readonly CountedField[]): number {
  let sum = 0;
  for (const field of fields) sum += countValue(ownValue(object, field.key), field);
  return sum;
}

/** Compiles the count of what one operation's answers hold; only what weighs anything is looked at. */
export function compileActual(
  schema: GraphQLSchema,
  model: CostModel,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Actual {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const counted = new CountedFields(schema, model, fragments);
  const fields = counted.of([{ type: root, set: operation.selectionSet }]);
  const before = sumOf([operation.operation === OperationTypeNode.MUTATION ? MUTATION_COST : 0, ...counted.inputs]);
  return (data, variables) => valueOf(before, variables) + (data ? countObject(data, fields) : 0);
}
