import type { Clock } from '../request/clock.js';
import type { Logger } from '../request/request-context.js';
import type { PlatformDatabase } from '../tenancy/tenant-database.js';
import { failureOf, type Failure, type ReportedError } from './failure.js';

/** Counts what breaks and what is slow; nothing waits for it, and what it cannot write is written the next time. */
export interface Monitor {
  failed(source: string, error: ReportedError): void;
  /** What took less than a second is no matter. @param milliseconds how long it took */
  took(source: string, name: string, milliseconds: number): void;
  /** Writes down what has been counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_EVERY_MS = 2_000;
/** Different things that are counted between two flushes, and that are kept. */
const MOST_PENDING = 500;
const MOST_GROUPS = 5_000;
const NAME_LENGTH = 200;

interface Slow {
  readonly source: string;
  readonly name: string;
  count: number;
  total: number;
  longest: number;
}

export function createMonitor(parts: {
  readonly platform: PlatformDatabase;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds from which on something is slow; a second unless said. */
  readonly slowFrom?: number | undefined;
}): Monitor {
  const { platform, clock, logger, slowFrom = 1_000 } = parts;
  let failures = new Map<string, Failure & { readonly source: string; count: number }>();
  let slow = new Map<string, Slow>();
  let writing: Promise<void> = Promise.resolve();

  const write = async (errors: typeof failures, operations: typeof slow): Promise<void> => {
    const now = clock.now();
    for (const { fingerprint, source, name, message, place, count } of errors.values()) {
      await platform.db.$executeRaw`
        INSERT INTO kernel.error_group AS known (fingerprint, source, name, message, place, count, first_seen_at, last_seen_at)
        SELECT ${fingerprint}, ${source}, ${name}, ${message}, ${place}, ${count}::bigint, ${now}, ${now}
        WHERE (SELECT count(*) FROM kernel.error_group) < ${MOST_GROUPS} OR EXISTS (SELECT FROM kernel.error_group WHERE fingerprint = ${fingerprint})
        ON CONFLICT (fingerprint) DO UPDATE SET count = known.count + excluded.count, last_seen_at = excluded.last_seen_at`;
    }
    for (const { source, name, count, total, longest } of operations.values()) {
      await platform.db.$executeRaw`
        INSERT INTO kernel.slow_operation AS known (source, name, count, total_ms, longest_ms, last_seen_at)
        SELECT ${source}, ${name}, ${count}::bigint, ${total}::bigint, ${longest}::int, ${now}
        WHERE (SELECT count(*) FROM kernel.slow_operation) < ${MOST_GROUPS} OR EXISTS (SELECT FROM kernel.slow_operation WHERE source = ${source} AND name = ${name})
        ON CONFLICT (source, name) DO UPDATE SET count = known.count + excluded.count, total_ms = known.total_ms + excluded.total_ms,
          longest_ms = greatest(known.longest_ms, excluded.longest_ms), last_seen_at = excluded.last_seen_at`;
    }
  };

  const flush = (): Promise<void> => {
    if (failures.size + slow.size === 0) return writing;
    const [errors, operations] = [failures, slow];
    failures = new Map();
    slow = new Map();
    writing = writing
      .then(() => write(errors, operations))
      .catch((error: unknown) => logger.warn({ err: error }, 'what broke and what was slow is not written down'));
    return writing;
  };
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS);
  timer.unref();

  return {
    failed(source, error) {
      const failure = failureOf(source, error);
      const known = failures.get(failure.fingerprint);
      if (known) known.count += 1;
      else if (failures.size < MOST_PENDING) failures.set(failure.fingerprint, { ...failure, source, count: 1 });
    },
    took(source, name, milliseconds) {
      if (milliseconds < slowFrom) return;
      const taken = Math.round(milliseconds);
      const key = `${source}\n${name}`;
      const known = slow.get(key);
      if (known) {
        known.count += 1;
        known.total += taken;
        known.longest = Math.max(known.longest, taken);
      } else if (slow.size < MOST_PENDING) {
        slow.set(key, { source, name: name.slice(0, NAME_LENGTH), count: 1, total: taken, longest: taken });
      }
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
