import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './tenant/tenant.graph.js';
import './settings/settings.graph.js';

/** Tenancy's part of the graph. */
export const schema = buildSubgraph(builder);
