import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { signalDrivers, startTestRedis, type TestRedis } from '../../../tests/support/redis.js';
import { eventually, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { onServer } from '../../../tests/support/server-connection.js';
import { createSignal } from './create-signal.js';
import type { EventSignal } from './event-signal.js';

describe.each(await signalDrivers())('a signal by %s', (driver) => {
  let runtime: TestRuntime;
  let redis: TestRedis | null = null;
  const signals: EventSignal[] = [];

  beforeAll(async () => {
    runtime = await startTestRuntime();
    if (driver === 'Redis') redis = await startTestRedis();
  });
  afterEach(async () => {
    await Promise.all(signals.splice(0).map((signal) => signal.close()));
  });
  afterAll(async () => {
    await runtime.stop();
    await redis?.stop();
  });

  /** The signal as a process of its own has it, and how often it was woken. */
  const startProcess = async () => {
    const { url: databaseUrl, logger } = runtime;
    const signal = await createSignal({ redisUrl: redis?.url, databaseUrl, pool: runtime.pools.platform, logger });
    signals.push(signal);
    const process = { signal, woken: 0 };
    signal.onSignal('events', () => void (process.woken += 1));
    return process;
  };
  type Process = Awaited<ReturnType<typeof startProcess>>;

  /** Signals until the other process is woken: it may not be listening yet, or not again. */
  const reaches = (from: Process, to: Process) => {
    const before = to.woken;
    return eventually(async () => {
      from.signal.notify('events');
      return to.woken > before;
    });
  };

  const cutConnections = async (): Promise<void> => {
    if (redis) {
      const admin = new Redis(redis.url);
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      admin.disconnect();
    } else {
      await onServer(runtime.url, (client) =>
        client.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'spine-listen' AND datname = current_database()`),
      );
    }
  };

  it('wakes the readers of every process, the own ones included', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    expect(one.woken).toBeGreaterThan(0);
    await reaches(other, one);
  });

  it('is sent once for calls close together', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    await reaches(other, one);
    const before = other.woken;
    for (let call = 0; call < 100; call += 1) one.signal.notify('events');
    await eventually(async () => other.woken > before);
    expect(other.woken - before).toBeLessThan(10);
  });

  it('wakes those alone who wait for what it is of', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    let jobs = 0;
    other.signal.onSignal('jobs', () => void (jobs += 1));
    await reaches(one, other);
    expect(jobs).toBe(0);
    await eventually(async () => {
      one.signal.notify('jobs');
      return jobs > 0;
    });
  });

  it('wakes the own readers once', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    await new Promise((resolve) => setImmediate(resolve));
    const already = one.woken;
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1) {
      const before = other.woken;
      one.signal.notify('events');
      await eventually(async () => other.woken > before);
    }
    // Nobody else sends: whatever came back to the sender would be more.
    expect(one.woken).toBeGreaterThan(already);
    expect(one.woken - already).toBeLessThanOrEqual(rounds);
  });

  it('wakes nobody who has ended the subscription', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    let woken = 0;
    const end = other.signal.onSignal('events', () => void (woken += 1));
    await reaches(one, other);
    expect(woken).toBeGreaterThan(0);
    end();
    const before = woken;
    await reaches(one, other);
    expect(woken).toBe(before);
  });

  it('finds its way back when its connections are cut', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    await cutConnections();
    await reaches(one, other);
    await reaches(other, one);
  });

  it('can be closed while its connections are cut', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await reaches(one, other);
    await cutConnections();
    await Promise.all([one.signal.close(), other.signal.close()]);
    const before = other.woken;
    one.signal.notify('events');
    await new Promise((resolve) => setImmediate(resolve));
    expect(other.woken).toBe(before);
  });
});
