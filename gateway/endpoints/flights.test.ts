import { describe, expect, test } from '@jest/globals';
import { createFlights } from './flights.js';

interface Reading {
  readonly signal: AbortSignal;
  readonly land: (text: string) => void;
}

/** A read that lands when it is told to, and fails when it is given up. */
function createReader() {
  const readings: Reading[] = [];
  const read = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      readings.push({ signal, land: resolve });
    });
  return { readings, read };
}

describe('identical reads under way', () => {
  test('are made once, and anew when they have landed', async () => {
    const flights = createFlights();
    const { readings, read } = createReader();
    const [one, other] = [flights.join('same', undefined, read), flights.join('same', undefined, read)];
    expect(readings).toHaveLength(1);
    readings[0]?.land('text');
    expect(await Promise.all([one, other])).toEqual(['text', 'text']);
    void flights.join('same', undefined, read);
    expect(readings).toHaveLength(2);
  });

  test('are kept apart by their key, which says who asks', () => {
    const flights = createFlights();
    const { readings, read } = createReader();
    for (const key of ['acme\nu1\nbody', 'acme\nu2\nbody', 'globex\nu1\nbody']) void flights.join(key, undefined, read);
    expect(readings).toHaveLength(3);
  });

  test('go on when one asker leaves, and are given up when the last one does', async () => {
    const flights = createFlights();
    const { readings, read } = createReader();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = flights.join('same', first.signal, read);
    const other = flights.join('same', second.signal, read);
    first.abort(new Error('the first has gone'));
    await expect(one).rejects.toThrow('the first has gone');
    expect(readings[0]?.signal.aborted).toBe(false);
    second.abort(new Error('the second has gone'));
    await expect(other).rejects.toThrow('the second has gone');
    expect(readings[0]?.signal.aborted).toBe(true);
  });

  test('are not joined by those who come after a write', async () => {
    const flights = createFlights();
    const { readings, read } = createReader();
    const before = flights.join('same', undefined, read);
    flights.forget();
    const after = flights.join('same', undefined, read);
    readings[0]?.land('old');
    readings[1]?.land('new');
    expect([await before, await after]).toEqual(['old', 'new']);
  });

  test('fail for all who wait, and only for them', async () => {
    const flights = createFlights();
    const failing = (): Promise<string> => Promise.reject(new Error('unreachable'));
    await expect(flights.join('same', undefined, failing)).rejects.toThrow('unreachable');
    await expect(flights.join('same', undefined, async () => 'there again')).resolves.toBe('there again');
  });
});
