import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';

/** So often something is sent, that proxies do not take the connection for dead. */
const HEARTBEAT_MS = 12_000;
/** Who has read nothing for this long is gone; she resumes after the last event she had. */
const PATIENCE_MS = 30_000;
const RECONNECT_MS = 1_000;

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
  // The connection is over with the stream, so that a server that stops does not wait for it.
  connection: 'close',
} as const;

/** Results as server-sent events, written as fast as the client reads them and no faster. */
export interface EventWriter {
  /** Resolves when there is room for the next one, or nobody left to write to. */
  next(result: ExecutionResult): Promise<void>;
  complete(): void;
  /** Ends without the word that it is complete, upon which clients connect again. */
  breakOff(): void;
}

function cursorOf({ extensions }: ExecutionResult): string {
  const cursor = extensions?.['cursor'];
  return typeof cursor === 'string' ? `id: ${cursor}\n` : '';
}

/** The form of GraphQL over SSE in its distinct connections mode; `id` is the cursor to resume after. */
export function createEventWriter(response: ServerResponse): EventWriter {
  /** Ends the waiting for room; null while there is some. */
  let full: AbortController | null = null;
  const heartbeat = setInterval(() => {
    if (!full) response.write(':\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();
  response.once('close', () => {
    clearInterval(heartbeat);
    full?.abort();
  });

  const waitForRoom = async (): Promise<void> => {
    full = new AbortController();
    const tooLong = setTimeout(() => response.destroy(), PATIENCE_MS);
    // What it rejects with is that nobody is left to write to.
    await once(response, 'drain', { signal: full.signal }).catch(() => undefined);
    clearTimeout(tooLong);
    full = null;
  };

  response.write(`retry: ${RECONNECT_MS}\n\n`);
  return {
    async next(result) {
      if (response.destroyed || response.writableEnded) return;
      const hasRoom = response.write(`${cursorOf(result)}event: next\ndata: ${JSON.stringify(result)}\n\n`);
      if (!hasRoom) await waitForRoom();
    },
    complete() {
      if (!response.writableEnded) response.end('event: complete\ndata:\n\n');
    },
    breakOff() {
      if (!response.writableEnded) response.end(': restarting; resume after your last event\n\n');
    },
  };
}
