import { setTimeout as delay } from 'node:timers/promises';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../logger.js';
import { gatewayEnvelope } from '../request.js';

/** A question waits so long for something to happen, in milliseconds; as short, so that stopping is not held up by one. */
export const WAIT_MS = 2_000;
/** An answer that takes this long is not coming: the connection is dead although nobody has said so. */
const PATIENCE_MS = WAIT_MS + 2_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Asks a subgraph again and again, each time for what came after the last answer: what happens while it is away is
 * told once it is back.
 * @returns ends it
 */
export function followPages<Page>(parts: {
  readonly endpoint: SubgraphEndpoint;
  readonly path: string;
  /** What is followed, for the log and as who asks. */
  readonly name: string;
  readonly logger: GatewayLogger;
  /** Query string of the next question, asked for just before it. */
  readonly nextSearch: () => string;
  readonly take: (page: Page) => void;
}): () => void {
  const { endpoint, path, name, logger, nextSearch, take } = parts;
  const stopped = new AbortController();

  const ask = async (search: string): Promise<Page> => {
    const request = { method: 'GET', path, search, headers: {}, body: new Uint8Array() };
    const answering = endpoint.forward(request, gatewayEnvelope(name));
    const tooLate = delay(PATIENCE_MS, null, { ref: false, signal: stopped.signal });
    const response = await Promise.race([answering, tooLate]);
    if (response?.status !== 200) throw new Error(`${endpoint.name} answered ${response?.status ?? 'nothing'}`);
    return JSON.parse(response.body) as Page;
  };

  const follow = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopped.signal.aborted) {
      try {
        take(await ask(nextSearch()));
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (stopped.signal.aborted) return;
        // Said once for each time it is away, not once for each try.
        if (pauseMs === FIRST_PAUSE_MS) logger.warn({ err: error, subgraph: endpoint.name }, `${name} cannot be followed`);
        await delay(pauseMs, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  void follow();
  return () => stopped.abort();
}
