import { z } from 'zod';
import type { SubgraphRoute } from '../wire/subgraph-route.js';
import { json, jsonIn } from './json-route.js';

/** Entries of one report at most. */
const LONGEST_REPORT = 10_000;

/** Where the gateway reports from time to time what it has counted, as itself and for nobody who asked. */
export function gatewayCountsRoute<Count>(
  path: string,
  of: { readonly count: z.ZodType<Count>; keep(counts: readonly Count[]): Promise<void> },
): SubgraphRoute {
  const report = z.array(of.count).max(LONGEST_REPORT);
  return {
    method: 'POST',
    path,
    async handle(request, { principal }) {
      if (principal.kind !== 'system') return json(403);
      const counts = jsonIn(request, report);
      if (!counts) return json(400);
      await of.keep(counts);
      return json(202);
    },
  };
}
