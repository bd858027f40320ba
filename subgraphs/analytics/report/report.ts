import { startOfPeriod, type DateRange, type Granularity } from '../calendar/calendar.js';
import { addRevenue, NO_REVENUE, type RevenueFigures } from '../facts/figures.js';

export interface RevenuePeriod extends DateRange {
  readonly figures: RevenueFigures;
  readonly currency: string;
}

export interface RevenueReport extends DateRange {
  readonly granularity: Granularity;
  readonly currency: string;
  readonly total: RevenueFigures;
  readonly periods: readonly RevenuePeriod[];
}

/** @param found by the first day of their period */
export function revenueReport(
  range: DateRange,
  granularity: Granularity,
  periods: readonly DateRange[],
  found: ReadonlyMap<string, RevenueFigures>,
  currency: string,
): RevenueReport {
  return {
    ...range,
    granularity,
    currency,
    total: [...found.values()].reduce(addRevenue, NO_REVENUE),
    periods: periods.map((period) => ({
      ...period,
      figures: found.get(startOfPeriod(period.from, granularity)) ?? NO_REVENUE,
      currency,
    })),
  };
}
