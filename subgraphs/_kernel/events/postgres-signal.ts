import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Logger } from '../request/request-context.js';
import { isSignalTopic, SignalFanOut, type EventSignal } from './event-signal.js';

const CHANNEL = 'spine_events';
const RECONNECT_MS = 1_000;

/**
 * Signals by LISTEN/NOTIFY. Listening needs a connection of its own, straight to PostgreSQL: a pooler in
 * transaction mode does not pass notifications on; use Redis behind one.
 */
export async function createPostgresSignal(
  pool: pg.Pool,
  connection: pg.ClientConfig,
  logger: Logger,
): Promise<EventSignal> {
  const fanOut = new SignalFanOut();
  /** Names this process: its own readers are woken without the way through PostgreSQL, and only once. */
  const self = randomUUID();
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const reconnectLater = (): void => {
    client = undefined;
    if (closed) return;
    retry = setTimeout(() => {
      connect().catch((error: unknown) => {
        logger.warn({ err: error }, 'cannot listen for events; will try again');
        reconnectLater();
      });
    }, RECONNECT_MS);
    retry.unref();
  };

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ ...connection, application_name: 'spine-listen' });
    next.on('error', () => {
      if (client === next) reconnectLater();
    });
    next.on('notification', ({ payload = '' }) => {
      const [topic, from] = payload.split(' ');
      if (from !== self && isSignalTopic(topic)) fanOut.wake(topic);
    });
    await next.connect();
    await next.query(`LISTEN ${CHANNEL}`);
    if (closed) return void (await next.end());
    client = next;
    // Whatever was announced while nobody listened is found now.
    fanOut.wakeAll();
  };
  await connect();

  return {
    notify: (topic) =>
      fanOut.coalesce(topic, () => {
        if (closed) return;
        pool.query('SELECT pg_notify($1, $2)', [CHANNEL, `${topic} ${self}`]).catch((error: unknown) => {
          if (!closed) logger.warn({ err: error }, 'cannot announce new events; readers will find them');
        });
      }),
    onSignal: (topic, listener) => fanOut.onSignal(topic, listener),
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
