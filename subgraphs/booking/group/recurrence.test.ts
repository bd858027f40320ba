import { describe, expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { movedAlong, occurrencesOf } from './recurrence.js';

const at = (local: string, zone: string): Date => new Date(Temporal.ZonedDateTime.from(`${local}[${zone}]`).epochMilliseconds);
const clockOf = (instant: Date, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5);

describe('a series', () => {
  it.each([
    ['America/New_York', 2],
    ['Europe/Berlin', 2],
    ['Australia/Lord_Howe', 2],
    ['Pacific/Auckland', 2],
    ['America/Santiago', 2],
    ['Asia/Kolkata', 0],
  ])('stays at nine on the wall clock of %s for a year, over all %i changes of its clocks', (zone, changes) => {
    const starts = occurrencesOf('FREQ=WEEKLY;COUNT=53', at('2027-01-04T09:00', zone), zone);
    expect(starts).toHaveLength(53);
    expect(new Set(starts.map((start) => clockOf(start, zone)))).toEqual(new Set(['09:00']));
    const inUtc = starts.map((start) => start.toISOString().slice(11, 16));
    expect(inUtc.filter((time, n) => n > 0 && time !== inUtc[n - 1])).toHaveLength(changes);
  });

  it('ends where its rule says', () => {
    const first = at('2027-01-31T09:00', 'UTC');
    expect(occurrencesOf('FREQ=MONTHLY;COUNT=3', first, 'UTC').map((start) => start.toISOString().slice(0, 10))).toEqual([
      '2027-01-31', '2027-03-31', '2027-05-31',
    ]);
    expect(occurrencesOf('FREQ=DAILY;UNTIL=20270202T235959Z', first, 'UTC')).toHaveLength(3);
  });

  it.each([
    ['FREQ=WEEKLY', 'must end, with COUNT or UNTIL'],
    ['FREQ=HOURLY;COUNT=3', 'must be a rule of days such as FREQ=WEEKLY;COUNT=4'],
    ['FREQ=WEEKLY;BYHOUR=3;COUNT=3', 'must be a rule of days such as FREQ=WEEKLY;COUNT=4'],
    ['FREQ=WEEKLY;COUNT=3\nEXDATE:20270101', 'must be a rule of days such as FREQ=WEEKLY;COUNT=4'],
    ['FREQ=WEEKLY;COUNT=X', 'must be a rule as RFC 5545 has them'],
    ['FREQ=WEEKLY;BYDAY=TU;COUNT=3', 'must begin with the first booking'],
    ['FREQ=DAILY;COUNT=61', 'must lead to at most 60 bookings'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2', 'must be a rule as RFC 5545 has them'],
  ])('refuses %s', (rule, message) => {
    expect(() => occurrencesOf(rule, at('2027-01-04T09:00', 'UTC'), 'UTC')).toThrow(message);
  });

  it('is moved on the wall clock, over a change of the clocks as well', () => {
    const zone = 'Europe/Berlin';
    const [before, after] = [at('2027-03-22T09:00', zone), at('2027-03-23T10:30', zone)];
    expect(movedAlong(at('2027-03-29T09:00', zone), zone, before, after)).toEqual(at('2027-03-30T10:30', zone));
  });
});
