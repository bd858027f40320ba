import { sequenceOf, type CalendarBooking } from '../entry/calendar-entry.js';
import type { CalendarCopyRow } from './calendar-sync.store.js';

export interface SyncPlan {
  readonly write: readonly { readonly booking: CalendarBooking; readonly copy: CalendarCopyRow | null }[];
  readonly remove: readonly CalendarCopyRow[];
}

/** What is certain, and so stands in other calendars. */
const isCertain = ({ status }: CalendarBooking): boolean => status === 'CONFIRMED' || status === 'COMPLETED';
const isCalledOff = ({ status }: CalendarBooking): boolean => status === 'CANCELLED' || status === 'EXPIRED';

/**
 * What has to be written elsewhere so that it shows the bookings as they are. Copies of bookings that are not among
 * those given, because they are over, stay as they are.
 */
export function planOf(bookings: readonly CalendarBooking[], copies: readonly CalendarCopyRow[]): SyncPlan {
  const known = new Map(copies.map((copy) => [copy.bookingId, copy]));
  const write = bookings.filter(isCertain).flatMap((booking) => {
    const copy = known.get(booking.id) ?? null;
    return copy?.sequence === sequenceOf(booking) ? [] : [{ booking, copy }];
  });
  const calledOff = new Set(bookings.filter(isCalledOff).map(({ id }) => id));
  return { write, remove: copies.filter(({ bookingId }) => calledOff.has(bookingId)) };
}
