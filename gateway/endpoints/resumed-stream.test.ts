import { describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { createResumedStream, type OpenSource, type Sink } from './resumed-stream.js';

const LIMIT = 10;

const eventOf = (n: number, withCursor: boolean): ExecutionResult => ({
  data: { n },
  ...(withCursor ? { extensions: { cursor: String(n) } } : {}),
});

/** A log of numbers that hands on everything behind a cursor at once, and then whatever is added. */
function createLog({ withCursor = true } = {}) {
  const sinks = new Set<Sink>();
  let length = 0;
  let opened = 0;
  const open: OpenSource = (sink, after) => {
    opened += 1;
    const from = after === undefined ? length : Number(after) + 1;
    for (let n = from; n < length; n += 1) sink.next(eventOf(n, withCursor));
    sinks.add(sink);
    return () => void sinks.delete(sink);
  };
  return {
    open,
    add(count: number): void {
      for (let end = length + count; length < end; length += 1) for (const sink of sinks) sink.next(eventOf(length, withCursor));
    },
    opened: () => opened,
    readers: () => sinks.size,
  };
}

const numberOf = ({ value }: IteratorResult<ExecutionResult, void>): unknown => (value as ExecutionResult).data?.['n'];

describe('a stream whose reader is slow', () => {
  test('holds no more than its limit, and still gives every event once and in order', async () => {
    const log = createLog();
    const stream = createResumedStream(log.open, LIMIT);
    log.add(1_000);
    await Promise.resolve();
    expect(log.readers()).toBe(0);
    for (let n = 0; n < 1_000; n += 1) expect(numberOf(await stream.next())).toBe(n);
    expect(log.opened()).toBe(100);
    const live = stream.next();
    log.add(1);
    expect(numberOf(await live)).toBe(1_000);
    await stream.return();
    expect(log.readers()).toBe(0);
  });

  test('begins behind the cursor it was given', async () => {
    const log = createLog();
    log.add(5);
    const stream = createResumedStream(log.open, LIMIT, '2');
    expect(numberOf(await stream.next())).toBe(3);
    await stream.return();
  });

  test('is told so where events cannot be resumed behind', async () => {
    const log = createLog({ withCursor: false });
    const stream = createResumedStream(log.open, LIMIT);
    log.add(LIMIT + 1);
    for (let n = 0; n < LIMIT; n += 1) expect(numberOf(await stream.next())).toBe(n);
    await expect(stream.next()).rejects.toMatchObject({ extensions: { code: 'LAGGED' } });
    await expect(stream.next()).resolves.toMatchObject({ done: true });
  });
});
