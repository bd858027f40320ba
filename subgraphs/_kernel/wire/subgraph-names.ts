/** The subgraphs of the graph, in the order of their default ports (4001 to 4007). */
export const SUBGRAPH_NAMES = [
  'identity',
  'tenancy',
  'booking',
  'commerce',
  'marketing',
  'analytics',
  'ops',
] as const;

export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];
