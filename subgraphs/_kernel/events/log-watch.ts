import type { Logger } from '../request/request-context.js';
import { comparePositions, LOG_START, type Position } from './event.js';
import type { EventLog } from './event-log.js';
import type { EventSignal } from './event-signal.js';

/** How long after a lost signal something new is found at the latest. */
const LOOK_EVERY_MS = 1_000;
/** Until the next look while an older transaction holds something back; longer each time, up to LOOK_EVERY_MS. */
const SHORTEST_PAUSE_MS = 10;

/** The end of the log as one process knows it: looked for once, for all that follow the log there. */
export interface LogWatch {
  /** The newest position that could be read at the last look. The start of the log before the first one. */
  readonly head: Position;
  /** Is told each time that `head` has moved on. @returns ends the subscription */
  onAdvance(listener: () => void): () => void;
  close(): Promise<void>;
}

export function createLogWatch(log: EventLog, signal: EventSignal, logger: Logger): LogWatch {
  const listeners = new Set<() => void>();
  let head: Position = LOG_START;
  let closed = false;
  let wanted = false;
  let looking: Promise<void> | null = null;
  let pause = SHORTEST_PAUSE_MS;
  let again: NodeJS.Timeout | undefined;

  /** @returns whether there is something that cannot be read yet */
  const look = async (): Promise<boolean> => {
    try {
      const end = await log.end();
      if (comparePositions(end.head, head) > 0) {
        ({ head } = end);
        for (const listener of listeners) listener();
      }
      return end.heldBack;
    } catch (error) {
      if (!closed) logger.warn({ err: error }, 'cannot read the event log; will try again');
      return false;
    }
  };

  const lookNow = (): void => {
    wanted = true;
    clearTimeout(again);
    looking ??= (async () => {
      let heldBack = false;
      while (wanted && !closed) {
        wanted = false;
        heldBack = await look();
      }
      looking = null;
      if (!heldBack || closed) return;
      again = setTimeout(lookNow, pause).unref();
      pause = Math.min(pause * 2, LOOK_EVERY_MS);
    })();
  };

  const stopListening = signal.onSignal('events', () => {
    pause = SHORTEST_PAUSE_MS;
    lookNow();
  });
  const timer = setInterval(lookNow, LOOK_EVERY_MS).unref();
  lookNow();

  return {
    get head() {
      return head;
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(again);
      stopListening();
      await looking;
    },
  };
}
