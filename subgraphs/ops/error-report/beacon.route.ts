import { z } from 'zod';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { Monitor } from '../../_kernel/monitoring/monitor.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

export const BEACON_PATH = '/api/beacon';

const MOST_BYTES = 16_384;
const MOST_EVENTS = 50;
const DAY_MS = 86_400_000;
const SOURCE = 'client';

const text = (most: number) => z.string().transform((value) => value.replaceAll('\0', '').slice(0, most));

const beaconSchema = z.object({
  events: z
    .array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('error'), name: text(100).default('Error'), message: text(2_000), stack: text(4_000).default('') }),
        z.object({ type: z.literal('timing'), name: text(200), milliseconds: z.number().nonnegative().max(DAY_MS) }),
      ]),
    )
    .max(MOST_EVENTS),
});

/**
 * Where clients tell what broke and what was slow, up to 50 of it in 16 KiB. Anybody may: it is only counted, and
 * nothing of whoever told it is kept.
 */
export const beaconRoute = (monitor: Monitor): SubgraphRoute => ({
  method: 'POST',
  path: BEACON_PATH,
  async handle(request) {
    if (request.body.length > MOST_BYTES) return json(413);
    const beacon = jsonIn(request, beaconSchema);
    if (!beacon) return json(400);
    for (const event of beacon.events) {
      if (event.type === 'error') monitor.failed(SOURCE, event);
      else monitor.took(SOURCE, event.name, event.milliseconds);
    }
    return json(202);
  },
});
