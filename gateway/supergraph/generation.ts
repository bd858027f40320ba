import { Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';

/** All that follows from one supergraph. An operation keeps the generation it began with to its end. */
export interface SupergraphGeneration {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** The same, as the planner knows it. */
  readonly plannerApi: Schema;
  /** With everything that is hidden from clients. */
  readonly supergraphSchema: GraphQLSchema;
  /** With the directives as they were composed. */
  readonly annotated: Schema;
  /**
   * Its paths tell types apart (`|[A,B]`), so that what one type requires is not asked of another. Only our own
   * executor can read them.
   */
  readonly planner: QueryPlanner;
  /** For the stock executor; made when it is first needed. */
  readonly stockPlanner: () => QueryPlanner;
}

const SECURITY_LINK =
  /(@link\(url: "https:\/\/specs\.apollo\.dev\/(?:authenticated|requiresScopes|policy)\/[^"]+"[^)]*), for: SECURITY\)/g;

/**
 * The supergraph without its demand that whoever loads it knows the authorization directives. The libraries
 * do not and would refuse it; the authorization stage does.
 */
export const acceptAuthorizationLinks = (supergraphSdl: string): string =>
  supergraphSdl.replace(SECURITY_LINK, '$1)');

/** @param supergraphSdl after `acceptAuthorizationLinks`, and found valid */
export function createGeneration(supergraphSdl: string, apiSchema: GraphQLSchema): SupergraphGeneration {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  let stockPlanner: QueryPlanner | undefined;
  return {
    apiSchema,
    plannerApi: supergraph.apiSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    annotated: supergraph.schema,
    planner: new QueryPlanner(supergraph, { exposeDocumentNodeInFetchNode: true, typeConditionedFetching: true }),
    stockPlanner: () => (stockPlanner ??= new QueryPlanner(supergraph, { exposeDocumentNodeInFetchNode: true })),
  };
}
