import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './audit/audit.graph.js';
import './auth-log/auth-log.graph.js';
import './incident/incident.graph.js';
import './incident/incident-live.graph.js';
import './incident/spine-response.graph.js';
import './mail/mail.graph.js';
import './notification/notification.graph.js';
import './health/health.graph.js';

/** Operations' part of the graph. */
export const schema = buildSubgraph(builder);
