import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValidationError } from '../../_kernel/errors/domain-error.js';
import {
  addDays,
  assertReportableRange,
  daysIn,
  GRANULARITIES,
  lastDays,
  localDateOf,
  MOST_PERIODS,
  periodsOf,
  startOfPeriod,
} from './calendar.js';

const ZONES = [
  'UTC',
  'America/New_York',
  'America/St_Johns',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
] as const;
const anyInstant = fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2040-01-01T00:00:00Z'), noInvalidDate: true });
const anyDate = anyInstant.map((instant) => instant.toISOString().slice(0, 10));

describe('the local date of an instant', () => {
  it('is what a calendar on the wall of that zone shows', () => {
    const walls = new Map(
      ZONES.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })]),
    );
    fc.assert(
      fc.property(anyInstant, fc.constantFrom(...ZONES), (instant, zone) => {
        expect(localDateOf(instant, zone)).toBe(walls.get(zone)?.format(instant));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['2027-01-31T04:59:59Z', 'America/New_York', '2027-01-30'],
    ['2027-01-31T05:00:00Z', 'America/New_York', '2027-01-31'],
    ['2027-03-14T06:59:59Z', 'America/New_York', '2027-03-14'],
    ['2027-07-01T03:59:59Z', 'America/New_York', '2027-06-30'],
    ['2027-10-30T22:00:00Z', 'Europe/Berlin', '2027-10-31'],
    ['2027-10-31T23:00:00Z', 'Europe/Berlin', '2027-11-01'],
    ['2027-12-31T10:00:00Z', 'Pacific/Kiritimati', '2028-01-01'],
    ['2028-01-01T10:59:59Z', 'Pacific/Pago_Pago', '2027-12-31'],
  ])('of %s in %s is %s', (instant, zone, date) => {
    expect(localDateOf(new Date(instant), zone)).toBe(date);
  });
});

describe('a range of days', () => {
  it('that ends with a date has as many days as asked for', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: 1, max: 500 }), (date, days) => {
        const range = lastDays(date, days);
        expect(range.to).toBe(date);
        expect(daysIn(range)).toBe(days);
        expect(addDays(range.from, days - 1)).toBe(date);
      }),
    );
  });

  it.each([
    [{ from: '2027-02-01', to: '2027-01-31' }, 'to'],
    [{ from: '0000-01-01', to: '2027-01-31' }, 'from'],
    [{ from: '2027-01-31', to: '9999-12-31' }, 'to'],
  ])('is refused when it is %j', (range, field) => {
    expect(() => assertReportableRange(range)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ field })] }),
    );
  });
});

describe('the periods of a range', () => {
  it('cover every day of it once, in order, each within one period of the calendar', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: 0, max: 390 }), fc.constantFrom(...GRANULARITIES), (from, more, granularity) => {
        const range = { from, to: addDays(from, more) };
        const periods = periodsOf(range, granularity);
        expect(periods[0]?.from).toBe(range.from);
        expect(periods.at(-1)?.to).toBe(range.to);
        periods.forEach((period, at) => {
          expect(startOfPeriod(period.from, granularity)).toBe(startOfPeriod(period.to, granularity));
          const next = periods[at + 1];
          if (!next) return;
          expect(next.from).toBe(addDays(period.to, 1));
          expect(startOfPeriod(next.from, granularity)).toBe(next.from);
        });
      }),
    );
  });

  it('begin weeks on Monday and cut the first and the last to the range', () => {
    expect(periodsOf({ from: '2027-01-30', to: '2027-02-09' }, 'WEEK')).toEqual([
      { from: '2027-01-30', to: '2027-01-31' },
      { from: '2027-02-01', to: '2027-02-07' },
      { from: '2027-02-08', to: '2027-02-09' },
    ]);
    expect(periodsOf({ from: '2028-02-10', to: '2028-03-01' }, 'MONTH')).toEqual([
      { from: '2028-02-10', to: '2028-02-29' },
      { from: '2028-03-01', to: '2028-03-01' },
    ]);
  });

  it.each(GRANULARITIES)('are refused when there are too many, by %s', (granularity) => {
    const days = { DAY: 1, WEEK: 7, MONTH: 31 }[granularity] * MOST_PERIODS;
    expect(() => periodsOf({ from: '2000-01-01', to: addDays('2000-01-01', days) }, granularity)).toThrow(ValidationError);
    expect(() => periodsOf({ from: '1970-01-01', to: '2999-12-31' }, granularity)).toThrow(ValidationError);
  });
});
