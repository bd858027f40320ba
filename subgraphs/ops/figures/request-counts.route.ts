import { z } from 'zod';
import { gatewayCountsRoute } from '../../_kernel/http/gateway-counts-route.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { REQUEST_COUNTS_PATH, REQUEST_OUTCOMES } from '../../_kernel/wire/request-counts.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { addRequestCounts } from './operational-metrics.store.js';

const count = z.object({
  tenantId: z.guid(),
  hour: z.iso.datetime().regex(/:00:00\.000Z$/),
  outcome: z.enum(REQUEST_OUTCOMES),
  count: z.int().positive(),
});

/** Takes the gateway's report of what became of operations. */
export const requestCountsRoute = ({ db }: PlatformDatabase): SubgraphRoute =>
  gatewayCountsRoute(REQUEST_COUNTS_PATH, { count, keep: (counts) => addRequestCounts(db, counts) });
