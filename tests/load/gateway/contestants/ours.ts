import { createGateway } from '../../../../gateway/gateway.js';
import { createHttpEndpoint } from '../../../../gateway/endpoints/http-endpoint.js';
import { SAMPLE_CONFIG } from '../../../../gateway/support/sample-gateway.js';
import { ACME } from '../../../../gateway/support/sample-endpoints.js';
import { memberToken } from '../../../../gateway/support/sample-tokens.js';
import type { SubgraphEndpoint } from '../../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../../../subgraphs/_kernel/wire/subgraph-names.js';
import { BENCH_SUBGRAPHS, supergraphOf, type SubgraphUrls } from '../graph.js';
import type { Listening, StartContestant } from './contestant.js';
import { ENVELOPE_SECRET, hostBenchSubgraph, logger } from './hosting.js';

/** The deep operation is dearer than what is accepted from customers; the cost is reckoned all the same. */
const COST_OF_THE_DEEPEST = 50_000;

const HOURS_8 = 8 * 60 * 60;

type Endpoints = Record<SubgraphName, SubgraphEndpoint>;

/** The gateway as it runs for customers: tenant, authentication, limits, authorization and metrics are on. */
async function startGateway(endpoints: Endpoints, urls: SubgraphUrls): Promise<Listening> {
  const gateway = await createGateway({
    supergraphSdl: supergraphOf(urls, true),
    endpoints,
    config: { ...SAMPLE_CONFIG, introspection: false, cost: { ...SAMPLE_CONFIG.cost, operation: COST_OF_THE_DEEPEST } },
    logger,
  });
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const token = await memberToken(ACME, ['appointments:read', 'users:manage'], { expiresIn: HOURS_8 });
  return {
    port: Number(new URL(url).port),
    path: '/graphql',
    headers: { host: `${ACME.slug}.${SAMPLE_CONFIG.baseDomain}`, authorization: `Bearer ${token}` },
  };
}

const inProcess = (): Endpoints =>
  Object.fromEntries(SUBGRAPH_NAMES.map((name) => [name, hostBenchSubgraph(name)])) as Record<string, SubgraphEndpoint> as Endpoints;

export const startOursInProcess: StartContestant = ({ sealed }) => startGateway(inProcess(), sealed);

export const startOursOverHttp: StartContestant = async ({ sealed }) => {
  const endpoints = inProcess();
  for (const name of BENCH_SUBGRAPHS) {
    const remote = createHttpEndpoint({ name, url: sealed[name], envelopeSecret: ENVELOPE_SECRET });
    // Keys are made anew in every process, so they come from the one that signed the token.
    const local = endpoints[name];
    endpoints[name] = { ...remote, forward: (request, envelope) => local.forward(request, envelope) };
  }
  return startGateway(endpoints, sealed);
};
