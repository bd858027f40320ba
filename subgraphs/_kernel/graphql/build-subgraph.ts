import type { GraphQLSchema } from 'graphql';

/** The version of the federation specification that all subgraphs are written in. */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.12';

interface SubgraphBuilder {
  toSubGraphSchema(options: { readonly linkUrl: string }): GraphQLSchema;
}

/** Builds a subgraph's schema from all that was defined on its builder. */
export const buildSubgraph = (builder: SubgraphBuilder): GraphQLSchema =>
  builder.toSubGraphSchema({ linkUrl: FEDERATION });
