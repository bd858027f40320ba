import { Temporal } from 'temporal-polyfill';
import { ValidationError } from '../../_kernel/errors/domain-error.js';

/** Calendar dates are `YYYY-MM-DD`, which sort as they follow each other. */
const FIRST_DATE = '1970-01-01';
const LAST_DATE = '2999-12-31';

export const GRANULARITIES = ['DAY', 'WEEK', 'MONTH'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** The longest a day, a week and a month can be, in days. */
const LONGEST: Readonly<Record<Granularity, number>> = { DAY: 1, WEEK: 7, MONTH: 31 };

/** How many periods one report may have. */
export const MOST_PERIODS = 400;

/** Days from `from` to `to`, both included. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The day an instant belongs to where clocks show the time of a zone.
 * @param timeZone IANA name
 */
export const localDateOf = (instant: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** @param days negative for earlier */
export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

/** The days that end with a date, as many as asked for. */
export const lastDays = (date: string, days: number): DateRange => ({ from: addDays(date, 1 - days), to: date });

/** How many days a range has. */
export const daysIn = ({ from, to }: DateRange): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days + 1;

/** @throws {ValidationError} naming `field` for a date no business is done on */
export function assertReportable(date: string, field: string): void {
  if (date < FIRST_DATE || date > LAST_DATE) {
    throw ValidationError.of(field, `must be from ${FIRST_DATE} to ${LAST_DATE}`);
  }
}

/** @throws {ValidationError} for dates out of reach, or in the wrong order */
export function assertReportableRange({ from, to }: DateRange): void {
  assertReportable(from, 'from');
  assertReportable(to, 'to');
  if (from > to) throw ValidationError.of('to', 'must not be before from');
}

/** The first day of the period that a date lies in. Weeks begin on Monday, as ISO 8601 has it. */
export function startOfPeriod(date: string, granularity: Granularity): string {
  switch (granularity) {
    case 'DAY':
      return date;
    case 'WEEK':
      return addDays(date, 1 - Temporal.PlainDate.from(date).dayOfWeek);
    case 'MONTH':
      return `${date.slice(0, 8)}01`;
  }
}

function endOfPeriod(date: string, granularity: Granularity): string {
  const start = Temporal.PlainDate.from(startOfPeriod(date, granularity));
  const next = { DAY: { days: 1 }, WEEK: { weeks: 1 }, MONTH: { months: 1 } }[granularity];
  return start.add(next).subtract({ days: 1 }).toString();
}

/**
 * The periods of a range in order, without a gap. The first and the last are cut to the range.
 * @throws {ValidationError} for more than `MOST_PERIODS`
 */
export function periodsOf(range: DateRange, granularity: Granularity): readonly DateRange[] {
  const tooMany = () => ValidationError.of('granularity', `makes more than ${MOST_PERIODS} periods of this range`);
  if (daysIn(range) / LONGEST[granularity] > MOST_PERIODS) throw tooMany();
  const periods: DateRange[] = [];
  for (let from = range.from; from <= range.to; ) {
    const end = endOfPeriod(from, granularity);
    const to = end < range.to ? end : range.to;
    periods.push({ from, to });
    from = addDays(to, 1);
  }
  if (periods.length > MOST_PERIODS) throw tooMany();
  return periods;
}
