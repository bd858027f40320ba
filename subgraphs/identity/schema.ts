import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './user/user.graph.js';
import './membership/membership.graph.js';
import './session/session.graph.js';
import './mailed-proof/mailed-proof.graph.js';
import './admin-user/admin-user.graph.js';

/** Identity's part of the graph. */
export const schema = buildSubgraph(builder);
