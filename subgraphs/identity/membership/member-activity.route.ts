import { z } from 'zod';
import { gatewayCountsRoute } from '../../_kernel/http/gateway-counts-route.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { MEMBER_ACTIVITY_PATH } from '../../_kernel/wire/member-activity.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { noteActivity } from './membership.store.js';

const count = z.object({ tenantId: z.uuid(), userId: z.uuid(), lastActiveAt: z.iso.datetime() });

/** Takes the gateway's report of who was at work. */
export const memberActivityRoute = ({ db }: PlatformDatabase): SubgraphRoute =>
  gatewayCountsRoute(MEMBER_ACTIVITY_PATH, { count, keep: (activity) => noteActivity(db, activity) });
