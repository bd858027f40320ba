import type { Money } from '../../_kernel/money/money.js';
import { BOOKING_STATUSES, type BookingStatus } from './facts.js';

export interface StatusCount {
  readonly status: BookingStatus;
  readonly count: number;
}

export interface BookingCounts {
  readonly total: number;
  /** Every status, in the order of a booking's life. */
  readonly byStatus: readonly StatusCount[];
}

/** @param found statuses that occur; the others have none */
export function bookingCounts(found: readonly StatusCount[]): BookingCounts {
  const counts = new Map(found.map(({ status, count }) => [status, count]));
  const byStatus = BOOKING_STATUSES.map((status) => ({ status, count: counts.get(status) ?? 0 }));
  return { total: byStatus.reduce((total, { count }) => total + count, 0), byStatus };
}

/** Money that came and money that went back, in minor units of one currency. */
export interface RevenueFigures {
  readonly payments: number;
  /** Not negative. */
  readonly refunds: number;
}

export const NO_REVENUE: RevenueFigures = { payments: 0, refunds: 0 };

export const addRevenue = (one: RevenueFigures, other: RevenueFigures): RevenueFigures => ({
  payments: one.payments + other.payments,
  refunds: one.refunds + other.refunds,
});

/** What is left of the payments; negative when more went back than came. */
export const netRevenue = ({ payments, refunds }: RevenueFigures, currency: string): Money => ({
  amount: payments - refunds,
  currency,
});
