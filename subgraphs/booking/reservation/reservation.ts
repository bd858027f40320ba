import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import { textSchema } from '../../_kernel/validation/text.js';
import type { BookingStatusName } from '../events.js';

export const BOOKING_STATUSES = [
  'PENDING',
  'CONFIRMED',
  'COMPLETED',
  'CANCELLED',
  'NO_SHOW',
  'EXPIRED',
] as const satisfies readonly BookingStatusName[];
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

/** A payment that comes too late still counts if the time is free, so what has expired may be confirmed. */
const TRANSITIONS: Readonly<Record<BookingStatus, readonly BookingStatus[]>> = {
  PENDING: ['CONFIRMED', 'CANCELLED', 'EXPIRED'],
  CONFIRMED: ['COMPLETED', 'CANCELLED', 'NO_SHOW'],
  EXPIRED: ['CONFIRMED'],
  COMPLETED: [],
  CANCELLED: [],
  NO_SHOW: [],
};

/** How long a booking waits for its payment. */
export const HOLD_MS = 15 * 60_000;

/** How long before its start a booking may be completed: some come early. */
const COMPLETE_EARLY_MS = 60 * 60_000;

interface Standing {
  readonly status: BookingStatus;
  readonly startsAt: Date;
  /** When it is to be paid, where that was agreed. */
  readonly dueAt?: Date | null;
}

/** Whether a booking in this state keeps others from its time. The constraints of the database name the same. */
export const takesTime = (status: BookingStatus): boolean =>
  status === 'PENDING' || status === 'CONFIRMED' || status === 'COMPLETED';

export const canBecome = (from: BookingStatus, to: BookingStatus): boolean => TRANSITIONS[from].includes(to);

/** @throws {InvalidTransitionError} */
export function assertCanBecome(from: BookingStatus, to: BookingStatus): void {
  if (!canBecome(from, to)) throw new InvalidTransitionError(from, to);
}

/** @throws {InvalidTransitionError} also earlier than an hour before the start */
export function assertCanBeCompleted({ status, startsAt }: Standing, now: Date): void {
  assertCanBecome(status, 'COMPLETED');
  if (now.getTime() < startsAt.getTime() - COMPLETE_EARLY_MS) {
    const reason = 'A booking can be completed from one hour before its start on';
    throw new InvalidTransitionError(status, 'COMPLETED', reason);
  }
}

/** @throws {InvalidTransitionError} also before the start */
export function assertCanBeMissed({ status, startsAt }: Standing, now: Date): void {
  assertCanBecome(status, 'NO_SHOW');
  if (now < startsAt) {
    throw new InvalidTransitionError(status, 'NO_SHOW', 'Nobody has missed a booking that has not begun');
  }
}

/**
 * Staff may cancel whatever is not over; a client only what has not begun and is not part of what was agreed for months.
 * @throws {InvalidTransitionError}
 */
export function assertCanBeCancelled({ status, startsAt, dueAt = null }: Standing, now: Date, by: 'client' | 'staff'): void {
  assertCanBecome(status, 'CANCELLED');
  if (by === 'client' && dueAt !== null) {
    throw new InvalidTransitionError(status, 'CANCELLED', 'It was agreed for months; ask the company to end it');
  }
  if (by === 'client' && now >= startsAt) {
    throw new InvalidTransitionError(status, 'CANCELLED', 'The booking has begun; ask the company to cancel it');
  }
}

/** What is free needs no payment and stands at once. */
export const firstStatus = (priceAmount: number): BookingStatus => (priceAmount === 0 ? 'CONFIRMED' : 'PENDING');

/** The states a booking goes through on the usual way to one, the first and the last included. */
export function wayTo(status: BookingStatus, priceAmount: number): readonly BookingStatus[] {
  const first = firstStatus(priceAmount);
  const confirmed: readonly BookingStatus[] = first === 'CONFIRMED' ? ['CONFIRMED'] : ['PENDING', 'CONFIRMED'];
  switch (status) {
    case 'PENDING':
      return ['PENDING'];
    case 'EXPIRED':
      return ['PENDING', 'EXPIRED'];
    case 'CONFIRMED':
      return confirmed;
    case 'COMPLETED':
    case 'CANCELLED':
    case 'NO_SHOW':
      return [...confirmed, status];
  }
}

/**
 * What people call a booking by: `BK-`, the day it was made on the tenant's calendar as `YYYYMMDD`, and six
 * random digits, which tell nobody how much business there is. Unique in the tenant.
 * @param day as `YYYY-MM-DD`
 */
export const newReference = (day: string): string =>
  `BK-${day.replaceAll('-', '')}-${String(randomInt(1_000_000)).padStart(6, '0')}`;

const noteSchema = textSchema(2_000).nullish();

export const newBookingSchema = z.object({
  serviceId: z.string(),
  providerId: z.string().nullish(),
  clientId: z.string().nullish(),
  startsAt: z.date(),
  note: noteSchema,
});

export const cancellationSchema = z.object({
  reason: textSchema(500).nullish(),
});

export const importedBookingSchema = newBookingSchema.extend({
  id: z.guid().nullish(),
  providerId: z.string(),
  clientId: z.string(),
  status: z.enum(BOOKING_STATUSES),
  createdAt: z.date(),
  confirmedAt: z.date().nullish(),
  settledAt: z.date().nullish(),
  reason: z.string().max(500).nullish(),
});
