import {
  isEnumType,
  isInterfaceType,
  isObjectType,
  type FieldDefinition,
  type InterfaceType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';

type Field = FieldDefinition<ObjectType | InterfaceType>;

/** The names of subgraphs by what a composed schema calls them. */
export function subgraphNamesOf(annotated: Schema): ReadonlyMap<string, string> {
  const graphs = annotated.type('join__Graph');
  return new Map(
    (graphs && isEnumType(graphs) ? graphs.values : []).map((value) => {
      const joined = value.appliedDirectives.find(({ name }) => name === 'join__graph');
      return [value.name, String(joined?.arguments()['name'] ?? value.name)] as const;
    }),
  );
}

/** Those that answer for it: what is external in one is asked for in another. */
const graphsOf = (element: Field | ObjectType | InterfaceType, directive: string): readonly string[] =>
  element.appliedDirectives
    .filter(({ name }) => name === directive)
    .map((applied) => applied.arguments() as { readonly graph?: string; readonly external?: boolean })
    .flatMap(({ graph, external }) => (graph === undefined || external === true ? [] : [graph]));

/** Where a field of an object comes from; a subgraph may give it to all that implement an interface. */
function graphsOfField(type: ObjectType, field: Field): readonly string[] {
  const own = graphsOf(field, 'join__field');
  if (own.length > 0) return own;
  const joined = field.appliedDirectives.some(({ name }) => name === 'join__field');
  if (!joined) return graphsOf(type, 'join__type');
  return [...type.interfaces()].flatMap((above) => {
    const same = above.field(field.name);
    return same ? graphsOf(same, 'join__field') : [];
  });
}

/** The subgraphs that can answer each `Type.field` of the objects, root fields left out. */
export function subgraphsOfFields(annotated: Schema): ReadonlyMap<string, readonly string[]> {
  const names = subgraphNamesOf(annotated);
  const roots = new Set(annotated.schemaDefinition.roots().map(({ type }) => type.name));
  const found = new Map<string, readonly string[]>();
  for (const type of annotated.types()) {
    if (!isObjectType(type) || isInterfaceType(type) || roots.has(type.name)) continue;
    for (const field of type.fields()) {
      const graphs = new Set(graphsOfField(type, field));
      found.set(`${type.name}.${field.name}`, [...graphs].map((graph) => names.get(graph) ?? graph));
    }
  }
  return found;
}
