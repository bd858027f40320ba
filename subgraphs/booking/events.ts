import type { MailRequested } from '../_kernel/mail/mail.js';
import type { Money } from '../_kernel/money/money.js';
import type { PersonalDataAnswers, PersonalDataKind } from '../_kernel/personal-data/personal-data.js';

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
  /** What is asked for beforehand; nothing when null or left out. */
  readonly deposit?: Money | null;
  /** What it is made together with: a visit or a series. */
  readonly group?: { readonly id: string } | null;
  /** How many it lasts; null, or left out, for what is booked by the hour. */
  readonly nights?: number | null;
  /** When it is to be paid, where that was agreed; at once when null or left out. */
  readonly dueAt?: string | null;
}

/** It is certain: paid for, or free. */
export interface BookingConfirmed extends BookingFacts {
  /** Whether its client is sent it by mail, for her calendar; taken for no where it is left out. */
  readonly isInvited?: boolean;
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
  /** Left out by those that were told before names were. */
  readonly serviceName?: string;
  readonly providerName?: string;
  readonly startsAt: string;
  readonly expiresAt: string;
}

/** Somebody has read what is noted of a client's health. */
export interface MedicalRecordRead {
  readonly clientId: string;
  readonly clientUserId: string | null;
  readonly accessReason: string;
  /** How many notes were shown. */
  readonly notes: number;
}

/** Something was noted of a client's health; what, is sealed. */
export interface MedicalNoteWritten {
  readonly clientId: string;
  readonly clientUserId: string | null;
  readonly noteId: string;
}

/** A client has completed a step of a service, or not after all. */
export interface ProgressRecorded {
  readonly clientId: string;
  readonly clientUserId: string | null;
  readonly serviceId: string;
  readonly stepId: string;
  readonly isCompleted: boolean;
  /** How much of the service she has completed by then, 0 to 100. */
  readonly percent: number;
}

/** A provider or a resource has said where it is; where that is, is kept only while nothing later is known. */
export interface PositionReported {
  readonly is: 'PROVIDER' | 'RESOURCE';
  readonly subjectId: string;
}

/** A client is to be reminded of what she has booked. */
export interface BookingReminderDue extends BookingFacts {
  /** How long before the start, as the company wants it. */
  readonly leadMinutes: number;
}

/** Which of the people who sign in a provider is; null for none. */
export interface ProviderLinked {
  readonly providerId: string;
  readonly userId: string | null;
}

/** Somebody's calendar can be read under an address, or no more. */
export interface CalendarFeedChanged {
  readonly feedId: string;
  /** Whose bookings; null for what whoever made it has booked herself. */
  readonly providerId: string | null;
  readonly change: 'CREATED' | 'REVOKED';
}

/** The company asks, in the name of a client, for what is known of her, or that it is forgotten. */
export interface ClientDataRequested {
  readonly requestId: string;
  readonly kind: PersonalDataKind;
  readonly clientId: string;
  readonly userId: string | null;
  /** The user who asked. */
  readonly requestedBy: string;
  /** A `DataSubject`, sealed. */
  readonly sealedSubject: string;
}

export interface CalendarConnectionChanged {
  readonly connectionId: string;
  /** REFUSED when the calendar knows its credentials no more. */
  readonly change: 'CONNECTED' | 'PAUSED' | 'RESUMED' | 'REFUSED' | 'DISCONNECTED';
}

/** A booking's time is taken in a calendar elsewhere as well; somebody has to decide. Instants are ISO 8601 in UTC. */
export interface CalendarConflictFound {
  readonly connectionId: string;
  readonly providerId: string;
  readonly bookingId: string;
  readonly busyFrom: string;
  readonly busyUntil: string;
}

export interface BookingEvents extends PersonalDataAnswers<'booking'> {
  'booking.client_data_requested': ClientDataRequested;
  'booking.created': BookingCreated;
  'booking.confirmed': BookingConfirmed;
  'booking.completed': BookingFacts;
  'booking.cancelled': BookingCancelled;
  'booking.no_show': BookingMissed;
  'booking.rescheduled': BookingRescheduled;
  'booking.expired': BookingFacts;
  'booking.payment_orphaned': BookingPaymentOrphaned;
  'booking.waitlist_offered': WaitlistOffered;
  'booking.client_kept': BookingClientKept;
  'booking.medical_record_read': MedicalRecordRead;
  'booking.medical_note_written': MedicalNoteWritten;
  'booking.progress_recorded': ProgressRecorded;
  'booking.position_reported': PositionReported;
  'booking.reminder_due': BookingReminderDue;
  'booking.provider_linked': ProviderLinked;
  'booking.calendar_feed_changed': CalendarFeedChanged;
  'booking.calendar_connection_changed': CalendarConnectionChanged;
  'booking.calendar_conflict_found': CalendarConflictFound;
  'booking.mail_requested': MailRequested;
}
