import { setTimeout as delay } from 'node:timers/promises';
import type { FlagDefinition } from '../../subgraphs/_kernel/flags/evaluation/flag.js';
import { createFlagSet, type Flags } from '../../subgraphs/_kernel/flags/evaluation/flag-set.js';
import { FLAG_FEED_PATH, type FlagPage } from '../../subgraphs/_kernel/wire/flag-feed.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { followPages, WAIT_MS } from '../endpoints/followed-pages.js';
import type { GatewayLogger } from '../logger.js';

/** The platform's flags, kept in this process's memory for as long as the gateway runs. */
export interface FlagFeed {
  readonly flags: Flags;
  /** Resolves once they have been told for the first time, and after `timeoutMs` in any case. */
  caughtUp(timeoutMs: number): Promise<void>;
  stop(): void;
}

/** Asks ops again and again, each time for other flags than the known ones. While ops is away, those hold. */
export function followFlags(ops: SubgraphEndpoint, logger: GatewayLogger): FlagFeed {
  const flags = createFlagSet();
  let caughtUp: () => void = () => undefined;
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });

  let search = '';
  const stop = followPages<FlagPage>({
    endpoint: ops,
    path: FLAG_FEED_PATH,
    name: 'flags',
    logger,
    nextSearch: () => search,
    take(page) {
      if (page.flags) flags.replace(page.flags as readonly FlagDefinition[]);
      search = `?known=${encodeURIComponent(page.version)}&wait=${WAIT_MS}`;
      caughtUp();
    },
  });

  return {
    flags,
    async caughtUp(timeoutMs) {
      await Promise.race([whenCaughtUp, delay(timeoutMs, undefined, { ref: false })]);
    },
    stop,
  };
}
