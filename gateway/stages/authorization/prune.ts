import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field of the operation that was cut for at least one of the types it may be asked of. */
export interface Cut {
  /** Response names from the root, lists not indexed: nothing has been fetched that could be counted. */
  readonly path: readonly string[];
  readonly coordinate: string;
  /** Whether a root field was cut entirely. */
  readonly wholeRootField: boolean;
  /** What `@skip` and `@include` on the way to it ask of variables. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly variable: string;
  /** The value with which the field is asked for. */
  readonly wanted: boolean;
}

export interface Pruned {
  /** What is left; null when nothing is. */
  readonly document: DocumentNode | null;
  readonly cuts: readonly Cut[];
  /** Root fields of the operation as it was asked, introspection left out. */
  readonly rootFields: number;
}

interface Site {
  readonly type: GraphQLCompositeType;
  /** Object types that can stand here, narrowed by every fragment on the way. */
  readonly runtime: ReadonlySet<string>;
  readonly path: readonly string[];
  /** Null where a constant says that nothing here is asked for. */
  readonly conditions: readonly Condition[] | null;
}

type Below = Pick<Site, 'path' | 'conditions'>;

/** What has to hold for a selection besides what holds already; null when it cannot. */
function conditionsOf(node: SelectionNode, already: Site['conditions']): Site['conditions'] {
  const conditions = [...(already ?? [])];
  for (const { name, arguments: given } of node.directives ?? []) {
    const wanted = name.value === 'include' ? true : name.value === 'skip' ? false : null;
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    if (wanted === null || !value) continue;
    if (value.kind === Kind.VARIABLE) conditions.push({ variable: value.name.value, wanted });
    else if (value.kind === Kind.BOOLEAN && value.value !== wanted) return null;
  }
  return already && conditions;
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const ONLY_TYPENAME: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [TYPENAME] };

const runtimeTypes = (schema: GraphQLSchema, type: GraphQLCompositeType): ReadonlySet<string> =>
  new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name]);

/** Walks an operation with the set of types that can really stand at each place. */
class Walk {
  readonly cuts: Cut[] = [];
  /** Guarded coordinates that were met, whether denied or not. */
  readonly met = new Set<string>();
  rootFields = 0;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly schema: GraphQLSchema;
  private readonly guarded: ReadonlySet<string>;
  private readonly denied: ReadonlySet<string>;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    guarded: ReadonlySet<string>,
    denied: ReadonlySet<string>,
  ) {
    this.schema = schema;
    this.guarded = guarded;
    this.denied = denied;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  selections(set: SelectionSetNode, site: Site): readonly SelectionNode[] {
    return set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return this.field(selection, site);
      if (selection.kind === Kind.INLINE_FRAGMENT) return this.fragment(selection, site);
      const fragment = this.fragments.get(selection.name.value);
      if (!fragment) return [];
      // A named fragment is written out: what may be seen of it differs from one place to the next.
      return this.fragment(
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          selectionSet: fragment.selectionSet,
          ...(selection.directives ? { directives: selection.directives } : {}),
        },
        site,
      );
    });
  }

  private fragment(node: InlineFragmentNode, site: Site): readonly SelectionNode[] {
    const condition = node.typeCondition && this.schema.getType(node.typeCondition.name.value);
    const type = condition && isCompositeType(condition) ? condition : site.type;
    const possible = runtimeTypes(this.schema, type);
    const runtime = new Set([...site.runtime].filter((name) => possible.has(name)));
    if (runtime.size === 0) return [];
    const conditions = conditionsOf(node, site.conditions);
    const selections = this.selections(node.selectionSet, { ...site, type, runtime, conditions });
    if (selections.length > 0) return [{ ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } }];
    // Nothing of it may be seen, but which of the objects it is about has to be known: theirs are the nulls.
    return isAbstractType(site.type) ? [{ ...node, selectionSet: ONLY_TYPENAME }] : [];
  }

  private field(node: FieldNode, site: Site): readonly SelectionNode[] {
    const name = node.name.value;
    if (name.startsWith('__')) return [node];
    const path = [...site.path, node.alias?.value ?? name];
    if (site.path.length === 0) this.rootFields += 1;
    const coordinates = [...site.runtime].map((type) => `${type}.${name}`);
    for (const coordinate of coordinates) if (this.guarded.has(coordinate)) this.met.add(coordinate);
    const refused = coordinates.filter((coordinate) => this.denied.has(coordinate));
    const conditions = conditionsOf(node, site.conditions);
    const below = { path, conditions };
    if (refused.length === 0) return [this.descend(node, site.type, below)];

    const nothingLeft = refused.length === coordinates.length;
    if (conditions) {
      this.cuts.push({
        path,
        coordinate: refused[0] ?? name,
        wholeRootField: nothingLeft && site.path.length === 0,
        conditions,
      });
    }
    if (nothingLeft) return [];
    return [...site.runtime]
      .filter((type) => !this.denied.has(`${type}.${name}`))
      .map((type) => this.onlyOn(type, node, below));
  }

  private onlyOn(typeName: string, node: FieldNode, below: Below): InlineFragmentNode {
    const type = this.schema.getType(typeName) as GraphQLCompositeType;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [this.descend(node, type, below)] },
    };
  }

  private descend(node: FieldNode, parent: GraphQLCompositeType, below: Below): FieldNode {
    if (!node.selectionSet || !('getFields' in parent)) return node;
    const field = parent.getFields()[node.name.value];
    const returned = field && getNamedType(field.type);
    if (!returned || !isCompositeType(returned)) return node;
    const site: Site = { type: returned, runtime: runtimeTypes(this.schema, returned), ...below };
    const selections = this.selections(node.selectionSet, site);
    return {
      ...node,
      // The object itself may be seen, only nothing of what was asked of it: whether it is there still counts.
      selectionSet: { kind: Kind.SELECTION_SET, selections: selections.length === 0 ? [TYPENAME] : selections },
    };
  }
}

function rootSite(schema: GraphQLSchema, operation: OperationDefinitionNode): Site | null {
  const type = schema.getRootType(operation.operation);
  return isObjectType(type) ? { type, runtime: new Set([type.name]), path: [], conditions: [] } : null;
}

/** Variables that nothing uses any more would make the rest of the operation invalid. */
function withoutUnusedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  if (!operation.variableDefinitions?.length) return operation;
  const used = new Set<string>();
  visit({ ...operation, variableDefinitions: [] }, { Variable: ({ name }) => void used.add(name.value) });
  return {
    ...operation,
    variableDefinitions: operation.variableDefinitions.filter(({ variable }) => used.has(variable.name.value)),
  };
}

/** The guarded coordinates an operation touches. */
export function guardedCoordinatesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  guarded: ReadonlySet<string>,
): ReadonlySet<string> {
  const site = rootSite(schema, operation);
  const walk = new Walk(schema, document, guarded, new Set());
  if (site) walk.selections(operation.selectionSet, site);
  return walk.met;
}

/** Cuts from an operation every field whose coordinate is denied, each for the types it is denied on. */
export function pruneOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  denied: ReadonlySet<string>,
): Pruned {
  const site = rootSite(schema, operation);
  if (!site) return { document, cuts: [], rootFields: 0 };
  const walk = new Walk(schema, document, denied, denied);
  const selections = walk.selections(operation.selectionSet, site);
  const left = withoutUnusedVariables({
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  });
  return {
    document: selections.length === 0 ? null : { kind: Kind.DOCUMENT, definitions: [left] },
    cuts: walk.cuts,
    rootFields: walk.rootFields,
  };
}
