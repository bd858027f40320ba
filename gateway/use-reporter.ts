import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from './logger.js';
import { gatewayEnvelope } from './request.js';

/** Counts uses by key and tells a subgraph of them every few seconds, so that no request waits for the count. */
export interface UseReporter {
  /** @param at epoch milliseconds */
  add(key: string, at: number): void;
  /** Sends what has not been reported yet, and reports no more. */
  stop(): Promise<void>;
}

const REPORT_EVERY_MS = 5_000;
/** Keys in one report; beyond this, uses are not counted. */
const LONGEST_REPORT = 5_000;

interface Pending {
  uses: number;
  lastUsedAt: number;
}

/** @param parts.useOf one entry of the report; the last argument is an ISO 8601 instant */
export function createUseReporter(parts: {
  readonly endpoint: SubgraphEndpoint;
  readonly path: string;
  readonly logger: GatewayLogger;
  readonly useOf: (key: string, uses: number, lastUsedAt: string) => unknown;
}): UseReporter {
  const { endpoint, path, logger, useOf } = parts;
  const pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> = Promise.resolve();

  const post = async (uses: readonly unknown[]): Promise<void> => {
    const body = Buffer.from(JSON.stringify(uses));
    const request = { method: 'POST', path, search: '', headers: { 'content-type': 'application/json' }, body };
    const response = await endpoint.forward(request, gatewayEnvelope('uses'));
    if (!response || response.status >= 300) throw new Error(`The subgraph answered ${response?.status ?? 'no route'}`);
  };

  const report = async (): Promise<void> => {
    if (pending.size === 0) return;
    const entries = [...pending];
    pending.clear();
    try {
      await post(entries.map(([key, { uses, lastUsedAt }]) => useOf(key, uses, new Date(lastUsedAt).toISOString())));
    } catch (error) {
      logger.warn({ err: error, path, entries: entries.length }, 'uses not reported; will try again');
      for (const [key, { uses, lastUsedAt }] of entries) remember(key, uses, lastUsedAt);
    }
  };

  const reportSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      sending = report();
    }, REPORT_EVERY_MS).unref();
  };

  const remember = (key: string, uses: number, at: number): void => {
    const known = pending.get(key);
    if (known) {
      known.uses += uses;
      known.lastUsedAt = Math.max(known.lastUsedAt, at);
    } else if (pending.size < LONGEST_REPORT) pending.set(key, { uses, lastUsedAt: at });
    reportSoon();
  };

  return {
    add: (key, at) => remember(key, 1, at),
    async stop() {
      await sending;
      await report();
      if (timer) clearTimeout(timer);
    },
  };
}
