import type { Envelope } from '../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from './logger.js';

export interface OpsReport {
  readonly path: string;
  /** What becomes the JSON of the body. */
  readonly report: object;
  /** In whose name it is told. */
  readonly envelope: Envelope;
}

/** What ops is told of what only the gateway sees. It never delays or fails the request that gave rise to it. */
export interface OpsReports {
  tell(report: OpsReport): void;
  /** Resolves when what waits has been sent, or cannot be for now. */
  stop(): Promise<void>;
}

/** Beyond this many that wait for ops, further ones are counted and dropped. */
const QUEUE_LIMIT = 10_000;
const RETRY_MS = 1_000;

export function createOpsReports(ops: SubgraphEndpoint, logger: GatewayLogger): OpsReports {
  const queue: OpsReport[] = [];
  let dropped = 0;
  let sending: Promise<void> | null = null;
  let stopping = false;

  const post = async ({ path, report, envelope }: OpsReport): Promise<void> => {
    const request = {
      method: 'POST',
      path,
      search: '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(report)),
    };
    const response = await ops.forward(request, envelope);
    if (!response || response.status >= 500) throw new Error(`ops answered ${response?.status ?? 'no route'}`);
    if (response.status >= 300) logger.warn({ status: response.status, path, report }, 'ops does not take a report');
  };

  /** In their order; what cannot be sent stays at the head until it can. */
  const sendAll = async (): Promise<void> => {
    try {
      for (let first = queue[0]; first; first = queue[0]) {
        await post(first);
        queue.shift();
      }
    } catch (error) {
      logger.warn({ err: error, waiting: queue.length, dropped }, 'reports wait for ops');
      if (!stopping) setTimeout(send, RETRY_MS).unref();
    }
    sending = null;
  };
  // Starts in a turn of its own: in process, the hand-over would otherwise run inside the request.
  const send = (): void => {
    sending ??= Promise.resolve().then(sendAll);
  };

  return {
    tell(report) {
      if (queue.length >= QUEUE_LIMIT) {
        dropped += 1;
        return;
      }
      queue.push(report);
      send();
    },
    async stop() {
      stopping = true;
      await sending;
    },
  };
}
