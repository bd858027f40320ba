import type { Money } from '../../_kernel/money/money.js';
import { ValidationError } from '../../_kernel/errors/domain-error.js';
import { addDays, daysIn, lastDays, type DateRange } from '../calendar/calendar.js';
import { addRevenue, netRevenue, NO_REVENUE, type RevenueFigures } from '../facts/figures.js';

/** How many days back the counts and rankings of the dashboard look, the day itself included. */
export const WINDOW_DAYS = 30;

const MOST_DAYS = 366;
const MOST_RANKED = 50;

export interface DayRevenue {
  readonly date: string;
  readonly revenue: Money;
}

/** @throws {ValidationError} */
export function assertDayCount(days: number): void {
  if (days < 1 || days > MOST_DAYS) throw ValidationError.of('days', `must be 1 to ${MOST_DAYS}`);
}

/** @throws {ValidationError} */
export function assertRankingLength(first: number): void {
  if (first < 1 || first > MOST_RANKED) throw ValidationError.of('first', `must be 1 to ${MOST_RANKED}`);
}

/** The range that counts and rankings of a day's dashboard are made of. */
export const windowOf = (date: string): DateRange => lastDays(date, WINDOW_DAYS);

/** Revenue of every day of a range in order, also of those without any. */
export const everyDay = (
  range: DateRange,
  found: ReadonlyMap<string, RevenueFigures>,
  currency: string,
): readonly DayRevenue[] =>
  Array.from({ length: daysIn(range) }, (_, days) => {
    const date = addDays(range.from, days);
    return { date, revenue: netRevenue(found.get(date) ?? NO_REVENUE, currency) };
  });

export const totalRevenue = (found: ReadonlyMap<string, RevenueFigures>, currency: string): Money =>
  netRevenue([...found.values()].reduce(addRevenue, NO_REVENUE), currency);
