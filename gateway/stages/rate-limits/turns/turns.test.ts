import { describe, expect, test } from '@jest/globals';
import type { PricedOperation } from '../../limits/cost/cost.js';
import { TenantShare } from './tenant-share.js';
import { DEFAULT_TURN_LIMITS, type TurnLimits } from './turn-limits.js';
import { createTurns } from './turns.js';

interface Deferred {
  readonly label: string;
  readonly finish: () => void;
}

function start(limits: Partial<TurnLimits>) {
  let tell: (saturated: boolean) => void = () => undefined;
  const turns = createTurns(
    { ...DEFAULT_TURN_LIMITS, ...limits },
    {
      watch(listener) {
        tell = listener;
        return () => undefined;
      },
    },
  );
  const running: Deferred[] = [];
  const begun: string[] = [];
  const ask = (tenant: string, cost = 1, signal = new AbortController().signal): Promise<string> =>
    turns.inTurn({ caller: { tenant: { id: tenant } }, cost, signal } as PricedOperation, () =>
      new Promise((resolve) => {
        begun.push(tenant);
        running.push({ label: tenant, finish: () => resolve(tenant) });
      }),
    );
  const finishOne = async (): Promise<void> => {
    running.shift()?.finish();
    await new Promise(setImmediate);
  };
  /** Asks without waiting for the answer. */
  const send = (tenant: string, cost?: number): void => void ask(tenant, cost).catch(() => undefined);
  return { turns, ask, send, begun, finishOne, saturated: (is: boolean) => tell(is) };
}

describe('turns', () => {
  test('make nobody wait while there is room', () => {
    const { send, begun } = start({ running: 3, runningOfTenant: 3 });
    for (const tenant of ['a', 'a', 'b']) send(tenant);
    expect(begun).toEqual(['a', 'a', 'b']);
  });

  test('let a company that asks little pass the queue of one that asks much', async () => {
    const { send, begun, finishOne } = start({ running: 1, runningOfTenant: 1 });
    for (let n = 0; n < 20; n += 1) send('abuser', 100);
    send('victim');
    await finishOne();
    await finishOne();
    expect(begun).toEqual(['abuser', 'victim', 'abuser']);
  });

  test('share by cost, not by number', async () => {
    const { send, begun, finishOne } = start({ running: 1, runningOfTenant: 1 });
    for (let n = 0; n < 10; n += 1) {
      send('heavy', 100);
      send('light', 10);
    }
    for (let n = 0; n < 10; n += 1) await finishOne();
    expect(begun.filter((tenant) => tenant === 'heavy').length).toBeLessThanOrEqual(2);
  });

  test('refuse a company whose line is full, and only that one', async () => {
    const { turns, ask, send } = start({ running: 2, runningOfTenant: 1, waitingOfTenant: 2 });
    for (let n = 0; n < 3; n += 1) send('abuser');
    await expect(ask('abuser')).rejects.toMatchObject({ code: 'RATE_LIMITED', headers: { 'retry-after': '1' } });
    await expect(turns.crowd({ tenant: { id: 'abuser' } } as never)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(turns.crowd({ tenant: { id: 'victim' } } as never)).resolves.toBeDefined();
    expect(turns.of('abuser')).toEqual({ running: 1, waiting: 2 });
  });

  test('hold no place for who has gone or has waited too long, and remember nobody who has left', async () => {
    const { turns, ask, finishOne } = start({ running: 1, waitMs: 20 });
    const first = ask('a');
    const gone = new AbortController();
    const leaving = ask('a', 1, gone.signal);
    gone.abort(new Error('the client has gone'));
    await expect(leaving).rejects.toThrow('the client has gone');
    await expect(ask('b')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await finishOne();
    await first;
    expect([turns.of('a'), turns.of('b')]).toEqual([{ running: 0, waiting: 0 }, { running: 0, waiting: 0 }]);
  });

  test('let a company have fewer under way while the process is saturated and another is here', async () => {
    const { turns, send, saturated, finishOne } = start({ runningOfTenant: 4 });
    send('victim');
    for (let n = 0; n < 10; n += 1) send('abuser');
    expect(turns.of('abuser').running).toBe(4);
    for (let n = 0; n < 3; n += 1) saturated(true);
    for (let n = 0; n < 5; n += 1) await finishOne();
    expect(turns.of('abuser').running).toBe(1);
    for (let n = 0; n < 15; n += 1) saturated(false);
    expect(turns.of('abuser').running).toBe(4);
  });
});

test('a company alone keeps enough under way to keep the process busy', () => {
  const share = new TenantShare(32);
  for (let n = 0; n < 10; n += 1) share.adapt({ saturated: true, contended: false });
  expect(share.present).toBe(8);
});
