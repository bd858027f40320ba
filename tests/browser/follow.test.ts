import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TypedDocumentNode } from '@apollo/client';
import { parse } from 'graphql';
import type { Client, Sink, SubscribePayload } from 'graphql-ws';
import { follow, waitBefore, type StreamHealth } from '../../clients/admin/src/graph/follow.js';

interface Told {
  readonly incidentRaised: { readonly cursor: string } | null;
}

const QUERY: TypedDocumentNode<Told, { after?: string | null | undefined }> = parse(
  'subscription ($after: String) { incidentRaised(after: $after) { cursor } }',
);

let asked: { readonly payload: SubscribePayload; readonly sink: Sink }[];
let health: StreamHealth[];
let gaps: number;
let told: string[];

/** A socket that does what the test says. */
const socket = {
  on: () => () => undefined,
  subscribe: (payload: SubscribePayload, sink: Sink) => {
    asked.push({ payload, sink });
    return () => undefined;
  },
} as unknown as Client;

const begin = () =>
  follow(socket, QUERY, 'incidentRaised', {
    onEvent: ({ incidentRaised }) => told.push(incidentRaised?.cursor ?? ''),
    onHealth: (now) => health.push(now),
    onGap: () => (gaps += 1),
  });
const latest = () => {
  const last = asked.at(-1);
  if (!last) throw new Error('Nothing was asked');
  return last;
};
const tell = (cursor: string): void => latest().sink.next({ data: { incidentRaised: { cursor } } });

beforeEach(() => {
  jest.useFakeTimers();
  [asked, health, told] = [[], [], []];
  gaps = 0;
});

afterEach(() => void jest.useRealTimers());

describe('a followed stream', () => {
  test('takes up after the last event when the connection breaks', () => {
    begin();
    tell('c1');
    tell('c2');
    latest().sink.error(new Error('gone'));
    expect(health.at(-1)).toBe('RECONNECTING');
    jest.advanceTimersByTime(10_000);
    expect(asked.map(({ payload }) => payload.variables?.['after'])).toEqual([null, 'c2']);
    expect([told, gaps]).toEqual([['c1', 'c2'], 1]);
  });

  test('has everything asked for anew while it has seen no event to go on from', () => {
    begin();
    latest().sink.complete();
    jest.advanceTimersByTime(10_000);
    expect(gaps).toBe(2);
  });

  test('goes on from the oldest event that is kept, and says that some are missing, when it was away too long', () => {
    begin();
    tell('c1');
    latest().sink.next({ errors: [{ message: 'too late', extensions: { code: 'LAGGED', oldestCursor: 'c90' } }] as never });
    latest().sink.complete();
    jest.advanceTimersByTime(10_000);
    expect(asked.at(-1)?.payload.variables).toEqual({ after: 'c90' });
    expect(gaps).toBe(2);
  });

  test('asks no more once it is stopped', () => {
    const following = begin();
    latest().sink.error(new Error('gone'));
    following.stop();
    jest.advanceTimersByTime(60_000);
    expect(asked).toHaveLength(1);
  });

  test('waits longer each time, ten seconds at most, and not as long as all others', () => {
    expect([0, 1, 2, 9].map((attempt) => waitBefore(attempt, () => 1))).toEqual([250, 500, 1_000, 10_000]);
    expect(waitBefore(9, () => 0)).toBe(5_000);
  });
});
