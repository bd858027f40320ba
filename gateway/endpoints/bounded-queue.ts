/** A queue that is filled by one side and read by the other as a stream; it holds no more than its limit. */
export interface BoundedQueue<T> {
  /** False when the queue is full or has ended: the value was not taken. */
  push(value: T): boolean;
  /** Ends the stream once what is queued has been read. */
  end(error?: unknown): void;
  readonly stream: AsyncGenerator<T, void, void>;
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T, void>) => void;
  readonly reject: (error: unknown) => void;
}

/** @param onLeave called once when the reader leaves before the end */
export function createBoundedQueue<T>(limit: number, onLeave: () => void): BoundedQueue<T> {
  const values: T[] = [];
  const waiting: Waiting<T>[] = [];
  let ended: { readonly error?: unknown } | null = null;

  const settle = ({ resolve, reject }: Waiting<T>): void => {
    if (ended && 'error' in ended && ended.error !== undefined) {
      const { error } = ended;
      ended = {};
      reject(error);
    } else resolve({ done: true, value: undefined });
  };

  const end = (error?: unknown): void => {
    if (ended) return;
    ended = { error };
    for (const reader of waiting.splice(0)) settle(reader);
  };

  const leave = (): void => {
    values.length = 0;
    if (ended) return;
    end();
    onLeave();
  };

  return {
    push(value) {
      if (ended || values.length >= limit) return false;
      const reader = waiting.shift();
      if (reader) reader.resolve({ done: false, value });
      else values.push(value);
      return true;
    },
    end,
    stream: {
      next: () =>
        new Promise((resolve, reject) => {
          const value = values.shift();
          if (value !== undefined) resolve({ done: false, value });
          else if (ended) settle({ resolve, reject });
          else waiting.push({ resolve, reject });
        }),
      return: async () => {
        leave();
        return { done: true, value: undefined };
      },
      throw: async (error) => {
        leave();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: async () => leave(),
    },
  };
}
