import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfQuiet } from '../../_kernel/time/quiet-hours.js';
import { remindersOf, reminderRuleSchema, USUAL_REMINDERS } from './reminder.js';

const at = (instant: string): Date => new Date(instant);
const NOW = at('2027-01-01T00:00:00Z');
const BERLIN = 'Europe/Berlin';

describe('when somebody is reminded', () => {
  const duesOf = (startsAt: string, now = NOW) =>
    remindersOf(USUAL_REMINDERS, at(startsAt), BERLIN, now).map(({ leadMinutes, dueAt }) => [leadMinutes, dueAt.toISOString()]);

  it('is a day and two hours before, on the company’s clock', () => {
    expect(duesOf('2027-02-02T13:00:00Z')).toEqual([
      [1_440, '2027-02-01T13:00:00.000Z'],
      [120, '2027-02-02T11:00:00.000Z'],
    ]);
  });

  it('is not at night: what can wait for the morning does, and what cannot comes in the evening', () => {
    expect(duesOf('2027-02-02T08:30:00Z')).toEqual([
      [1_440, '2027-02-01T08:30:00.000Z'],
      [120, '2027-02-02T07:00:00.000Z'],
    ]);
    expect(duesOf('2027-02-02T06:00:00Z')).toEqual([
      [1_440, '2027-02-01T07:00:00.000Z'],
      [120, '2027-02-01T20:00:00.000Z'],
    ]);
  });

  it('is not in the past, and not twice at one time', () => {
    expect(duesOf('2027-02-02T13:00:00Z', at('2027-02-01T13:00:00Z'))).toEqual([[120, '2027-02-02T11:00:00.000Z']]);
    const terms = { leadMinutes: [60, 120], quiet: { from: 21 * 60, until: 8 * 60 } };
    expect(remindersOf(terms, at('2027-02-02T07:30:00Z'), BERLIN, NOW)).toEqual([
      { leadMinutes: 120, dueAt: at('2027-02-02T07:00:00.000Z') },
    ]);
  });

  it('is always before the start, never in quiet hours, and once for each time', () => {
    const quiet = fc.option(
      fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 0, max: 1_439 })).filter(([from, until]) => from !== until),
    );
    const zones = fc.constantFrom('UTC', BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const leads = fc.uniqueArray(fc.integer({ min: 5, max: 43_200 }), { maxLength: 5 });
    const starts = fc.date({ min: at('2027-02-01T00:00:00Z'), max: at('2028-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(leads, quiet, starts, zones, (leadMinutes, hours, startsAt, timeZone) => {
        const silent = hours && { from: hours[0], until: hours[1] };
        const planned = remindersOf({ leadMinutes, quiet: silent }, startsAt, timeZone, NOW);
        expect(new Set(planned.map(({ dueAt }) => dueAt.getTime())).size).toBe(planned.length);
        for (const { dueAt } of planned) {
          expect(dueAt < startsAt && dueAt > NOW).toBe(true);
          if (silent) {
            // At the minute they begin they are quiet already; what is brought forward comes at that very minute.
            const minute = endOfQuiet(new Date(dueAt.getTime() - 60_000), { ...silent, timeZone });
            expect(minute.getTime()).toBeLessThanOrEqual(dueAt.getTime());
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a lead of less than five minutes', { leadMinutes: [4] }, 'leadMinutes'],
    ['the same lead twice', { leadMinutes: [60, 60] }, 'leadMinutes'],
    ['six of them', { leadMinutes: [60, 70, 80, 90, 100, 110] }, 'leadMinutes'],
    ['quiet hours that never end', { quietHours: { from: '09:00', until: '09:00' } }, 'quietHours'],
    ['a time that is none', { quietHours: { from: '24:00', until: '09:00' } }, 'quietHours'],
  ])('is not said by %s', (_what, wrong, field) => {
    const parsed = reminderRuleSchema.safeParse({ serviceId: null, leadMinutes: [60], quietHours: null, ...wrong });
    expect(parsed.error?.issues[0]?.path[0]).toBe(field);
  });
});
