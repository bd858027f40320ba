import { LaggedError } from '../errors/domain-error.js';
import type { Logger } from '../request/request-context.js';
import { comparePositions, encodePosition, LOG_START, type Position, type StoredEvent } from './event.js';
import type { EventLog } from './event-log.js';
import type { LogWatch } from './log-watch.js';

/** How many recent events one process keeps for its subscribers; who is further behind reads the log. */
const RECENT_KEPT = 5_000;
const READ_SIZE = 500;

export interface StreamRequest {
  readonly tenantId?: string | undefined;
  readonly types: readonly string[];
  /** Resume behind this position; from now on when left out. */
  readonly after?: Position | undefined;
}

interface Subscription {
  readonly concerns: (event: StoredEvent) => boolean;
  /** While it waits: everything up to here was sent, or does not concern whoever follows. */
  seen: Position;
  ended: boolean;
  wake: (() => void) | undefined;
}

export interface EventTail {
  /**
   * Live events in order, each once, without a gap between what is read back and what is live.
   * The stream throws a `LaggedError` when events it would have to read back are no longer kept.
   */
  stream(request: StreamRequest): AsyncGenerator<StoredEvent, void, void>;
  close(): Promise<void>;
}

/**
 * Follows the log once for all subscribers of a process. A subscriber is a position, not a queue: however
 * slow it is, it holds no memory, and it finds what it has missed in the log.
 */
export function createEventTail(log: EventLog, watch: LogWatch, logger: Logger): EventTail {
  let recent: StoredEvent[] = [];
  /** Everything behind this position, and nothing else that can be read, is in `recent`. */
  let floor: Position = LOG_START;
  let position: Position = LOG_START;
  let started: Promise<void> | undefined;
  let closed = false;
  let looking = false;
  let lookAgain = false;
  const waiting = new Set<Subscription>();

  const wake = (subscription: Subscription): void => {
    waiting.delete(subscription);
    subscription.wake?.();
  };

  /** Whom none of them concerns sleeps on, and has seen them. */
  const wakeConcerned = (events: readonly StoredEvent[]): void => {
    for (const subscription of [...waiting]) {
      if (events.some(subscription.concerns)) wake(subscription);
      else if (comparePositions(subscription.seen, position) < 0) subscription.seen = position;
    }
  };

  const look = async (): Promise<void> => {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    try {
      do {
        lookAgain = false;
        const events = await log.read({ after: position, limit: READ_SIZE });
        const last = events.at(-1);
        if (!last) continue;
        recent.push(...events);
        position = last.position;
        if (recent.length > RECENT_KEPT) {
          const dropped = recent[recent.length - RECENT_KEPT - 1];
          recent = recent.slice(-RECENT_KEPT);
          if (dropped) floor = dropped.position;
        }
        wakeConcerned(events);
        lookAgain ||= events.length === READ_SIZE;
        // A loop that may be asked to go on while it reads; closing ends it.
      } while (lookAgain && !closed);
    } catch (error) {
      if (!closed) logger.warn({ err: error }, 'cannot read the event log; will try again');
    } finally {
      looking = false;
    }
  };

  let stopListening: (() => void) | undefined;
  const start = async (): Promise<void> => {
    position = await log.head();
    floor = position;
    stopListening = watch.onAdvance(() => void look());
  };

  const firstAfter = (from: Position): number => {
    let low = 0;
    let high = recent.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = recent[middle];
      if (event && comparePositions(event.position, from) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** To be asked after reading behind `from`: what was removed later than that was still read. */
  const refuseGapBehind = async (from: Position): Promise<void> => {
    const removed = await log.floor();
    if (comparePositions(from, removed) < 0) throw new LaggedError(encodePosition(removed));
  };

  async function* follow(
    { tenantId, types, after }: StreamRequest,
    subscription: Subscription,
  ): AsyncGenerator<StoredEvent, void, void> {
    await (started ??= start());
    let seen = after ?? position;
    while (!closed && !subscription.ended) {
      if (comparePositions(seen, floor) < 0) {
        const reached = position;
        const events = await log.read({ after: seen, limit: READ_SIZE, tenantId, types });
        await refuseGapBehind(seen);
        for (const event of events) {
          yield event;
          seen = event.position;
        }
        // A short page means that nothing of ours was left up to where the tail stood when we asked.
        if (events.length < READ_SIZE && comparePositions(seen, reached) < 0) seen = reached;
        continue;
      }
      const upTo = position;
      const fresh = recent.slice(firstAfter(seen));
      for (const event of fresh) {
        if (comparePositions(event.position, upTo) > 0) break;
        seen = event.position;
        if (subscription.concerns(event)) yield event;
      }
      if (comparePositions(position, seen) > 0) continue;
      subscription.seen = seen;
      await new Promise<void>((resolve) => {
        subscription.wake = resolve;
        waiting.add(subscription);
      });
      ({ seen } = subscription);
    }
  }

  /** A generator answers `return()` only at a `yield`; one that waits for events must be woken to end. */
  function stream(request: StreamRequest): AsyncGenerator<StoredEvent, void, void> {
    const { tenantId } = request;
    const wanted = new Set(request.types);
    const concerns = ({ type, headers }: StoredEvent): boolean =>
      wanted.has(type) && (tenantId === undefined || headers.tenant.id === tenantId);
    const subscription: Subscription = { concerns, seen: LOG_START, ended: false, wake: undefined };
    const events = follow(request, subscription);
    const end = events.return.bind(events);
    events.return = (value) => {
      subscription.ended = true;
      wake(subscription);
      return end(value);
    };
    return events;
  }

  return {
    stream,
    async close() {
      closed = true;
      stopListening?.();
      for (const subscription of [...waiting]) wake(subscription);
      await started?.catch(() => undefined);
    },
  };
}
