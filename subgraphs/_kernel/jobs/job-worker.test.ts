import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ACME, contextFor, createTestClock, eventually, GLOBEX, startTestRuntime, type TestClock, type TestRuntime } from '../../../tests/support/runtime.js';
import type { TenantIdentity } from '../wire/tenant.js';
import { afterFailure, handleJob, pauseAfter, PATIENT, type Job, type JobHandler, type JobOutcome } from './job.js';
import { createJobQueue, type JobOptions } from './job-queue.js';
import { createJobWorker, type JobWorker } from './job-worker.js';
import { removeFinishedJobs } from './remove-finished-jobs.js';

interface Jobs {
  'test.call': { readonly n: number };
}

type Run = (job: Job<Jobs['test.call']>, abort: AbortSignal) => Promise<JobOutcome>;

const DONE: JobOutcome = { is: 'DONE' };
const failed = (final: boolean): JobOutcome => ({ is: 'FAILED', failure: 'not now', final });

describe('a job', () => {
  let runtime: TestRuntime;
  let clock: TestClock;
  let workers: JobWorker[] = [];

  beforeAll(async () => {
    clock = createTestClock();
    runtime = await startTestRuntime({ clock });
    const owner = new pg.Client({ connectionString: runtime.url });
    await owner.connect();
    await owner.query('CREATE TABLE kernel.effect (n integer NOT NULL)');
    await owner.end();
  });
  beforeEach(async () => {
    await runtime.pools.platform.query('DELETE FROM kernel.job');
    await runtime.pools.platform.query('DELETE FROM kernel.effect');
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
  });
  afterAll(() => runtime.stop());

  const queue = () => createJobQueue<Jobs>('test', runtime);
  const ask = (n: number, options?: JobOptions, tenant: TenantIdentity = ACME) => {
    const context = contextFor(tenant, undefined, clock);
    return runtime.database.tenants.transaction(context, (db) => queue().enqueue(db, context, 'test.call', { n }, options));
  };
  const work = (run: Run, of: { readonly abandoned?: JobHandler['abandoned']; readonly atOnce?: number; readonly leaseMs?: number } = {}): JobWorker => {
    const { abandoned, ...options } = of;
    const handler = handleJob<Jobs>()('test.call', {
      retry: { firstPauseMs: 1_000, longestPauseMs: 60_000 },
      run: (_context, job, abort) => run(job, abort),
      ...(abandoned ? { abandoned } : {}),
    });
    const { database, signal, logger } = runtime;
    const worker = createJobWorker({ queue: 'test', handlers: [handler], database, signal, clock, logger, ...options });
    workers.push(worker);
    worker.start();
    return worker;
  };
  const jobs = async (): Promise<readonly { n: number; status: string; attempts: number; failure: string | null }[]> => {
    const { rows } = await runtime.pools.platform.query(
      `SELECT (payload->>'n')::int AS n, status::text, attempts, failure FROM kernel.job ORDER BY created_at, id`,
    );
    return rows as never;
  };
  const settled = (status: string) => eventually(async () => (await jobs()).every((job) => job.status === status));

  it('is done when what asked for it has committed, and not otherwise', async () => {
    const done: number[] = [];
    work(async ({ payload }) => {
      done.push(payload.n);
      return DONE;
    });
    const context = contextFor(ACME, undefined, clock);
    await expect(
      runtime.database.tenants.transaction(context, async (db) => {
        await queue().enqueue(db, context, 'test.call', { n: 1 });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await ask(2);
    await settled('DONE');
    expect(done).toEqual([2]);
  });

  it('is one for a key, whoever asks again, also once it is done; and each tenant has keys of its own', async () => {
    expect(await ask(1, { key: 'invoice-7' })).not.toBeNull();
    const again = await Promise.all([ask(2, { key: 'invoice-7' }), ask(3, { key: 'invoice-7' })]);
    expect(again).toEqual([null, null]);
    work(async () => DONE);
    await settled('DONE');
    expect(await ask(4, { key: 'invoice-7' })).toBeNull();
    expect(await ask(5, { key: 'invoice-7' }, GLOBEX)).not.toBeNull();
  });

  it('waits for its time, and goes before those of lower priority', async () => {
    await ask(1, { priority: 'LOW' });
    await ask(2);
    await ask(3, { priority: 'HIGH' });
    await ask(4, { priority: 'HIGH', runAt: new Date(clock.now().getTime() + 3_600_000) });
    const done: number[] = [];
    work(async ({ payload }) => {
      done.push(payload.n);
      return DONE;
    }, { atOnce: 1 });
    await eventually(async () => done.length === 3);
    expect(done).toEqual([3, 2, 1]);
    clock.advance(3_600_000);
    await eventually(async () => done.length === 4);
  });

  it('is tried again after a pause, then is dead, and says why', async () => {
    let attempts = 0;
    work(async () => {
      attempts += 1;
      if (attempts === 2) throw new Error('it broke');
      return failed(false);
    });
    await ask(1, { mostAttempts: 3 });
    await eventually(async () => (await jobs())[0]?.failure === 'not now');
    expect(await jobs()).toMatchObject([{ status: 'PENDING', attempts: 1 }]);
    clock.advance(1_000);
    await eventually(async () => (await jobs())[0]?.failure === 'Error: it broke');
    clock.advance(3_000);
    await settled('DEAD');
    expect(await jobs()).toMatchObject([{ attempts: 3, failure: 'not now' }]);
  });

  it('is dead at once when another attempt would fare no better', async () => {
    work(async () => failed(true));
    await ask(1);
    await settled('DEAD');
    expect(await jobs()).toMatchObject([{ attempts: 1, failure: 'not now' }]);
  });

  it('is attempted by one worker at a time, and each is done once', async () => {
    for (let n = 0; n < 60; n += 1) await ask(n);
    const run: Run = async ({ payload }) => ({
      is: 'DONE',
      settle: async (db) => void (await db.$executeRaw`INSERT INTO kernel.effect (n) VALUES (${payload.n}::int)`),
    });
    for (let n = 0; n < 3; n += 1) work(run);
    await settled('DONE');
    const { rows } = await runtime.pools.platform.query<{ n: number }>('SELECT n FROM kernel.effect');
    expect(rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('of one tenant does not hold up those of another, however slow it is', async () => {
    for (let n = 0; n < 10; n += 1) await ask(n);
    await ask(99, {}, GLOBEX);
    const done: number[] = [];
    work(
      async ({ payload }, abort) => {
        if (payload.n < 10) await once(abort, 'abort');
        done.push(payload.n);
        return DONE;
      },
      { atOnce: 4 },
    );
    await eventually(async () => done.includes(99));
    expect(done).toEqual([99]);
  });

  it('that is cut short when its worker stops does not count as attempted', async () => {
    let begun = false;
    const worker = work(async (_job, abort) => {
      begun = true;
      await once(abort, 'abort');
      throw new Error('cut short');
    });
    await ask(1);
    await eventually(async () => begun);
    await worker.stop();
    expect(await jobs()).toMatchObject([{ status: 'PENDING', attempts: 0, failure: null }]);
    work(async () => DONE);
    await settled('DONE');
  });

  it('writes nothing when it took so long that another attempt has begun', async () => {
    let told: AbortSignal | undefined;
    work(
      async ({ payload }, abort) => {
        told = abort;
        // Taken over, as by another process after the lease had lapsed.
        await runtime.pools.platform.query(`UPDATE kernel.job SET lease_id = gen_random_uuid()`);
        await once(abort, 'abort');
        const settle: NonNullable<Extract<JobOutcome, { is: 'DONE' }>['settle']> = async (db) =>
          void (await db.$executeRaw`INSERT INTO kernel.effect (n) VALUES (${payload.n}::int)`);
        return { is: 'DONE', settle };
      },
      { leaseMs: 90 },
    );
    await ask(1);
    await eventually(async () => told?.aborted);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect((await runtime.pools.platform.query('SELECT 1 FROM kernel.effect')).rowCount).toBe(0);
    expect(await jobs()).toMatchObject([{ status: 'PENDING' }]);
  });

  it('that takes its process with it every time is dead in the end', async () => {
    await ask(1, { mostAttempts: 2 });
    await runtime.pools.platform.query('UPDATE kernel.job SET attempts = 2');
    const buried: string[] = [];
    work(async () => DONE, { abandoned: async (_context, _db, job) => void buried.push(job.kind) });
    await settled('DEAD');
    expect(buried).toEqual(['test.call']);
    expect((await jobs())[0]?.failure).toContain('lost during every attempt');
  });

  it('is forgotten a week after it is done, unless it is dead', async () => {
    await ask(1);
    await ask(2);
    work(async ({ payload }) => (payload.n === 1 ? DONE : failed(true)));
    await eventually(async () => (await jobs()).every(({ status }) => status !== 'PENDING'));
    const { run } = removeFinishedJobs(runtime.database.platform, 'test');
    await run(contextFor(ACME, undefined, clock));
    expect(await jobs()).toHaveLength(2);
    clock.advance(8 * 86_400_000);
    await run(contextFor(ACME, undefined, clock));
    expect(await jobs()).toMatchObject([{ n: 2, status: 'DEAD' }]);
  });
});

describe('jobs of a process that is killed', () => {
  let runtime: TestRuntime;
  let server: Server;
  let children: ChildProcess[] = [];
  const calls: string[] = [];
  let holding = true;
  const held: (() => void)[] = [];

  beforeAll(async () => {
    runtime = await startTestRuntime();
    const owner = new pg.Client({ connectionString: runtime.url });
    await owner.connect();
    await owner.query('CREATE TABLE kernel.effect (n integer NOT NULL)');
    await owner.end();
    server = createServer((request, response) => {
      calls.push(String(request.headers['idempotency-key']));
      const answer = () => void response.end('ok');
      // A part of the calls is under way when the process dies.
      if (holding && calls.length > 12) held.push(answer);
      else answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await runtime.stop();
  });

  const startWorker = async (): Promise<ChildProcess> => {
    const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const program = ['infra/local/run.mjs', 'tests/support/job-process.ts', runtime.url, address];
    const child = spawn(process.execPath, program, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    children = [...children, child];
    await once(child.stdout, 'data');
    return child;
  };

  it('are all done in the end, and the effect of each is there once', async () => {
    const context = contextFor(ACME);
    const queue = createJobQueue<Jobs>('test', runtime);
    await runtime.database.tenants.transaction(context, async (db) => {
      for (let n = 0; n < 40; n += 1) await queue.enqueue(db, context, 'test.call', { n });
    });
    const first = await startWorker();
    await eventually(async () => held.length >= 8);
    const closed = once(first, 'close');
    first.kill('SIGKILL');
    await closed;
    holding = false;
    const before = await runtime.pools.platform.query(`SELECT 1 FROM kernel.job WHERE status = 'PENDING'`);
    expect(before.rowCount).toBeGreaterThanOrEqual(8);

    await startWorker();
    const left = `SELECT 1 FROM kernel.job WHERE status <> 'DONE'`;
    await eventually(async () => (await runtime.pools.platform.query(left)).rowCount === 0);
    const { rows } = await runtime.pools.platform.query<{ n: number }>('SELECT n FROM kernel.effect ORDER BY n');
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    // Calls under way were made again, under the keys they had.
    expect(calls.length).toBeGreaterThan(40);
    expect(new Set(calls).size).toBe(40);
  });
});

describe('the pause after a failed attempt', () => {
  it('grows threefold to its longest, and is cut by chance to half of it at the least', () => {
    const policy = { firstPauseMs: 1_000, longestPauseMs: 20_000 };
    expect([1, 2, 3, 4, 8].map((attempts) => pauseAfter(policy, attempts, 0))).toEqual([1_000, 3_000, 9_000, 20_000, 20_000]);
    expect(pauseAfter(policy, 1, 1)).toBe(500);
    expect(pauseAfter(policy, 1, 0.5)).toBe(750);
  });

  it('is none after the last one, or after one that was final', () => {
    const now = new Date('2027-05-02T10:00:00Z');
    const after = (attempts: number, final: boolean) => afterFailure({ attempts, mostAttempts: 3, final }, PATIENT, now, 0);
    expect(after(3, false)).toEqual({ status: 'DEAD' });
    expect(after(1, true)).toEqual({ status: 'DEAD' });
    expect(after(1, false)).toEqual({ status: 'PENDING', dueAt: new Date('2027-05-02T10:00:05Z') });
  });
});
