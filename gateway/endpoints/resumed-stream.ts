import type { ExecutionResult } from 'graphql';
import { createBoundedQueue } from './bounded-queue.js';

/** What a source tells the one who opened it. */
export interface Sink {
  next(event: ExecutionResult): void;
  /** @param error why it broke; undefined when it has come to its end */
  end(error?: unknown): void;
}

/** Opens the source, from now on or behind a cursor. @returns closes it */
export type OpenSource = (sink: Sink, after: string | undefined) => () => void;

interface Opened {
  readonly events: AsyncGenerator<ExecutionResult, void, void>;
  readonly overflowed: boolean;
  readonly close: () => void;
}

/** A client that cannot keep up is told so, rather than given some events and not others. */
class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';
  readonly extensions = { code: 'LAGGED' };

  constructor() {
    super('Events arrive faster than they are read; subscribe again');
  }
}

const cursorOf = ({ extensions }: ExecutionResult): string | undefined => {
  const cursor = extensions?.['cursor'];
  return typeof cursor === 'string' ? cursor : undefined;
};

/**
 * Events of a source that does not wait for its reader, as a stream that does. When more wait than `limit`, the
 * source is closed; once what waits has been read it is opened again behind the last of it. So a slow reader costs
 * a bounded amount of memory and misses nothing. Where events carry no cursor the stream breaks instead.
 */
export function createResumedStream(
  open: OpenSource,
  limit: number,
  from?: string,
): AsyncGenerator<ExecutionResult, void, void> {
  let last = from;
  let hasLeft = false;

  const start = (): Opened => {
    let close = (): void => undefined;
    const queue = createBoundedQueue<ExecutionResult>(limit, () => undefined);
    const opened = { events: queue.stream, overflowed: false, close: () => close() };
    close = open(
      {
        next: (event) => {
          if (opened.overflowed || queue.push(event)) return;
          opened.overflowed = true;
          queue.end();
          // Not from within: the source may be telling this while it is being opened.
          queueMicrotask(() => close());
        },
        end: (error) => queue.end(error),
      },
      last,
    );
    return opened;
  };

  let opened = start();

  const leave = async (): Promise<void> => {
    if (hasLeft) return;
    hasLeft = true;
    opened.close();
    await opened.events.return();
  };

  const next = async (): Promise<IteratorResult<ExecutionResult, void>> => {
    for (;;) {
      const result = await opened.events.next();
      if (!result.done) {
        last = cursorOf(result.value) ?? last;
        return result;
      }
      if (hasLeft || !opened.overflowed) return result;
      if (last === undefined) {
        hasLeft = true;
        throw new SlowReaderError();
      }
      opened.close();
      opened = start();
    }
  };

  return {
    next,
    return: async () => {
      await leave();
      return { done: true, value: undefined };
    },
    throw: async (error) => {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: leave,
  };
}
