import { z } from 'zod';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { REQUEST_COUNTS_PATH, REQUEST_OUTCOMES } from '../../_kernel/wire/request-counts.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { addRequestCounts } from './operational-metrics.store.js';

const countsSchema = z
  .array(
    z.object({
      tenantId: z.guid(),
      hour: z.iso.datetime().regex(/:00:00\.000Z$/),
      outcome: z.enum(REQUEST_OUTCOMES),
      count: z.int().positive(),
    }),
  )
  .max(10_000);

/** Takes the gateway's report of what became of operations. */
export const requestCountsRoute = ({ db }: PlatformDatabase): SubgraphRoute => ({
  method: 'POST',
  path: REQUEST_COUNTS_PATH,
  async handle(request, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const counts = jsonIn(request, countsSchema);
    if (!counts) return json(400);
    await addRequestCounts(db, counts);
    return json(202);
  },
});
