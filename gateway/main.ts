import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ConfigError, loadConfig } from '../infra/runtime/config.js';
import { createLogger } from '../infra/runtime/log.js';
import { onShutdown } from '../infra/runtime/shutdown.js';
import { startTelemetry } from '../infra/runtime/telemetry.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../subgraphs/_kernel/wire/subgraph-names.js';
import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { createHttpEndpoint } from './endpoints/http-endpoint.js';
import { gatewayConfigOf } from './gateway-config.js';
import { createGateway, ListenError } from './gateway.js';
import { createRateCounter } from './stages/rate-limits/create-counter.js';
import { watchSupergraphFile } from './supergraph/supergraph-file.js';

const SUPERGRAPH = fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url));
const REQUEST_TIMEOUT_MS = 15_000;

/** Serves the graph from subgraphs that run as processes of their own, until told to stop. */
async function main(): Promise<void> {
  const config = loadConfig();
  const { envelopeSecret } = config;
  if (!envelopeSecret) {
    throw new ConfigError([{ variable: 'SPINE_ENVELOPE_SECRET', problem: 'must be set when subgraphs run apart' }]);
  }
  const { environment, telemetryEndpoint } = config;
  const telemetry = startTelemetry({ name: 'gateway', endpoint: telemetryEndpoint, environment });
  const logger = createLogger({ name: 'gateway', level: config.logLevel });
  const endpoints = Object.fromEntries(
    SUBGRAPH_NAMES.map((name) => [name, createHttpEndpoint({ name, url: config.subgraphUrls[name], envelopeSecret })]),
  ) as Record<SubgraphName, SubgraphEndpoint>;

  const { databaseUrl, databasePlatformUrl, redisUrl } = config;
  const database = databaseUrl === undefined ? undefined : { url: databaseUrl, platformUrl: databasePlatformUrl };
  const counter = createRateCounter({ redisUrl, database }, logger);

  const supergraphSdl = await readFile(SUPERGRAPH, 'utf8');
  const gateway = await createGateway({
    supergraphSdl,
    endpoints,
    config: gatewayConfigOf(config, REQUEST_TIMEOUT_MS),
    logger,
    counter,
  });
  const { url } = await gateway.listen({ host: config.host, port: config.port });
  logger.info({ url }, 'gateway is up');
  const watched = watchSupergraphFile(SUPERGRAPH, supergraphSdl, (sdl) => gateway.replaceSupergraph(sdl), logger);
  onShutdown(async () => {
    watched.close();
    await gateway.stop();
    await counter.close();
    await Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close()));
    await telemetry.stop();
  });
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof ListenError;
  console.error(expected ? error.message : error);
  process.exit(1);
});
