import { z } from 'zod';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { MEMBER_ACTIVITY_PATH } from '../../_kernel/wire/member-activity.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { noteActivity } from './membership.store.js';

const activitySchema = z
  .array(z.object({ tenantId: z.uuid(), userId: z.uuid(), lastActiveAt: z.iso.datetime() }))
  .max(10_000);

/** Takes the gateway's report of who was at work. */
export const memberActivityRoute = ({ db }: PlatformDatabase): SubgraphRoute => ({
  method: 'POST',
  path: MEMBER_ACTIVITY_PATH,
  async handle(request, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const activity = jsonIn(request, activitySchema);
    if (!activity) return json(400);
    await noteActivity(db, activity);
    return json(202);
  },
});
