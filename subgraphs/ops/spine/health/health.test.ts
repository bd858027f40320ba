import { describe, expect, test } from '@jest/globals';
import { runHealthChecks } from './health.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted'))),
  );

describe('a health report', () => {
  test('is ok when every check is, in the order given', async () => {
    const report = await runHealthChecks(
      'prod',
      [async () => ({ name: 'database', ok: true }), () => ({ name: 'redis', ok: true, detail: 'PONG' })],
      { now: () => new Date(0) },
    );
    expect(report).toEqual({
      ok: true,
      env: 'prod',
      checks: [
        { name: 'database', ok: true, durationMs: expect.any(Number) },
        { name: 'redis', ok: true, detail: 'PONG', durationMs: expect.any(Number) },
      ],
      tsISO: '1970-01-01T00:00:00.000Z',
    });
  });

  test('is not ok when one check says no, throws, rejects or answers nonsense, and tells which', async () => {
    const report = await runHealthChecks('prod', [
      async () => ({ name: 'database', ok: true }),
      async () => ({ name: 'redis', ok: false }),
      {
        name: 'stripe',
        probe: () => {
          throw new Error('connection refused');
        },
      },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a client library that rejects with a text must not break the report
      { name: 's3', probe: () => Promise.reject('access denied') },
      { name: 'mail', probe: () => ({ ok: 'yes' }) as never },
      function search() {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- anything can be thrown, and must not break the report
        throw null;
      },
      async () => {
        throw new Error();
      },
    ]);
    expect(report.ok).toBe(false);
    expect(report.checks.map(({ name, ok, detail }) => [name, ok, detail])).toEqual([
      ['database', true, undefined],
      ['redis', false, undefined],
      ['stripe', false, 'connection refused'],
      ['s3', false, 'access denied'],
      ['mail', false, 'gave no answer that can be read'],
      ['search', false, 'failed without a message'],
      ['check_7', false, 'failed without a message'],
    ]);
  });

  test('does not wait for a check that hangs, and tells it to stop', async () => {
    let toldToStop = false;
    const report = await runHealthChecks(
      'prod',
      [
        {
          name: 'hanging',
          probe: (signal) =>
            untilAborted(signal).finally(() => {
              toldToStop = true;
            }),
        },
        { name: 'deaf', probe: () => new Promise<never>(() => undefined), timeoutMs: 10 },
        { name: 'quick', probe: () => ({ ok: true }) },
      ],
      { timeoutMs: 20 },
    );
    expect(report.checks.map(({ name, ok, detail }) => [name, ok, detail])).toEqual([
      ['hanging', false, 'no answer within 20 ms'],
      ['deaf', false, 'no answer within 10 ms'],
      ['quick', true, undefined],
    ]);
    expect(toldToStop).toBe(true);
  });

  test('asks all components at the same time', async () => {
    const checks = 5;
    let asked = 0;
    let everyoneAsked: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      everyoneAsked = resolve;
    });
    const report = await runHealthChecks(
      'dev',
      Array.from({ length: checks }, (_, index) => ({
        name: `waits for all ${index}`,
        probe: async () => {
          asked += 1;
          if (asked === checks) everyoneAsked();
          await gate;
          return { ok: true };
        },
      })),
    );
    expect(report.ok).toBe(true);
  });

  test('shows no secret in a detail', async () => {
    const report = await runHealthChecks('prod', [
      {
        name: 'database',
        probe: () => {
          throw new Error('cannot reach postgres://app:pa55word@db:5432/spine');
        },
      },
      async () => ({ name: 'stripe', ok: false, detail: 'refused sk_live_abcdefgh12345678 apiKey=opaque' }),
    ]);
    expect(report.checks.map((check) => check.detail)).toEqual([
      'cannot reach postgres://app:[redacted]@db:5432/spine',
      'refused [redacted] apiKey=[redacted]',
    ]);
  });

  test('is refused for a wrong environment or time limit', async () => {
    await expect(runHealthChecks('production' as never, [])).rejects.toMatchObject({ field: 'env' });
    await expect(runHealthChecks('prod', [], { timeoutMs: 0 })).rejects.toMatchObject({ field: 'timeoutMs' });
    await expect(runHealthChecks('prod', [{ name: '', probe: () => ({ ok: true }) }])).rejects.toMatchObject({
      field: 'checks.0.name',
    });
  });
});
