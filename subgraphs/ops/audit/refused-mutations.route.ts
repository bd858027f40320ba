import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MutationEvents } from '../../_kernel/mutations/mutation-answered.js';
import { REFUSED_MUTATIONS_PATH } from '../../_kernel/wire/refused-mutations.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { errorCodeSchema, gatewayReportRoute, instantSchema, type ReportParts } from './gateway-report.route.js';

const reportSchema = z.object({
  mutations: z.array(z.string().min(1).max(200)).max(100),
  code: errorCodeSchema,
  at: instantSchema,
});

/** Where the gateway reports mutations that it turned away. */
export const refusedMutationsRoute = (parts: ReportParts & { readonly outbox: Outbox<MutationEvents> }): SubgraphRoute =>
  gatewayReportRoute(parts, {
    path: REFUSED_MUTATIONS_PATH,
    schema: reportSchema,
    at: ({ at }) => at,
    async write(db, context, { mutations, code }, occurredAt) {
      for (const mutation of mutations) {
        const fact = { mutation, by: 'gateway', outcome: 'refused', code, named: [] } as const;
        await parts.outbox.emit(db, context, 'kernel.mutation_answered', fact, occurredAt);
      }
    },
  });
