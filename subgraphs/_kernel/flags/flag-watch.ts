import type pg from 'pg';
import type { EventSignal } from '../events/event-signal.js';
import type { Logger } from '../request/request-context.js';
import { createFlagSet, type Flags } from './evaluation/flag-set.js';
import { readFlagsVersion, readKeptFlags } from './flag.store.js';

/** How long after a lost signal a change is found at the latest. */
const LOOK_EVERY_MS = 1_000;
/** Signals come with every event of the platform; so often at most do they make one look. */
const BREATH_MS = 20;

export interface FlagWatch extends Flags {
  /** Resolves once what is kept has been read for the first time. */
  readonly ready: Promise<void>;
  /** Looks now, for who has just changed a flag and asks for it next. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps the process's flags as they are in the database: whatever changes them gives a signal. */
export function createFlagWatch(pool: pg.Pool, signal: EventSignal, logger: Logger): FlagWatch {
  const set = createFlagSet();
  let seen: string | null = null;
  let closed = false;
  let looking: Promise<void> | null = null;
  let wanted = false;
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });

  const look = async (): Promise<void> => {
    try {
      // Asked first: should something change in between, the next look finds another number.
      const version = await readFlagsVersion(pool);
      if (version !== seen) {
        set.replace(await readKeptFlags(pool));
        seen = version;
      }
      isReady();
    } catch (error) {
      if (!closed) logger.warn({ err: error }, 'cannot read the flags; will try again');
    }
  };

  const lookSoon = (): Promise<void> => {
    wanted = true;
    looking ??= (async () => {
      while (wanted && !closed) {
        wanted = false;
        await look();
        if (wanted) await new Promise((resolve) => setTimeout(resolve, BREATH_MS).unref());
      }
      looking = null;
    })();
    return looking;
  };

  const stopListening = signal.onSignal('events', () => void lookSoon());
  const timer = setInterval(() => void lookSoon(), LOOK_EVERY_MS);
  timer.unref();
  void lookSoon();

  return {
    evaluate: (key, context) => set.evaluate(key, context),
    isOn: (key, context) => set.isOn(key, context),
    textOf: (key, context) => set.textOf(key, context),
    all: () => set.all(),
    kept: () => set.kept(),
    onChange: (listener) => set.onChange(listener),
    get version() {
      return set.version;
    },
    ready,
    refresh: lookSoon,
    async close() {
      closed = true;
      clearInterval(timer);
      stopListening();
      await looking;
      isReady();
    },
  };
}
