import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large an operation is once its fragments are written out where they are spread. */
export interface OperationSize {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
}

const NOTHING: OperationSize = { depth: 0, fields: 0, aliases: 0, directives: 0, rootFields: 0 };

/**
 * Measures the largest operation of a document. Each fragment is measured once, so the time is linear in the
 * document however often fragments are spread. A fragment that spreads itself measures as endless.
 */
export function sizeOfDocument(document: DocumentNode): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, OperationSize>();
  const open = new Set<string>();

  const ofFragment = (name: string): OperationSize => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    if (open.has(name)) return { ...NOTHING, depth: Infinity, fields: Infinity };
    open.add(name);
    const size = ofSelections(fragment.selectionSet);
    open.delete(name);
    measured.set(name, size);
    return size;
  };

  const ofSelections = (set: SelectionSetNode): OperationSize => {
    let { depth, fields, aliases, directives, rootFields } = NOTHING;
    for (const selection of set.selections) {
      const isField = selection.kind === Kind.FIELD;
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value)
          : selection.selectionSet
            ? ofSelections(selection.selectionSet)
            : NOTHING;
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0));
      fields += inner.fields + (isField ? 1 : 0);
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
      directives += inner.directives + (selection.directives?.length ?? 0);
      rootFields += isField ? 1 : inner.rootFields;
    }
    return { depth, fields, aliases, directives, rootFields };
  };

  const ofOperation = (operation: OperationDefinitionNode): OperationSize => {
    const size = ofSelections(operation.selectionSet);
    return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };
  };

  return document.definitions
    .flatMap((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? [ofOperation(definition)] : []))
    .reduce(
      (largest, size) => ({
        depth: Math.max(largest.depth, size.depth),
        fields: Math.max(largest.fields, size.fields),
        aliases: Math.max(largest.aliases, size.aliases),
        directives: Math.max(largest.directives, size.directives),
        rootFields: Math.max(largest.rootFields, size.rootFields),
      }),
      NOTHING,
    );
}
