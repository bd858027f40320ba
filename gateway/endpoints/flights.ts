/** One read under way, and how many wait for it. */
interface Flight {
  readonly landed: Promise<string>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Identical reads that are under way at the same time are made once. Everyone is given the text, never a
 * parsed object, so that what one does with its answer is not seen by another.
 */
export interface Flights {
  /**
   * @param key equal only for reads that anyone who may make the one may make the other
   * @param signal that of the asker alone: the read is given up when nobody waits any more
   * @param read makes the read when none like it is under way
   */
  join(key: string, signal: AbortSignal | undefined, read: (signal: AbortSignal) => Promise<string>): Promise<string>;
  /** Lets nobody join what is under way now: something has been written since it began. */
  forget(): void;
}

export function createFlights(): Flights {
  let flights = new Map<string, Flight>();

  const begin = (key: string, read: (signal: AbortSignal) => Promise<string>): Flight => {
    const controller = new AbortController();
    const into = flights;
    const landed = read(controller.signal).finally(() => {
      if (into.get(key) === flight) into.delete(key);
    });
    const flight: Flight = { landed, controller, waiting: 0 };
    into.set(key, flight);
    // Everyone who waits is told; that nobody may be waiting is no fault.
    landed.catch(() => undefined);
    return flight;
  };

  return {
    join(key, signal, read) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const known = flights.get(key);
      const flight = known && !known.controller.signal.aborted ? known : begin(key, read);
      flight.waiting += 1;
      if (!signal) return flight.landed;
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          flight.waiting -= 1;
          if (flight.waiting === 0) flight.controller.abort(signal.reason);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', leave, { once: true });
        flight.landed.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
      });
    },
    forget() {
      flights = new Map();
    },
  };
}
