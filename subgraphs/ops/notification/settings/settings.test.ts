import { describe, expect, it } from '@jest/globals';
import { beginOfQuiet, endOfQuiet } from '../../../_kernel/time/quiet-hours.js';
import { nextDigest, preferencesOf } from './settings.js';

const at = (instant: string): Date => new Date(instant);

describe('quiet hours', () => {
  const night = { from: 22 * 60, until: 7 * 60, timeZone: 'Europe/Berlin' };

  it('end in the morning of the next day, or of the same', () => {
    expect(endOfQuiet(at('2027-05-02T21:30:00Z'), night)).toEqual(at('2027-05-03T05:00:00Z'));
    expect(endOfQuiet(at('2027-05-03T01:00:00Z'), night)).toEqual(at('2027-05-03T05:00:00Z'));
  });

  it('leave the rest of the day alone, their end included', () => {
    for (const instant of ['2027-05-03T05:00:00Z', '2027-05-03T12:00:00Z', '2027-05-03T19:59:59Z']) {
      expect(endOfQuiet(at(instant), night)).toEqual(at(instant));
    }
  });

  it('have begun on the same day, or on the one before', () => {
    expect(beginOfQuiet(at('2027-05-02T21:30:00Z'), night)).toEqual(at('2027-05-02T20:00:00Z'));
    expect(beginOfQuiet(at('2027-05-03T01:00:00Z'), night)).toEqual(at('2027-05-02T20:00:00Z'));
    expect(beginOfQuiet(at('2027-05-03T12:00:00Z'), night)).toEqual(at('2027-05-03T12:00:00Z'));
  });

  it('are meant by the clock, also in the night in which it is put back', () => {
    expect(endOfQuiet(at('2026-10-24T22:30:00Z'), night)).toEqual(at('2026-10-25T06:00:00Z'));
    expect(endOfQuiet(at('2026-03-28T22:30:00Z'), night)).toEqual(at('2026-03-29T05:00:00Z'));
  });

  it('may lie within one day', () => {
    const noon = { from: 12 * 60, until: 13 * 60, timeZone: 'UTC' };
    expect(endOfQuiet(at('2027-05-02T12:15:00Z'), noon)).toEqual(at('2027-05-02T13:00:00Z'));
    expect(endOfQuiet(at('2027-05-02T13:00:00Z'), noon)).toEqual(at('2027-05-02T13:00:00Z'));
  });
});

describe('a digest', () => {
  it('comes at the next full hour, or at the next eight in the morning', () => {
    expect(nextDigest(at('2027-05-02T15:10:00Z'), 'HOURLY', 'Asia/Kolkata')).toEqual(at('2027-05-02T15:30:00Z'));
    expect(nextDigest(at('2027-05-02T15:10:00Z'), 'DAILY', 'UTC')).toEqual(at('2027-05-03T08:00:00Z'));
    expect(nextDigest(at('2027-05-02T07:59:00Z'), 'DAILY', 'UTC')).toEqual(at('2027-05-02T08:00:00Z'));
    expect(nextDigest(at('2027-05-02T08:00:00Z'), 'DAILY', 'UTC')).toEqual(at('2027-05-03T08:00:00Z'));
  });
});

describe('preferences', () => {
  it('are what is usual until somebody says otherwise', () => {
    const enabled = (said: Parameters<typeof preferencesOf>[0]) =>
      preferencesOf(said)
        .filter((one) => one.kind === 'PAYMENT_SUCCEEDED' && one.enabled)
        .map(({ channel }) => channel);
    expect(enabled([])).toEqual(['PUSH']);
    expect(enabled([{ kind: 'PAYMENT_SUCCEEDED', channel: 'SMS', enabled: true }, { kind: 'PAYMENT_SUCCEEDED', channel: 'PUSH', enabled: false }])).toEqual(['SMS']);
  });
});
