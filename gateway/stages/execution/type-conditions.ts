import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** Names of the object and interface types to which a fragment on `condition` applies. */
export function typesUnder(schema: GraphQLSchema, condition: string): ReadonlySet<string> {
  const type = schema.getType(condition);
  const names = new Set([condition]);
  if (!isAbstractType(type)) return names;
  for (const candidate of Object.values(schema.getTypeMap())) {
    const named = isObjectType(candidate) || isInterfaceType(candidate);
    if (named && schema.isSubType(type, candidate)) names.add(candidate.name);
  }
  return names;
}
