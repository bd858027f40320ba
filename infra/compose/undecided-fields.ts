import { Kind, type DocumentNode, type FieldDefinitionNode } from 'graphql';
import type { SubgraphDefinition } from './planner-limits.js';
import { placeOf, type CompositionProblem } from './problem.js';

const ROOT_TYPES = ['Query', 'Mutation', 'Subscription'];
const AUTH_DIRECTIVES = ['authenticated', 'requiresScopes', 'policy'];
/** What federation adds to every subgraph. */
const OF_FEDERATION = ['_service', '_entities'];

const isPublic = (field: FieldDefinitionNode): boolean =>
  (field.directives ?? []).some(
    ({ name, arguments: args }) =>
      name.value.endsWith('tag') &&
      args?.some(({ value }) => value.kind === Kind.STRING && value.value === 'public'),
  );

const isGuarded = (field: FieldDefinitionNode): boolean =>
  (field.directives ?? []).some(({ name }) => AUTH_DIRECTIVES.includes(name.value.replace(/^federation__/, '')));

const rootFieldsOf = ({ definitions }: DocumentNode): readonly { type: string; field: FieldDefinitionNode }[] =>
  definitions.flatMap((definition) =>
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    ROOT_TYPES.includes(definition.name.value)
      ? (definition.fields ?? []).map((field) => ({ type: definition.name.value, field }))
      : [],
  );

/**
 * Root fields of which nobody has decided who may use them. The gateway refuses them to everyone; it is said
 * here, where it can be put right.
 */
export const findUndecided = (subgraphs: readonly SubgraphDefinition[]): readonly CompositionProblem[] =>
  subgraphs.flatMap(({ name, typeDefs }) =>
    rootFieldsOf(typeDefs)
      .filter(({ field }) => !OF_FEDERATION.includes(field.name.value) && !isGuarded(field) && !isPublic(field))
      .map(({ type, field }) => ({
        message: `${type}.${field.name.value} carries neither an authorization directive nor @tag(name: "public")`,
        places: [placeOf(name, field)],
      })),
  );
