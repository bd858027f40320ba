import type { Beacon } from './beacon.js';

/** Tells the platform what broke in a client. */
export interface ErrorTracker {
  /** @param thrown whatever was thrown */
  capture(thrown: unknown): void;
}

const LONGEST_MESSAGE = 1_000;
const LONGEST_STACK = 3_000;
/** One thing that breaks at every move says nothing new after so often. */
const MOST_OF_A_KIND = 20;

/** Addresses and long words by chance, such as tokens, are nobody's business. */
export const withoutSecrets = (text: string): string =>
  text.replaceAll(/[^\s<>"'()]+@[^\s<>"'()]+/g, '<address>').replaceAll(/\b[\w-]{40,}\b(?:\.[\w-]+)*/g, '<secret>');

export function createErrorTracker(beacon: Beacon): ErrorTracker {
  const told = new Map<string, number>();
  return {
    capture(thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const kind = `${error.name}\n${error.message}`;
      const times = (told.get(kind) ?? 0) + 1;
      told.set(kind, times);
      if (times > MOST_OF_A_KIND) return;
      beacon.add({
        type: 'error',
        name: error.name.slice(0, 100),
        message: withoutSecrets(error.message).slice(0, LONGEST_MESSAGE),
        stack: withoutSecrets(error.stack ?? '').slice(0, LONGEST_STACK),
      });
    },
  };
}
