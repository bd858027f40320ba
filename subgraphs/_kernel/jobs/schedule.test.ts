import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, eventually, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../request/request-context.js';
import { PLATFORM_TENANT } from '../wire/tenant.js';
import { createScheduleRunner, type Schedule } from './schedule.js';

describe('a schedule', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startTestRuntime();
  });
  afterAll(() => runtime.stop());

  const runnerOf = (schedule: Schedule) =>
    createScheduleRunner(
      [schedule],
      runtime.pools.locks,
      () => contextFor(PLATFORM_TENANT, { kind: 'system', name: schedule.name }),
      runtime.logger,
    );

  it('comes round again and again, above tenants, until it is stopped', async () => {
    const contexts: RequestContext[] = [];
    const runner = runnerOf({
      name: 'again',
      everySeconds: 0.02,
      run: async (context) => void contexts.push(context),
    });
    runner.start();
    await eventually(async () => contexts.length >= 3);
    await runner.stop();
    const after = contexts.length;
    expect(contexts[0]?.tenant).toBe(PLATFORM_TENANT);
    expect(contexts[0]?.principal).toEqual({ kind: 'system', name: 'again' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(contexts).toHaveLength(after);
  });

  it('runs in one place at a time, however many processes have it', async () => {
    let inside = 0;
    let most = 0;
    let turns = 0;
    const runners = Array.from({ length: 3 }, () =>
      runnerOf({
        name: 'alone',
        everySeconds: 0.01,
        async run() {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setTimeout(resolve, 15));
          inside -= 1;
          turns += 1;
        },
      }),
    );
    for (const runner of runners) runner.start();
    await eventually(async () => turns >= 5);
    await Promise.all(runners.map((runner) => runner.stop()));
    expect(most).toBe(1);
  });

  it('is tried again at the next turn after it has failed', async () => {
    let turns = 0;
    const runner = runnerOf({
      name: 'fails',
      everySeconds: 0.02,
      async run() {
        turns += 1;
        if (turns === 1) throw new Error('not this time');
      },
    });
    runner.start();
    await eventually(async () => turns >= 2);
    await runner.stop();
  });

  it('gets its work done, however many others come round at the same moment', async () => {
    const done = new Set<string>();
    const failures: unknown[] = [];
    const schedules = Array.from({ length: 40 }, (_, n) => ({
      name: `crowd-${n}`,
      everySeconds: 0.05,
      async run() {
        await runtime.database.platform.db.$queryRaw`SELECT 1 FROM pg_sleep(0.02)`;
        done.add(`crowd-${n}`);
      },
    }));
    const runner = createScheduleRunner(
      schedules,
      runtime.pools.locks,
      ({ name }) => contextFor(PLATFORM_TENANT, { kind: 'system', name }),
      { ...runtime.logger, error: ({ err }: { err?: unknown }) => void failures.push(err) },
    );
    runner.start();
    await eventually(async () => done.size === schedules.length);
    await runner.stop();
    expect(failures).toEqual([]);
  });

  it('is let finish when it is stopped', async () => {
    let finished = false;
    let started = false;
    const runner = runnerOf({
      name: 'finishes',
      everySeconds: 0.01,
      async run() {
        started = true;
        await new Promise((resolve) => setTimeout(resolve, 50));
        finished = true;
      },
    });
    runner.start();
    await eventually(async () => started);
    await runner.stop();
    expect(finished).toBe(true);
  });
});
