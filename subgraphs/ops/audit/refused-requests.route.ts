import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RefusalEvents } from '../../_kernel/mutations/requests-refused.js';
import { REFUSAL_REASONS, REFUSED_REQUESTS_PATH } from '../../_kernel/wire/refused-requests.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { errorCodeSchema, gatewayReportRoute, instantSchema, type ReportParts } from './gateway-report.route.js';

const reportSchema = z.object({
  reason: z.enum(REFUSAL_REASONS),
  code: errorCodeSchema,
  count: z.int().positive(),
  since: instantSchema,
  until: instantSchema,
});

/** Where the gateway reports how many requests it turned away, and of whom. */
export const refusedRequestsRoute = (parts: ReportParts & { readonly outbox: Outbox<RefusalEvents> }): SubgraphRoute =>
  gatewayReportRoute(parts, {
    path: REFUSED_REQUESTS_PATH,
    schema: reportSchema,
    at: ({ until }) => until,
    write: (db, context, report, occurredAt) =>
      parts.outbox.emit(db, context, 'kernel.requests_refused', report, occurredAt),
  });
