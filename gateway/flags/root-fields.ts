import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { SupergraphGeneration } from '../supergraph/generation.js';
import { subgraphNamesOf } from '../supergraph/subgraphs-of-fields.js';
import type { ValidOperation } from '../stages/validation/valid-operation.js';

/** What is written down in the supergraph of a root field. */
export interface RootField {
  readonly name: string;
  readonly tags: ReadonlySet<string>;
  /** Subgraphs that can answer it, by name. */
  readonly subgraphs: readonly string[];
}

type RootFields = ReadonlyMap<string, RootField>;

function rootFieldsOf({ annotated }: SupergraphGeneration): RootFields {
  const graphNames = subgraphNamesOf(annotated);
  const fields = new Map<string, RootField>();
  for (const root of annotated.schemaDefinition.roots()) {
    for (const field of root.type.fields()) {
      const argument = (directive: string, name: string): string[] =>
        field.appliedDirectives
          .filter((applied) => applied.name === directive)
          .flatMap((applied) => (applied.arguments()[name] === undefined ? [] : [String(applied.arguments()[name])]));
      fields.set(`${root.rootKind} ${field.name}`, {
        name: field.name,
        tags: new Set(argument('tag', 'name')),
        subgraphs: argument('join__field', 'graph').map((graph) => graphNames.get(graph) ?? graph),
      });
    }
  }
  return fields;
}

function namesIn(set: SelectionSetNode, document: DocumentNode): readonly string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet, document);
    return document.definitions.flatMap((part) =>
      part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === selection.name.value
        ? namesIn(part.selectionSet, document)
        : [],
    );
  });
}

/** Finds the root fields that an operation asks for, through fragments; of each document once. */
export function createRootFieldReader(): (operation: ValidOperation) => readonly RootField[] {
  const known = new WeakMap<SupergraphGeneration, RootFields>();
  const asked = new WeakMap<SupergraphGeneration, WeakMap<object, readonly RootField[]>>();

  return ({ generation, definition, document }) => {
    const fields = known.get(generation) ?? rootFieldsOf(generation);
    known.set(generation, fields);
    const ofGeneration = asked.get(generation) ?? new WeakMap<object, readonly RootField[]>();
    asked.set(generation, ofGeneration);
    const found =
      ofGeneration.get(definition) ??
      [...new Set(namesIn(definition.selectionSet, document))].flatMap(
        (name) => fields.get(`${definition.operation} ${name}`) ?? [],
      );
    ofGeneration.set(definition, found);
    return found;
  };
}
