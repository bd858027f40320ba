import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../../../infra/runtime/log.js';
import { publishedKeys } from '../../../../gateway/support/sample-tokens.js';
import { ACME } from '../../../../gateway/support/sample-endpoints.js';
import { hostSubgraph, type SubgraphHost, type HostPools } from '../../../../subgraphs/_kernel/host.js';
import { systemClock } from '../../../../subgraphs/_kernel/request/clock.js';
import type { Subgraph, SubgraphRuntime } from '../../../../subgraphs/_kernel/subgraph.js';
import { JWKS_PATH } from '../../../../subgraphs/_kernel/wire/access-token.js';
import { FLAG_FEED_PATH, type FlagPage } from '../../../../subgraphs/_kernel/wire/flag-feed.js';
import { REVOCATIONS_PATH, type RevocationPage } from '../../../../subgraphs/_kernel/wire/revocations.js';
import type { SubgraphName } from '../../../../subgraphs/_kernel/wire/subgraph-names.js';
import type { RouteResponse, SubgraphRoute } from '../../../../subgraphs/_kernel/wire/subgraph-route.js';
import { TENANT_LOOKUP_PATH } from '../../../../subgraphs/_kernel/wire/tenant-lookup.js';
import { monolithSchema, subgraphSchemas } from '../graph.js';

export const ENVELOPE_SECRET = 'what gateway and subgraphs of the benchmark share';
// Warnings would stand among the figures: nobody here takes the reports of who was there.
export const logger = createLogger({ name: 'bench', level: 'error' });

// The measured subgraphs touch no database, so of a runtime only what every request meets is there.
const runtime = {
  clock: systemClock,
  logger,
  database: {},
  outbox: { for: () => ({}) },
  monitor: { failed: () => undefined, took: () => undefined },
} as unknown as SubgraphRuntime;

const route = (path: string, answer: unknown): SubgraphRoute => ({
  method: 'GET',
  path,
  handle: async (): Promise<RouteResponse> => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answer),
  }),
});

/** A feed on which nothing ever happens: it answers when whoever asks does not want to wait any longer. */
const quietFeed = (path: string, page: object): SubgraphRoute => ({
  method: 'GET',
  path,
  handle: async ({ search }): Promise<RouteResponse> => {
    await delay(Number(new URLSearchParams(search).get('wait') ?? 0), undefined, { ref: false });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(page) };
  },
});

const revocations = quietFeed(REVOCATIONS_PATH, { entries: [], position: '0', more: false } satisfies RevocationPage);
const flags = quietFeed(FLAG_FEED_PATH, { version: '0', flags: null } satisfies FlagPage);

const ROUTES: Partial<Record<SubgraphName, readonly SubgraphRoute[]>> = {
  tenancy: [route(TENANT_LOOKUP_PATH, ACME), revocations],
  identity: [route(JWKS_PATH, publishedKeys), revocations],
  ops: [flags],
};

/** The subgraph of that name as the platform runs it; one that is not measured answers its routes only. */
export function hostBenchSubgraph(name: SubgraphName): SubgraphHost {
  const schemas: Partial<Record<SubgraphName, Subgraph['schema']>> = subgraphSchemas();
  const subgraph: Subgraph = {
    name,
    schema: schemas[name] ?? monolithSchema(),
    services: {},
    reactions: [],
    routes: ROUTES[name] ?? [],
    schedules: [],
  };
  return hostSubgraph(subgraph, runtime, {} as HostPools);
}
