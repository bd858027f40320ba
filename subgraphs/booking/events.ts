import type { Money } from '../_kernel/money/money.js';

export type BookingStatusName = 'PENDING' | 'CONFIRMED' | 'COMPLETED' | 'CANCELLED' | 'NO_SHOW' | 'EXPIRED';

/** What every event of a booking says of it. Ids are UUIDs, instants are ISO 8601 in UTC. */
export interface BookingFacts {
  readonly bookingId: string;
  /** What people call it by, such as `BK-20270131-402913`. */
  readonly reference: string;
  readonly clientId: string;
  /** The client's user of identity; null for somebody who does not sign in. */
  readonly clientUserId: string | null;
  readonly providerId: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly providerName: string;
  readonly startsAt: string;
  readonly endsAt: string;
  /** As it was when the booking was made. */
  readonly price: Money;
}

/** PENDING while it awaits its payment; CONFIRMED when there is nothing to pay, and `booking.confirmed` follows. */
export interface BookingCreated extends BookingFacts {
  readonly status: BookingStatusName;
}

export interface BookingCancelled extends BookingFacts {
  readonly reason: string | null;
  readonly previousStatus: BookingStatusName;
  /** What the client owes because she cancelled late; nothing when null or left out. */
  readonly fee?: Money | null;
}

/** The client did not come. */
export interface BookingMissed extends BookingFacts {
  /** What she owes for that; nothing when null or left out. */
  readonly fee?: Money | null;
}

/** A booking has moved; its facts are those of the new time. */
export interface BookingRescheduled extends BookingFacts {
  readonly previousStartsAt: string;
  readonly previousProviderId: string;
}

/** A payment has come for a booking whose time is given away already; somebody must pay it back. */
export interface BookingPaymentOrphaned {
  readonly bookingId: string;
  readonly paymentId: string;
}

/** The tenant now has a record of a person who signs in; every booking of hers is kept under `clientId`. */
export interface BookingClientKept {
  readonly clientId: string;
  readonly userId: string;
  readonly displayName: string;
}

/** A slot is held for somebody who waited; she has until `expiresAt` to take it. */
export interface WaitlistOffered {
  readonly entryId: string;
  readonly bookingId: string;
  readonly clientId: string;
  readonly clientUserId: string | null;
  readonly serviceId: string;
  readonly startsAt: string;
  readonly expiresAt: string;
}

export interface BookingEvents {
  'booking.created': BookingCreated;
  'booking.confirmed': BookingFacts;
  'booking.completed': BookingFacts;
  'booking.cancelled': BookingCancelled;
  'booking.no_show': BookingMissed;
  'booking.rescheduled': BookingRescheduled;
  'booking.expired': BookingFacts;
  'booking.payment_orphaned': BookingPaymentOrphaned;
  'booking.waitlist_offered': WaitlistOffered;
  'booking.client_kept': BookingClientKept;
}
