import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './loyalty/loyalty.graph.js';
import './review/review.graph.js';

/** Marketing's part of the graph. */
export const schema = buildSubgraph(builder);
