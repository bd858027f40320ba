import { describe, expect, test } from '@jest/globals';
import { createBeacon, type BeaconEvent } from './beacon.js';
import { createErrorTracker, withoutSecrets } from './error-tracker.js';
import { createPerformanceMonitor } from './performance-monitor.js';

/** A beacon whose time the test decides, and what it sent. */
function lit({ reachable = () => true }: { readonly reachable?: () => boolean } = {}) {
  const sent: BeaconEvent[][] = [];
  const due: (() => void)[] = [];
  const beacon = createBeacon(
    (body) => {
      if (!reachable()) return false;
      sent.push((JSON.parse(body) as { events: BeaconEvent[] }).events);
      return true;
    },
    (work) => void due.push(work),
  );
  return { beacon, sent, due, tick: () => due.splice(0).forEach((work) => work()) };
}

const timing = (name: string): BeaconEvent => ({ type: 'timing', name, milliseconds: 1_500 });

describe('a beacon', () => {
  test('sends what comes together in one batch, some seconds after the first', () => {
    const { beacon, sent, due, tick } = lit();
    for (const name of ['a', 'b', 'c']) beacon.add(timing(name));
    expect([sent.length, due.length]).toEqual([0, 1]);
    tick();
    expect(sent).toEqual([[timing('a'), timing('b'), timing('c')]]);
    beacon.add(timing('d'));
    tick();
    expect(sent[1]).toEqual([timing('d')]);
  });

  test('sends no more at once than the platform takes, neither in number nor in bytes', () => {
    const { beacon, sent, tick } = lit();
    for (let n = 0; n < 120; n += 1) beacon.add(timing(`operation ${n}`));
    tick();
    expect(sent.flat()).toHaveLength(120);
    expect(Math.max(...sent.map((batch) => batch.length))).toBeLessThanOrEqual(50);
    const long = lit();
    for (let n = 0; n < 20; n += 1) long.beacon.add({ type: 'error', name: 'Error', message: 'ü'.repeat(900), stack: 's'.repeat(3_000) });
    long.tick();
    expect(long.sent.flat()).toHaveLength(20);
    for (const batch of long.sent) expect(Buffer.byteLength(JSON.stringify({ events: batch }))).toBeLessThanOrEqual(16_384);
  });

  test('keeps what it could not hand over, up to a number', () => {
    let reachable = false;
    const { beacon, sent, tick } = lit({ reachable: () => reachable });
    for (let n = 0; n < 300; n += 1) beacon.add(timing(String(n)));
    tick();
    expect(sent).toEqual([]);
    reachable = true;
    beacon.flush();
    expect(sent.flat()).toHaveLength(200);
  });
});

describe('an error tracker', () => {
  test('tells what was thrown, whatever it is, and the same thing only so often', () => {
    const { beacon, sent, tick } = lit();
    const tracker = createErrorTracker(beacon);
    tracker.capture(new TypeError('x is not a function'));
    tracker.capture('just words');
    for (let n = 0; n < 100; n += 1) tracker.capture(new Error('again'));
    tick();
    const errors = sent.flat().filter((event) => event.type === 'error');
    expect(errors[0]).toMatchObject({ name: 'TypeError', message: 'x is not a function', stack: expect.stringContaining('beacon.test') });
    expect(errors[1]).toMatchObject({ name: 'Error', message: 'just words' });
    expect(errors.filter(({ message }) => message === 'again')).toHaveLength(20);
  });

  test('keeps addresses and tokens to itself', () => {
    const token = `eyJ${'a'.repeat(60)}.eyJzdWIiOiJ4In0.c2lnbmF0dXJl`;
    expect(withoutSecrets(`refused for ann@acme.example with ${token} at /admin`)).toBe('refused for <address> with <secret> at /admin');
  });
});

describe('a performance monitor', () => {
  test('knows how long everything took, and tells the platform what was slow', async () => {
    const { beacon, sent, tick } = lit();
    let now = 0;
    const monitor = createPerformanceMonitor(beacon, () => now);
    monitor.took('paint', 300);
    monitor.took('paint', 500);
    await expect(
      monitor.measure('Tenants', () => {
        now += 1_800;
        return Promise.reject(new Error('refused'));
      }),
    ).rejects.toThrow('refused');
    expect(monitor.metrics()).toEqual([
      { name: 'Tenants', count: 1, average: 1_800, longest: 1_800 },
      { name: 'paint', count: 2, average: 400, longest: 500 },
    ]);
    tick();
    expect(sent.flat()).toEqual([{ type: 'timing', name: 'Tenants', milliseconds: 1_800 }]);
  });
});
