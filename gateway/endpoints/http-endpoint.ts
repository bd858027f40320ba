import { ENVELOPE_HEADER, sealEnvelope, type Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { ROUTE_METHODS } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { createGraphQLTransport } from './graphql-transport.js';

const READY_TIMEOUT_MS = 2_000;

/** The fetches of one client's request bring the same envelope; it is sealed once, unless they take long. */
const SEALED_ANEW_AFTER_MS = 5_000;

interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly sealedAt: number;
}

export interface HttpEndpointOptions {
  readonly name: SubgraphName;
  /** Origin of the subgraph, without path. */
  readonly url: string;
  readonly envelopeSecret: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A subgraph in another process: HTTP with kept connections, WebSocket for subscriptions. */
export function createHttpEndpoint({
  name,
  url,
  envelopeSecret,
  now = Date.now,
}: HttpEndpointOptions): SubgraphEndpoint {
  const proofs = new WeakMap<Envelope, Proof>();

  const proofOf = (envelope: Envelope): Proof['headers'] => {
    const at = now();
    const known = proofs.get(envelope);
    if (known && at - known.sealedAt < SEALED_ANEW_AFTER_MS) return known.headers;
    const headers = { [ENVELOPE_HEADER]: sealEnvelope(envelope, envelopeSecret, at) };
    proofs.set(envelope, { headers, sealedAt: at });
    return headers;
  };
  const { pool, execute, subscribe, close } = createGraphQLTransport({ name, url: new URL('/graphql', url), proofOf });

  return {
    name,
    execute,
    subscribe,

    async forward({ method, path, search, headers, body }, envelope) {
      const response = await pool.request({
        method: ROUTE_METHODS.find((one) => one === method) ?? 'GET',
        path: path + search,
        headers: { ...headers, ...proofOf(envelope) },
        body: method === 'GET' ? null : body,
      });
      const { 'set-cookie': cookies = [], ...single } = response.headers;
      return {
        status: response.statusCode,
        cookies: [cookies].flat(),
        headers: Object.fromEntries(
          Object.entries(single).map(([key, value]) => [key, [value ?? ''].flat().join(', ')]),
        ),
        body: await response.body.text(),
      };
    },

    async ready() {
      try {
        const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
        const response = await pool.request({ method: 'GET', path: '/health/ready', signal });
        await response.body.dump();
        return response.statusCode === 200;
      } catch {
        return false;
      }
    },

    close,
  };
}
