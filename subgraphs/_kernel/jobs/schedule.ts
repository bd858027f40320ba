import type pg from 'pg';
import type { Logger, RequestContext } from '../request/request-context.js';

/** Work that comes round by itself. It must be safe to run again after it was cut short. */
export interface Schedule {
  readonly name: string;
  readonly everySeconds: number;
  /** Runs above tenants, as the platform. */
  readonly run: (context: RequestContext) => Promise<void>;
}

export interface ScheduleRunner {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Runs schedules. However many processes run the same one, an advisory lock lets a single one of them work
 * at a time, and a failure is logged and tried again at the next turn.
 * @param pool bound to the platform's role
 */
export function createScheduleRunner(
  schedules: readonly Schedule[],
  pool: pg.Pool,
  contextFor: (schedule: Schedule) => RequestContext,
  logger: Logger,
): ScheduleRunner {
  const timers: NodeJS.Timeout[] = [];
  const running = new Set<Promise<void>>();

  const runAlone = async (schedule: Schedule): Promise<void> => {
    const client = await pool.connect();
    let failed = true;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
        [`spine:schedule:${schedule.name}`],
      );
      if (rows[0]?.locked) await schedule.run(contextFor(schedule));
      await client.query('COMMIT');
      failed = false;
    } finally {
      client.release(failed);
    }
  };

  const turn = (schedule: Schedule): void => {
    const work = runAlone(schedule)
      .catch((error: unknown) => logger.error({ err: error, schedule: schedule.name }, 'schedule failed'))
      .finally(() => running.delete(work));
    running.add(work);
  };

  return {
    start() {
      for (const schedule of schedules) {
        const timer = setInterval(() => turn(schedule), schedule.everySeconds * 1_000);
        timer.unref();
        timers.push(timer);
      }
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
    },
  };
}
