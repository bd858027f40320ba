import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './dashboard/dashboard.graph.js';
import './report/report.graph.js';

/** Analytics' part of the graph. */
export const schema = buildSubgraph(builder);
