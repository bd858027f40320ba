import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { MutationEvents } from '../../_kernel/mutations/mutation-answered.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { ERROR_STATUS, type ErrorCode } from '../../_kernel/wire/error-codes.js';
import { REFUSED_MUTATIONS_PATH } from '../../_kernel/wire/refused-mutations.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

const reportSchema = z.object({
  mutations: z.array(z.string().min(1).max(200)).max(100),
  code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
  at: z.iso.datetime({ offset: true }),
});

/** Where the gateway reports mutations that it turned away; the envelope says who had asked. */
export const refusedMutationsRoute = (parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<MutationEvents>;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => {
  const { tenants, outbox, clock, logger } = parts;
  return {
    method: 'POST',
    path: REFUSED_MUTATIONS_PATH,
    async handle(request, envelope) {
      const report = jsonIn(request, reportSchema);
      if (!report) return json(400);
      const { mutations, code, at } = report;
      const context: RequestContext = { ...envelope, clock, logger, loaders: new Loaders() };
      // The gateway's clock may run ahead of ours.
      const occurredAt = new Date(Math.min(Date.parse(at), clock.now().getTime()));
      await tenants.transaction(context, async (db) => {
        for (const mutation of mutations) {
          const fact = { mutation, by: 'gateway', outcome: 'refused', code, named: [] } as const;
          await outbox.emit(db, context, 'kernel.mutation_answered', fact, occurredAt);
        }
      });
      return json(202);
    },
  };
};
