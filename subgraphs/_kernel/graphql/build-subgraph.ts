import { specifiedDirectives, type GraphQLDirective, type GraphQLSchema } from 'graphql';
import { CACHE_CONTROL_SPEC, cacheControlDirective } from './cache-control.js';

/** The version of the federation specification that all subgraphs are written in. */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.12';

interface SubgraphOptions {
  readonly linkUrl: string;
  readonly composeDirectives: `@${string}`[];
  readonly directives: GraphQLDirective[];
  readonly extensions: { readonly directives: { readonly name: string; readonly args: object }[] };
}

interface SubgraphBuilder {
  toSubGraphSchema(options: SubgraphOptions): GraphQLSchema;
}

/** Builds a subgraph's schema from all that was defined on its builder. */
export const buildSubgraph = (builder: SubgraphBuilder): GraphQLSchema =>
  builder.toSubGraphSchema({
    linkUrl: FEDERATION,
    // Composition drops every directive that it is not told to keep.
    composeDirectives: ['@cacheControl'],
    extensions: {
      directives: [{ name: 'link', args: { url: CACHE_CONTROL_SPEC, import: ['@cacheControl', 'CacheControlScope'] } }],
    },
    directives: [...specifiedDirectives, cacheControlDirective],
  });
