import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { RefusalEvents } from '../../_kernel/mutations/requests-refused.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { ERROR_STATUS, type ErrorCode } from '../../_kernel/wire/error-codes.js';
import { REFUSAL_REASONS, REFUSED_REQUESTS_PATH } from '../../_kernel/wire/refused-requests.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

const instant = z.iso.datetime({ offset: true });

const reportSchema = z.object({
  reason: z.enum(REFUSAL_REASONS),
  code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
  count: z.int().positive(),
  since: instant,
  until: instant,
});

/** Where the gateway reports how many requests it turned away, and of whom; the envelope says who had asked. */
export const refusedRequestsRoute = (parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<RefusalEvents>;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => {
  const { tenants, outbox, clock, logger } = parts;
  return {
    method: 'POST',
    path: REFUSED_REQUESTS_PATH,
    async handle(request, envelope) {
      const report = jsonIn(request, reportSchema);
      if (!report) return json(400);
      const context: RequestContext = { ...envelope, clock, logger, loaders: new Loaders() };
      // The gateway's clock may run ahead of ours.
      const occurredAt = new Date(Math.min(Date.parse(report.until), clock.now().getTime()));
      await tenants.transaction(context, (db) => outbox.emit(db, context, 'kernel.requests_refused', report, occurredAt));
      return json(202);
    },
  };
};
