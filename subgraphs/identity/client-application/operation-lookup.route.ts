import { z } from 'zod';
import { gatewayCountsRoute } from '../../_kernel/http/gateway-counts-route.js';
import { json } from '../../_kernel/http/json-route.js';
import { OPERATION_USES_PATH, REGISTERED_OPERATION_PATH } from '../../_kernel/wire/registered-operations.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { OperationLookupService } from './operation-lookup.service.js';

const DOCUMENT_ID = /^[0-9a-f]{64}$/;

const count = z.object({
  ownerId: z.uuid(),
  registrationId: z.uuid(),
  uses: z.int().positive(),
  lastUsedAt: z.iso.datetime(),
});

/** Answers the gateway what stands behind an id. */
export const registeredOperationRoute = (lookup: OperationLookupService): SubgraphRoute => ({
  method: 'GET',
  path: REGISTERED_OPERATION_PATH,
  async handle({ search }, { tenant, principal }) {
    if (principal.kind !== 'system') return json(403);
    const query = new URLSearchParams(search);
    const id = query.get('id') ?? '';
    const operation = DOCUMENT_ID.test(id) ? await lookup.find(tenant, id, query.get('client')) : null;
    return operation ? json(200, operation) : json(404);
  },
});

/** Takes the gateway's report of what was used. */
export const operationUsesRoute = (lookup: OperationLookupService): SubgraphRoute =>
  gatewayCountsRoute(OPERATION_USES_PATH, { count, keep: (uses) => lookup.record(uses) });
