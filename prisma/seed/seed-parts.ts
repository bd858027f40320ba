import type { SubgraphRuntime } from '../../subgraphs/_kernel/subgraph.js';
import type { Subgraphs } from '../../subgraphs/registry.js';

/** What the demo is made by: the subgraphs themselves. */
export interface SeedParts {
  readonly runtime: SubgraphRuntime;
  readonly subgraphs: Subgraphs;
}
