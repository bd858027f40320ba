import { createServer } from 'node:http';
import { listenOn } from '../../../../gateway/gateway.js';
import { createOperationCache } from '../../../../subgraphs/_kernel/http/operation-cache.js';
import { serveSubgraph } from '../../../../subgraphs/_kernel/http/subgraph-server.js';
import { systemClock } from '../../../../subgraphs/_kernel/request/clock.js';
import { ANONYMOUS } from '../../../../subgraphs/_kernel/wire/principal.js';
import type { Envelope } from '../../../../subgraphs/_kernel/wire/envelope.js';
import { ACME } from '../../../../gateway/support/sample-endpoints.js';
import { BENCH_SUBGRAPHS, subgraphSchemas, type BenchSubgraph } from '../graph.js';
import type { RemoteSubgraphs } from './contestant.js';
import { ENVELOPE_SECRET, hostBenchSubgraph, logger } from './hosting.js';

const LOOPBACK = '127.0.0.1';
const nobody: Envelope = { tenant: ACME, principal: ANONYMOUS, origin: { requestId: 'bench', ip: null, userAgent: null } };

interface Posted {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
}

/** The same subgraph for gateways that seal no envelopes: as little as can be between socket and schema. */
async function servePlain(name: BenchSubgraph): Promise<string> {
  const host = hostBenchSubgraph(name);
  const prepare = createOperationCache(subgraphSchemas()[name]);
  const answer = async (body: string): Promise<string> => {
    const { query, operationName, variables } = JSON.parse(body) as Posted;
    const prepared = prepare(query);
    if ('errors' in prepared) return JSON.stringify({ errors: prepared.errors });
    return JSON.stringify(
      await host.execute({ source: query, document: prepared.document, operationName, variables: variables ?? {}, envelope: nobody }),
    );
  };
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      answer(Buffer.concat(chunks).toString()).then(
        (text) => {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
          response.end(text);
        },
        (error: unknown) => response.destroy(error as Error),
      );
    });
  });
  server.keepAliveTimeout = 75_000;
  const { port } = await listenOn(server, LOOPBACK, 0);
  return `http://${LOOPBACK}:${port}`;
}

async function serveSealed(name: BenchSubgraph): Promise<string> {
  const { url } = await serveSubgraph(
    {
      endpoint: hostBenchSubgraph(name),
      schema: subgraphSchemas()[name],
      envelopeSecret: ENVELOPE_SECRET,
      clock: systemClock,
      logger,
    },
    { host: LOOPBACK, port: 0 },
  );
  return url;
}

const byName = async (serve: (name: BenchSubgraph) => Promise<string>): Promise<Record<BenchSubgraph, string>> =>
  Object.fromEntries(
    await Promise.all(BENCH_SUBGRAPHS.map(async (name) => [name, await serve(name)] as const)),
  ) as Record<BenchSubgraph, string>;

/** The subgraphs over HTTP, each twice: as ours are served, and without the envelope for the other gateways. */
export const startSubgraphs = async (): Promise<RemoteSubgraphs> => ({
  sealed: await byName(serveSealed),
  plain: await byName(servePlain),
});
