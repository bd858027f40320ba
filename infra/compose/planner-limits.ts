import {
  Kind,
  parse,
  print,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import { placeOf, type CompositionProblem } from './problem.js';

export interface SubgraphDefinition {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

type Definition = TypeDefinitionNode | TypeExtensionNode;

const named = (directives: readonly DirectiveNode[] | undefined, name: string): readonly DirectiveNode[] =>
  (directives ?? []).filter((directive) => directive.name.value === name || directive.name.value === `federation__${name}`);

const argument = (directive: DirectiveNode, name: string): string | boolean | undefined => {
  const value = directive.arguments?.find((given) => given.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.BOOLEAN ? value.value : undefined;
};

/** The selection set of a `fields:` argument; null when it does not parse, which composition itself reports. */
function selectionOf(directive: DirectiveNode): SelectionSetNode | null {
  try {
    const [operation] = parse(`{${String(argument(directive, 'fields') ?? '')}}`, { noLocation: true }).definitions;
    return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : null;
  } catch {
    return null;
  }
}

const isDefinition = (node: { readonly kind: string }): node is Definition =>
  node.kind.endsWith('TypeDefinition') || node.kind.endsWith('TypeExtension');

const definitionsOf = ({ typeDefs }: SubgraphDefinition): readonly Definition[] => typeDefs.definitions.filter(isDefinition);

/** `@requires(fields: "price(currency: EUR)")`: the planner mixes up values asked for with different arguments. */
function argumentsInRequires(subgraph: SubgraphDefinition): readonly CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  visit(subgraph.typeDefs, {
    FieldDefinition: (field) => {
      for (const directive of named(field.directives, 'requires')) {
        const selection = selectionOf(directive);
        let hasArguments = false;
        if (selection) visit(selection, { Argument: () => void (hasArguments = true) });
        if (hasArguments) {
          problems.push({
            message: `@requires of ${field.name.value} passes arguments, which the planner answers wrongly; require a field without arguments`,
            places: [placeOf(subgraph.name, directive)],
          });
        }
      }
    },
  });
  return problems;
}

/** An interface object that cannot be resolved is joined to nothing, and answered with nulls. */
const unresolvableInterfaceObjects = (subgraph: SubgraphDefinition): readonly CompositionProblem[] =>
  definitionsOf(subgraph)
    .filter((type) => named(type.directives, 'interfaceObject').length > 0)
    .flatMap((type) =>
      named(type.directives, 'key')
        .filter((key) => argument(key, 'resolvable') === false)
        .map((key) => ({
          message: `@interfaceObject ${type.name.value} has a key that is not resolvable, which the planner answers wrongly`,
          places: [placeOf(subgraph.name, key)],
        })),
    );

/** The executor ignores what `@fromContext` asks for. */
function contextDirectives(subgraph: SubgraphDefinition): readonly CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  visit(subgraph.typeDefs, {
    Directive: (directive) => {
      const name = directive.name.value.replace(/^federation__/, '');
      if (name !== 'context' && name !== 'fromContext') return;
      problems.push({
        message: `@${name} is ignored by the executor; pass what is needed as an argument`,
        places: [placeOf(subgraph.name, directive)],
      });
    },
  });
  return problems;
}

/** The planner is never told for which requests a label holds, and asks the subgraph that is overridden every time. */
function labelledOverrides(subgraph: SubgraphDefinition): readonly CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  visit(subgraph.typeDefs, {
    FieldDefinition: (field) => {
      for (const directive of named(field.directives, 'override')) {
        if (argument(directive, 'label') === undefined) continue;
        problems.push({
          message: `@override of ${field.name.value} has a label, which the planner ignores; override it for every request or for none`,
          places: [placeOf(subgraph.name, directive)],
        });
      }
    },
  });
  return problems;
}

interface NestedKeyPart {
  readonly type: string;
  readonly field: string;
  readonly selection: string;
  readonly place: string;
}

const nestedKeyParts = (subgraph: SubgraphDefinition): readonly NestedKeyPart[] =>
  definitionsOf(subgraph).flatMap((type) =>
    named(type.directives, 'key').flatMap((key) =>
      (selectionOf(key)?.selections ?? []).flatMap((selection) =>
        selection.kind === Kind.FIELD && selection.selectionSet
          ? [
              {
                type: type.name.value,
                field: selection.name.value,
                selection: sortedText(selection.selectionSet),
                place: placeOf(subgraph.name, key),
              },
            ]
          : [],
      ),
    ),
  );

const sortedText = (set: SelectionSetNode): string =>
  set.selections
    .map((selection) => print(selection).replace(/\s+/g, ' '))
    .sort()
    .join(' ');

/** Keys `org { id }` and `org { id region }` of one entity: one is taken where the other was fetched. */
function overlappingNestedKeys(subgraphs: readonly SubgraphDefinition[]): readonly CompositionProblem[] {
  const byField = new Map<string, NestedKeyPart[]>();
  for (const part of subgraphs.flatMap(nestedKeyParts)) {
    const coordinate = `${part.type}.${part.field}`;
    byField.set(coordinate, [...(byField.get(coordinate) ?? []), part]);
  }
  return [...byField]
    .filter(([, parts]) => new Set(parts.map(({ selection }) => selection)).size > 1)
    .map(([coordinate, parts]) => ({
      message: `keys select different fields of ${coordinate}, which the planner answers wrongly; select the same ones in every key`,
      places: parts.map(({ place }) => place),
    }));
}

/** Everything in the subgraphs that composes but is known to be answered wrongly, and so is not accepted. */
export const findUnanswerable = (subgraphs: readonly SubgraphDefinition[]): readonly CompositionProblem[] => [
  ...subgraphs.flatMap((subgraph) => [
    ...argumentsInRequires(subgraph),
    ...unresolvableInterfaceObjects(subgraph),
    ...contextDirectives(subgraph),
    ...labelledOverrides(subgraph),
  ]),
  ...overlappingNestedKeys(subgraphs),
];
