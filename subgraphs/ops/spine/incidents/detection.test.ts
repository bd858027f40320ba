import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_ALARM_POLICY,
  incidentKey,
  metricsFromCounts,
  QUIET_ALARM,
  stepAlarm,
  type AlarmPolicy,
  type AlarmSample,
} from './detection.js';

const policy: AlarmPolicy = { fireAt: 10, clearAt: 4, calmMs: 100, flapMs: 1_000, maxDoublings: 3 };

function play(samples: readonly AlarmSample[], rules = policy) {
  let state = QUIET_ALARM;
  return samples.flatMap((sample) => {
    const step = stepAlarm(state, sample, rules);
    state = step.state;
    return step.change === null ? [] : [{ change: step.change, ...sample }];
  });
}

const changes = (values: readonly number[], everyMs: number, rules = policy) =>
  play(
    values.map((value, index) => ({ value, atMs: index * everyMs })),
    rules,
  ).map(({ change }) => change);

describe('counters', () => {
  test('become metrics named by signal and window, equal names added up', () => {
    expect(
      metricsFromCounts([
        { signal: 'failed_logins', window: '5m', count: 3 },
        { signal: 'failed_logins', window: '1h', count: 40 },
        { signal: 'failed_logins', window: '5m', count: 4 },
      ]),
    ).toEqual({ failed_logins_5m: 7, failed_logins_1h: 40 });
    expect(() => metricsFromCounts([{ signal: 'failed_logins', window: '5m', count: -1 }])).toThrow(
      expect.objectContaining({ field: 'counts.failed_logins_5m' }),
    );
  });
});

describe('the key of an incident', () => {
  test('is one for a type and tenant, and never the same for two tenants or the platform', () => {
    expect(incidentKey('TENANT_LEAK_RISK', 'acme')).toBe('TENANT_LEAK_RISK:acme');
    expect(incidentKey('TENANT_LEAK_RISK')).toBe(incidentKey('TENANT_LEAK_RISK', null));
    const tenants = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(tenants, tenants, (one, other) => {
        expect(incidentKey('A', one) === incidentKey('A', other)).toBe(one === other);
        expect(incidentKey('A', one)).not.toBe(incidentKey('A'));
      }),
    );
  });
});

describe('an alarm', () => {
  test('fires at its threshold and once', () => {
    expect(
      play([
        { value: 9, atMs: 0 },
        { value: 10, atMs: 1 },
        { value: 50, atMs: 2 },
      ]),
    ).toEqual([{ change: 'FIRED', value: 10, atMs: 1 }]);
  });

  test('clears only after it was calm for long enough, counted anew after every disturbance', () => {
    expect(
      play([
        { value: 10, atMs: 0 },
        { value: 4, atMs: 50 },
        { value: 5, atMs: 100 },
        { value: 4, atMs: 120 },
        { value: 0, atMs: 219 },
        { value: 0, atMs: 220 },
      ]).at(-1),
    ).toEqual({ change: 'CLEARED', value: 0, atMs: 220 });
  });

  test('gives one fire and one clear for a series that flaps', () => {
    const flapping = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 12 : 0));
    expect(changes([...flapping, ...new Array<number>(10).fill(0)], 60)).toEqual(['FIRED', 'CLEARED']);
  });

  test('asks for more calm each time it fires again soon, so slow flapping dies out too', () => {
    const slow = Array.from({ length: 40 }, () => [12, 0, 0, 0, 0]).flat();
    const undamped = changes(slow, 60, { ...policy, maxDoublings: 0 });
    expect(undamped.length).toBe(80);
    expect(changes([...slow, ...new Array<number>(30).fill(0)], 60)).toEqual([
      'FIRED',
      'CLEARED',
      'FIRED',
      'CLEARED',
    ]);
  });

  test('forgets its flapping once it has been quiet long enough', () => {
    const state = { ...QUIET_ALARM, clearedAtMs: 0, flaps: 3 };
    expect(stepAlarm(state, { value: 10, atMs: 1_000 }, policy).state.flaps).toBe(4);
    expect(stepAlarm(state, { value: 10, atMs: 1_001 }, policy).state.flaps).toBe(0);
  });

  test('alternates, fires only at its threshold and clears only in calm, whatever the series', () => {
    const series = fc.array(fc.record({ value: fc.nat(20), gapMs: fc.nat(300) }), { maxLength: 200 });
    fc.assert(
      fc.property(series, (steps) => {
        let atMs = 0;
        const told = play(steps.map(({ value, gapMs }) => ({ value, atMs: (atMs += gapMs) })));
        told.forEach(({ change, value }, index) => {
          expect(change).toBe(index % 2 === 0 ? 'FIRED' : 'CLEARED');
          expect(change === 'FIRED' ? value >= policy.fireAt : value <= policy.clearAt).toBe(true);
        });
      }),
    );
  });

  test('always clears in the end when the cause is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (values) => {
        const longest = policy.calmMs * 2 ** policy.maxDoublings;
        const calm = new Array<number>(longest / 50 + 1).fill(0);
        expect(changes([...values, ...calm], 50).at(-1) ?? 'CLEARED').toBe('CLEARED');
      }),
    );
  });

  test('passes over a sample that comes late, and does not change the state it was given', () => {
    const { state } = stepAlarm(QUIET_ALARM, { value: 0, atMs: 100 }, policy);
    expect(stepAlarm(state, { value: 99, atMs: 99 }, policy)).toEqual({ state, change: null });
    expect(QUIET_ALARM.seenAtMs).toBeNull();
  });

  test('fires at the threshold of a rule with the policy it comes with', () => {
    expect(stepAlarm(QUIET_ALARM, { value: 1, atMs: 0 }).change).toBe('FIRED');
    expect(stepAlarm(QUIET_ALARM, { value: 0.99, atMs: 0 }).change).toBeNull();
  });

  test('refuses a policy or a sample that makes no sense', () => {
    const sample = { value: 1, atMs: 0 };
    expect(() => stepAlarm(QUIET_ALARM, sample, { ...policy, clearAt: 10 })).toThrow(
      expect.objectContaining({ field: 'policy.clearAt' }),
    );
    expect(() => stepAlarm(QUIET_ALARM, sample, { ...policy, calmMs: -1 })).toThrow(
      expect.objectContaining({ field: 'policy.calmMs' }),
    );
    expect(() => stepAlarm(QUIET_ALARM, { ...sample, value: Number.NaN })).toThrow(
      expect.objectContaining({ field: 'sample.value' }),
    );
    expect(() => stepAlarm(QUIET_ALARM, { ...sample, atMs: Number.NaN }, DEFAULT_ALARM_POLICY)).toThrow(
      expect.objectContaining({ field: 'sample.atMs' }),
    );
  });
});
