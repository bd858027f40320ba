import {
  REVOCATIONS_PATH,
  type RevocationEntry,
  type RevocationPage,
} from '../../subgraphs/_kernel/wire/revocations.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { followPages, WAIT_MS } from '../endpoints/followed-pages.js';
import type { GatewayLogger } from '../logger.js';
import { TOKENS_LIVE_MS } from './revocation-list.js';

/** One subgraph's revocations, followed for as long as the gateway runs. */
export interface RevocationFeed {
  /** Resolves once everything that can still matter has been told. */
  readonly caughtUp: Promise<void>;
  /** Epoch milliseconds up to which everything has been told, to within seconds; null before it has once. */
  currentTo(): number | null;
  stop(): void;
}

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
  let current: number | null = null;
  let caughtUp: () => void = () => undefined;
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });

  let search = `?since=${now() - TOKENS_LIVE_MS}`;
  let askedAt = 0;
  const stop = followPages<RevocationPage>({
    endpoint,
    path: REVOCATIONS_PATH,
    name: 'revocations',
    logger,
    nextSearch() {
      askedAt = now();
      return search;
    },
    take({ entries, position, more }) {
      if (entries.length > 0) onEntries(entries);
      search = `?after=${encodeURIComponent(position)}&wait=${WAIT_MS}`;
      if (more) return;
      current = askedAt;
      caughtUp();
    },
  });

  return { caughtUp: whenCaughtUp, currentTo: () => current, stop };
}
