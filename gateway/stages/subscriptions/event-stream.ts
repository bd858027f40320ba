import type { ExecutionResult } from 'graphql';
import type { EventStream } from '../../pipeline.js';

/** What becomes of an event: something to send, and whether the stream ends with it. */
export interface Handled {
  readonly result: ExecutionResult;
  readonly last: boolean;
}

export interface EventStreamParts {
  readonly source: AsyncIterator<ExecutionResult, void, void>;
  readonly handle: (event: ExecutionResult) => Promise<Handled>;
  /** Ends the stream from outside, as when a token expires. */
  readonly signal: AbortSignal;
  /** What is sent last when the signal ends the stream; null to end without a word. */
  readonly farewell: () => ExecutionResult | null;
  /** What is sent last when the source breaks. */
  readonly broken: (error: unknown) => ExecutionResult;
  /** Called once, whichever side ends the stream. */
  readonly onFinish: () => void;
}

const ENDED = Symbol('ended from outside');

/**
 * Hands events on one at a time, as fast as they are asked for: a slow reader slows the source, nothing is
 * queued here. It is no async generator function because the `return` of one waits for the event it is
 * waiting for, which may never come.
 */
export function createEventStream(parts: EventStreamParts): EventStream {
  const { source, handle, signal } = parts;
  let finished = false;

  /** Ends the waiting for what is under way. */
  let cut: () => void = () => undefined;
  signal.addEventListener('abort', () => cut(), { once: true });

  /**
   * Waits for something, but no longer than the stream lasts. A race against one promise of the stream's end would
   * leave something behind in that promise with every event, for as long as the stream is followed.
   */
  const unlessEnded = <Value>(waited: Promise<Value>): Promise<Value | typeof ENDED> =>
    new Promise((resolve, reject) => {
      cut = () => resolve(ENDED);
      if (signal.aborted) cut();
      waited.then(resolve, reject);
    });

  const finish = (): void => {
    if (finished) return;
    finished = true;
    parts.onFinish();
    // Not awaited: a source that is waiting for its next event must not hold up who leaves.
    void Promise.resolve(source.return?.()).catch(() => undefined);
  };

  const done: IteratorResult<ExecutionResult, void> = { done: true, value: undefined };

  const finishWith = (result: ExecutionResult | null): IteratorResult<ExecutionResult, void> => {
    finish();
    return result ? { done: false, value: result } : done;
  };

  const next = async (): Promise<IteratorResult<ExecutionResult, void>> => {
    if (finished) return done;
    try {
      const event = await unlessEnded(source.next());
      if (finished) return done;
      if (event === ENDED) return finishWith(parts.farewell());
      if (event.done) return finishWith(null);
      const handled = await unlessEnded(handle(event.value));
      if (handled === ENDED) return finishWith(parts.farewell());
      if (handled.last) return finishWith(handled.result);
      return { done: false, value: handled.result };
    } catch (error) {
      return finished ? done : finishWith(parts.broken(error));
    }
  };

  return {
    next,
    return: async () => {
      finish();
      return done;
    },
    throw: async (error) => {
      finish();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => finish(),
  };
}
