import type { ASTNode } from 'graphql';

/** What is wrong with the graph, and where. */
export interface CompositionProblem {
  readonly message: string;
  /** `subgraph:line:column`, as editors understand them; empty when the problem has no one place. */
  readonly places: readonly string[];
}

export const placeOf = (subgraph: string, node: ASTNode): string => {
  const token = node.loc?.startToken;
  return token ? `${subgraph}:${token.line}:${token.column}` : subgraph;
};

export const formatProblem = ({ message, places }: CompositionProblem): string =>
  places.length === 0 ? message : places.map((place) => `${place} ${message}`).join('\n');
