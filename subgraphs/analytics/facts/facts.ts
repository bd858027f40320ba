import type { BookingStatusName } from '../../booking/events.js';

export const BOOKING_STATUSES = [
  'PENDING',
  'CONFIRMED',
  'COMPLETED',
  'CANCELLED',
  'NO_SHOW',
  'EXPIRED',
] as const satisfies readonly BookingStatusName[];
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

/**
 * How far along a booking is. Events are written in the order their transactions began, which is not always
 * the order of what they tell: a booking never goes back from a higher rank to a lower one. What has expired
 * may still be confirmed, when the payment comes late and the time is free.
 */
const RANK: Readonly<Record<BookingStatus, number>> = {
  PENDING: 0,
  EXPIRED: 1,
  CONFIRMED: 2,
  COMPLETED: 3,
  CANCELLED: 3,
  NO_SHOW: 3,
};

export const statusRank = (status: BookingStatus): number => RANK[status];

/** Bookings that take their provider's time, or took it. */
export const STANDING_STATUSES: readonly BookingStatus[] = ['PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW'];

/** The keys under which money is written down; a second fact under one is refused. */
export const sourceOfPayment = (paymentId: string): string => `payment:${paymentId}`;
/** @param eventId a payment may be refunded in parts, each told by an event of its own */
export const sourceOfRefund = (eventId: string): string => `refund:${eventId}`;
