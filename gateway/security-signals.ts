import {
  SECURITY_SIGNALS_PATH,
  type SecuritySignalReport,
  type SecuritySignalType,
} from '../subgraphs/_kernel/wire/security-signals.js';
import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from './logger.js';
import { gatewayEnvelope } from './request.js';

/** Tells ops what only the gateway sees. Reporting never delays or fails the request that gave rise to it. */
export interface SecuritySignals {
  report(type: SecuritySignalType, tenantId: string): void;
}

export interface PostedSecuritySignals extends SecuritySignals {
  /** Resolves when what is queued has been sent or given up. */
  drained(): Promise<void>;
}

/** A flood of bad tokens must not become a flood in memory: beyond this, signals are counted and dropped. */
const QUEUE_LIMIT = 1_000;

export function createPostedSecuritySignals(
  ops: SubgraphEndpoint,
  logger: GatewayLogger,
  now: () => number,
): PostedSecuritySignals {
  const queue: SecuritySignalReport[] = [];
  let dropped = 0;
  let sending: Promise<void> | null = null;

  const post = async (signal: SecuritySignalReport): Promise<void> => {
    const request = {
      method: 'POST',
      path: SECURITY_SIGNALS_PATH,
      search: '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(signal)),
    };
    const response = await ops.forward(request, gatewayEnvelope('security-signal'));
    if (!response || response.status >= 300) throw new Error(`ops answered ${response?.status ?? 'no route'}`);
  };

  const sendAll = async (): Promise<void> => {
    for (let signal = queue.shift(); signal; signal = queue.shift()) {
      try {
        await post(signal);
      } catch (error) {
        logger.warn({ err: error, signal: signal.type, dropped }, 'security signal not delivered');
      }
    }
    sending = null;
  };

  return {
    report(type, tenantId) {
      if (queue.length >= QUEUE_LIMIT) {
        dropped += 1;
        return;
      }
      queue.push({ type, tenantId, at: new Date(now()).toISOString() });
      // Starts in a turn of its own: in process, the hand-over would otherwise run inside the request.
      sending ??= Promise.resolve().then(sendAll);
    },
    drained: () => sending ?? Promise.resolve(),
  };
}
