import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  OperationTypeNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { MUTATION_COST, type CostModel, type ListSize } from './cost-model.js';
import { compileValue } from './given-value.js';
import { costOfArguments } from './input-cost.js';
import { expectedSize, type ListSizeDefaults } from './list-size.js';
import { greatestOf, productOf, sumOf, valueOf, type Quantity, type Variables } from './quantity.js';

/** Sizes that a field with `sizedFields` gives to fields of what it returns. */
type InheritedSizes = Readonly<Record<string, Quantity>>;

const NO_SIZES: InheritedSizes = {};

/** Cost of the operation before anything of it runs. */
export type Estimate = (variables: Variables) => number;

class EstimateCompiler {
  private readonly schema: GraphQLSchema;
  private readonly model: CostModel;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly defaults: ListSizeDefaults;
  /** By selection set and type, so that a fragment is compiled once for a type however often it is spread. */
  private readonly compiled = new Map<SelectionSetNode, Map<string, Quantity>>();

  constructor(
    schema: GraphQLSchema,
    model: CostModel,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    defaults: ListSizeDefaults,
  ) {
    this.schema = schema;
    this.model = model;
    this.fragments = fragments;
    this.defaults = defaults;
  }

  /** Of the fields below an object of the type; of an abstract type, of whichever object costs most. */
  selections(type: GraphQLCompositeType, set: SelectionSetNode, sizes: InheritedSizes): Quantity {
    if (sizes !== NO_SIZES) return this.compileSelections(type, set, sizes);
    const ofSet = this.compiled.get(set) ?? new Map<string, Quantity>();
    this.compiled.set(set, ofSet);
    const known = ofSet.get(type.name);
    if (known !== undefined) return known;
    const quantity = this.compileSelections(type, set, sizes);
    ofSet.set(type.name, quantity);
    return quantity;
  }

  private compileSelections(type: GraphQLCompositeType, set: SelectionSetNode, sizes: InheritedSizes): Quantity {
    if (isAbstractType(type)) {
      return greatestOf(this.schema.getPossibleTypes(type).map((possible) => this.selections(possible, set, sizes)));
    }
    return sumOf(set.selections.map((selection) => this.selection(type, selection, sizes)));
  }

  private selection(type: GraphQLCompositeType, selection: SelectionNode, sizes: InheritedSizes): Quantity {
    const cost = this.unconditional(type, selection, sizes);
    return (selection.directives ?? []).reduce<Quantity>((present, directive) => onlyIf(directive, present), cost);
  }

  private unconditional(type: GraphQLCompositeType, selection: SelectionNode, sizes: InheritedSizes): Quantity {
    if (selection.kind === Kind.FIELD) return this.field(type, selection, sizes);
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (!fragment || !this.applies(condition, type)) return 0;
    return this.selections(type, fragment.selectionSet, sizes);
  }

  private applies(condition: string | undefined, type: GraphQLCompositeType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && 'getFields' in type && this.schema.isSubType(wanted, type);
  }

  private field(type: GraphQLCompositeType, node: FieldNode, sizes: InheritedSizes): Quantity {
    const name = node.name.value;
    const definition = 'getFields' in type ? type.getFields()[name] : undefined;
    if (!definition) return 0;
    const coordinate = `${type.name}.${name}`;
    const listSize = this.model.listSizeAt(coordinate);
    const expected = listSize ? expectedSize(listSize, definition, node, this.defaults) : null;
    const named = getNamedType(definition.type);
    const own = this.model.weightAt(coordinate) ?? this.model.weightOf(named);
    const below =
      isCompositeType(named) && node.selectionSet
        ? this.selections(named, node.selectionSet, sizesBelow(listSize, expected))
        : 0;
    return sumOf([
      costOfArguments(this.model, coordinate, definition, node),
      productOf(this.sizeOf(definition, listSize, expected, sizes[name]), sumOf([own, below])),
    ]);
  }

  private sizeOf(
    definition: GraphQLField<unknown, unknown>,
    listSize: ListSize | null,
    expected: Quantity | null,
    inherited: Quantity | undefined,
  ): Quantity {
    const levels = listLevelsOf(definition.type);
    if (levels === 0) return 1;
    const own = listSize && listSize.sizedFields.length === 0 && expected !== null ? expected : this.defaults.assumed;
    // What is said of a list is said of the outermost.
    return productOf(inherited ?? own, this.defaults.assumed ** (levels - 1));
  }
}

/** How many lists lie inside of each other; 0 for what is none. */
function listLevelsOf(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listLevelsOf(nullable.ofType) : 0;
}

const sizesBelow = (listSize: ListSize | null, expected: Quantity | null): InheritedSizes =>
  listSize && expected !== null && listSize.sizedFields.length > 0
    ? Object.fromEntries(listSize.sizedFields.map((name) => [name, expected]))
    : NO_SIZES;

/** What `@skip` or `@include` leaves of a cost. */
function onlyIf({ name, arguments: given }: DirectiveNode, cost: Quantity): Quantity {
  const wanted = name.value === 'include';
  const condition = given?.find((argument) => argument.name.value === 'if')?.value;
  if ((!wanted && name.value !== 'skip') || !condition) return cost;
  const holds = compileValue(condition);
  return (variables) => ((holds(variables) === true) === wanted ? valueOf(cost, variables) : 0);
}

/** Compiles the estimate of one operation; an estimate costs a few additions from then on. */
export function compileEstimate(
  schema: GraphQLSchema,
  model: CostModel,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  defaults: ListSizeDefaults,
): Estimate {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const cost = sumOf([
    operation.operation === OperationTypeNode.MUTATION ? MUTATION_COST : 0,
    new EstimateCompiler(schema, model, fragments, defaults).selections(root, operation.selectionSet, NO_SIZES),
  ]);
  return (variables) => valueOf(cost, variables);
}
