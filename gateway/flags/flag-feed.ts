import { setTimeout as delay } from 'node:timers/promises';
import type { FlagDefinition } from '../../subgraphs/_kernel/flags/evaluation/flag.js';
import { createFlagSet, type Flags } from '../../subgraphs/_kernel/flags/evaluation/flag-set.js';
import { FLAG_FEED_PATH, type FlagPage } from '../../subgraphs/_kernel/wire/flag-feed.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../logger.js';
import { gatewayEnvelope } from '../request.js';

/** The platform's flags, kept in this process's memory for as long as the gateway runs. */
export interface FlagFeed {
  readonly flags: Flags;
  /** Resolves once they have been told for the first time, and after `timeoutMs` in any case. */
  caughtUp(timeoutMs: number): Promise<void>;
  stop(): void;
}

/** A question waits so long for something to happen; as short, so that stopping is not held up by one. */
const WAIT_MS = 2_000;
/** An answer that takes this long is not coming. */
const PATIENCE_MS = WAIT_MS + 2_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** Asks ops again and again, each time for other flags than the known ones. While ops is away, those hold. */
export function followFlags(ops: SubgraphEndpoint, logger: GatewayLogger): FlagFeed {
  const flags = createFlagSet();
  const stopped = new AbortController();
  let caughtUp: () => void = () => undefined;
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });

  const ask = async (search: string): Promise<FlagPage> => {
    const request = { method: 'GET', path: FLAG_FEED_PATH, search, headers: {}, body: new Uint8Array() };
    const tooLate = delay(PATIENCE_MS, null, { ref: false, signal: stopped.signal });
    const response = await Promise.race([ops.forward(request, gatewayEnvelope('flags')), tooLate]);
    if (response?.status !== 200) throw new Error(`${ops.name} answered ${response?.status ?? 'nothing'}`);
    return JSON.parse(response.body) as FlagPage;
  };

  const follow = async (): Promise<void> => {
    let search = '';
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopped.signal.aborted) {
      try {
        const page = await ask(search);
        if (page.flags) flags.replace(page.flags as readonly FlagDefinition[]);
        search = `?known=${encodeURIComponent(page.version)}&wait=${WAIT_MS}`;
        pauseMs = FIRST_PAUSE_MS;
        caughtUp();
      } catch (error) {
        if (stopped.signal.aborted) return;
        // Said once for each time it is away, not once for each try.
        if (pauseMs === FIRST_PAUSE_MS) logger.warn({ err: error, subgraph: ops.name }, 'flags cannot be followed');
        await delay(pauseMs, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  void follow();

  return {
    flags,
    async caughtUp(timeoutMs) {
      await Promise.race([whenCaughtUp, delay(timeoutMs, undefined, { ref: false })]);
    },
    stop: () => stopped.abort(),
  };
}
