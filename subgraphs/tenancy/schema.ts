import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './tenant/tenant.graph.js';
import './tenant/tenant-life.graph.js';
import './settings/settings.graph.js';
import './branding/branding.graph.js';
import './config/config.graph.js';
import './domain/domain.graph.js';
import './usage/usage.graph.js';
import './platform-metrics/platform-metrics.graph.js';
import './integration/integration.graph.js';
import './onboarding/onboarding.graph.js';
import './client-onboarding/client-onboarding.graph.js';
import './file/file.graph.js';
import './workflow/definition/definition.graph.js';
import './workflow/instance/run.graph.js';
import './workflow/instance/run-live.graph.js';
import './workflow/automation/rule.graph.js';

/** Tenancy's part of the graph. */
export const schema = buildSubgraph(builder);
