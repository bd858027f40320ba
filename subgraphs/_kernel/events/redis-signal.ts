import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from '../request/request-context.js';
import { isSignalTopic, SignalFanOut, type EventSignal, type SignalTopic } from './event-signal.js';

const STREAM = 'spine:events';
/** A signal says what it is of and by whom it was sent, so a short stream is enough. */
const STREAM_LENGTH = 1_000;
const BLOCK_MS = 5_000;
const PAUSE_AFTER_ERROR_MS = 500;

/**
 * Signals by a Redis stream. The events themselves stay in PostgreSQL, so a Redis that is killed without
 * having saved anything loses none of them.
 */
export function createRedisSignal(url: string, logger: Logger): EventSignal {
  const fanOut = new SignalFanOut();
  /** Names this process: its own readers are woken without the way through Redis, and only once. */
  const self = randomUUID();
  const options = { lazyConnect: false, maxRetriesPerRequest: 1, enableOfflineQueue: true };
  const writer = new Redis(url, options);
  const reader = new Redis(url, { ...options, maxRetriesPerRequest: null });
  for (const connection of [writer, reader]) {
    connection.on('error', (error: Error) => logger.warn({ err: error }, 'event signal: Redis error'));
  }
  let closed = false;

  /** From the newest entry on, by its id: `$` would leave out what comes between two reads. */
  const newestId = async (): Promise<string> => {
    const [newest] = await reader.xrevrange(STREAM, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  };

  const wakeFor = (entries: readonly [id: string, fields: string[]][]): void => {
    const topics = new Set<SignalTopic>();
    for (const [, [topic, from]] of entries) if (from !== self && isSignalTopic(topic)) topics.add(topic);
    for (const topic of topics) fanOut.wake(topic);
  };

  const read = async (): Promise<void> => {
    let lastId: string | undefined;
    while (!closed) {
      try {
        lastId ??= await newestId();
        const answer = await reader.xread('COUNT', 100, 'BLOCK', BLOCK_MS, 'STREAMS', STREAM, lastId);
        const entries = answer?.[0]?.[1];
        lastId = entries?.at(-1)?.[0] ?? lastId;
        if (entries && !closed) wakeFor(entries);
      } catch (error) {
        if (closed) return;
        logger.warn({ err: error }, 'event signal: cannot read the stream; will try again');
        await delay(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
      }
    }
  };
  void read();

  return {
    notify: (topic) =>
      fanOut.coalesce(topic, () => {
        if (closed) return;
        writer.xadd(STREAM, 'MAXLEN', '~', STREAM_LENGTH, '*', topic, self).catch((error: unknown) => {
          if (!closed) logger.warn({ err: error }, 'cannot announce new events; readers will find them');
        });
      }),
    onSignal: (topic, listener) => fanOut.onSignal(topic, listener),
    async close() {
      closed = true;
      writer.disconnect();
      // The read under way is not waited for: of a connection that is away just now it would never end.
      reader.disconnect();
    },
  };
}
