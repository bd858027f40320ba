import type pg from 'pg';
import type { Logger, RequestContext } from '../request/request-context.js';
import { runAlone } from './alone.js';

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
 * Runs schedules. However many processes run the same one, a single one of them works at a time, and a
 * failure is logged and tried again at the next turn.
 * @param pool bound to the platform's role, of connections that hold locks and nothing else
 */
export function createScheduleRunner(
  schedules: readonly Schedule[],
  pool: pg.Pool,
  contextFor: (schedule: Schedule) => RequestContext,
  logger: Logger,
): ScheduleRunner {
  const timers: NodeJS.Timeout[] = [];
  const running = new Map<Schedule, Promise<void>>();

  const turn = (schedule: Schedule): void => {
    // One that takes longer than its interval would wait for itself, and hold a connection for every turn of it.
    if (running.has(schedule)) return;
    const work = runAlone(pool, `spine:schedule:${schedule.name}`, () => schedule.run(contextFor(schedule)))
      .then(() => undefined)
      .catch((error: unknown) => logger.error({ err: error, schedule: schedule.name }, 'schedule failed'))
      .finally(() => running.delete(schedule));
    running.set(schedule, work);
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
      await Promise.all(running.values());
    },
  };
}
