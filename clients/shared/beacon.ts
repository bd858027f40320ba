/** What a client tells the platform of how it fares: what broke, and what took how long. */
export type BeaconEvent =
  | { readonly type: 'error'; readonly name: string; readonly message: string; readonly stack: string }
  | { readonly type: 'timing'; readonly name: string; readonly milliseconds: number };

export interface Beacon {
  add(event: BeaconEvent): void;
  /** Sends what has come together; to be called also when the page goes away. */
  flush(): void;
}

/** What the platform takes at once. */
const MOST_EVENTS = 50;
const MOST_BYTES = 16_000;
/** What is kept while the platform cannot be reached; the rest is not told. */
const MOST_KEPT = 200;
const AFTER_MS = 5_000;

const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/** As many of the first ones as the platform takes at once. */
function batchOf(events: readonly BeaconEvent[]): { readonly body: string; readonly count: number } {
  for (let count = Math.min(events.length, MOST_EVENTS); count > 1; count = Math.ceil(count / 2)) {
    const body = JSON.stringify({ events: events.slice(0, count) });
    if (bytesIn(body) <= MOST_BYTES) return { body, count };
  }
  return { body: JSON.stringify({ events: events.slice(0, 1) }), count: 1 };
}

/**
 * Collects events and sends them in batches, a few seconds after the first of them.
 * @param send hands a batch over and does not wait; false when it could not
 * @param later calls back after so many milliseconds; `setTimeout` unless said
 */
export function createBeacon(
  send: (body: string) => boolean,
  later: (work: () => void, milliseconds: number) => void = (work, milliseconds) => void setTimeout(work, milliseconds),
): Beacon {
  let events: readonly BeaconEvent[] = [];
  let waits = false;

  const flush = (): void => {
    while (events.length > 0) {
      const { body, count } = batchOf(events);
      if (!send(body)) return;
      events = events.slice(count);
    }
  };
  return {
    add(event) {
      if (events.length >= MOST_KEPT) return;
      events = [...events, event];
      if (waits) return;
      waits = true;
      later(() => {
        waits = false;
        flush();
      }, AFTER_MS);
    },
    flush,
  };
}
