import { setTimeout as delay } from 'node:timers/promises';
import {
  REVOCATIONS_PATH,
  type RevocationEntry,
  type RevocationPage,
} from '../../subgraphs/_kernel/wire/revocations.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../logger.js';
import { gatewayEnvelope } from '../request.js';
import { TOKENS_LIVE_MS } from './revocation-list.js';

/** One subgraph's revocations, followed for as long as the gateway runs. */
export interface RevocationFeed {
  /** Resolves once everything that can still matter has been told. */
  readonly caughtUp: Promise<void>;
  /** Epoch milliseconds up to which everything has been told, to within seconds; null before it has once. */
  currentTo(): number | null;
  stop(): void;
}

/** A question waits so long for something to happen; as short, so that stopping is not held up by one. */
const WAIT_MS = 2_000;
/** An answer that takes this long is not coming: the connection is dead although nobody has said so. */
const PATIENCE_MS = WAIT_MS + 2_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Asks again and again, each time for what came after the last answer: what happens while the connection is away
 * is told once it is back.
 */
export function followRevocations(parts: {
  readonly endpoint: SubgraphEndpoint;
  readonly logger: GatewayLogger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onEntries: (entries: readonly RevocationEntry[]) => void;
}): RevocationFeed {
  const { endpoint, logger, now, onEntries } = parts;
  const stopped = new AbortController();
  let current: number | null = null;
  let caughtUp: () => void = () => undefined;
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });

  const ask = async (search: string): Promise<RevocationPage> => {
    const request = { method: 'GET', path: REVOCATIONS_PATH, search, headers: {}, body: new Uint8Array() };
    const answering = endpoint.forward(request, gatewayEnvelope('revocations'));
    const tooLate = delay(PATIENCE_MS, null, { ref: false, signal: stopped.signal });
    const response = await Promise.race([answering, tooLate]);
    if (response?.status !== 200) throw new Error(`${endpoint.name} answered ${response?.status ?? 'nothing'}`);
    return JSON.parse(response.body) as RevocationPage;
  };

  const follow = async (): Promise<void> => {
    let search = `?since=${now() - TOKENS_LIVE_MS}`;
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopped.signal.aborted) {
      const askedAt = now();
      try {
        const { entries, position, more } = await ask(search);
        if (entries.length > 0) onEntries(entries);
        search = `?after=${encodeURIComponent(position)}&wait=${WAIT_MS}`;
        pauseMs = FIRST_PAUSE_MS;
        if (more) continue;
        current = askedAt;
        caughtUp();
      } catch (error) {
        if (stopped.signal.aborted) return;
        // Said once for each time it is away, not once for each try.
        if (pauseMs === FIRST_PAUSE_MS) logger.warn({ err: error, subgraph: endpoint.name }, 'revocations cannot be followed');
        await delay(pauseMs, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  void follow();

  return { caughtUp: whenCaughtUp, currentTo: () => current, stop: () => stopped.abort() };
}
