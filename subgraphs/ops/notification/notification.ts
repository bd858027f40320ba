import { moneyInWords } from '../../_kernel/money/money-words.js';
import type { Money } from '../../_kernel/money/money.js';
import { timeInWords } from '../../_kernel/time/time-words.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

export const NOTIFICATION_KINDS = ['BOOKING_CONFIRMED', 'PAYMENT_SUCCEEDED', 'INCIDENT_RAISED', 'WEBHOOK_DISABLED', 'TICKET_ANSWERED', 'BOOKING_REMINDER', 'WAITLIST_OFFERED'] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** What somebody is told, in plain text, and what it is about. */
export interface Message {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly bookingId?: string | undefined;
  readonly incidentId?: string | undefined;
  /** Whether they have it by mail from elsewhere, and want no second one. */
  readonly isMailed?: boolean | undefined;
}

/** On the clock of the tenant. */
const timeWords = (instant: string, { timeZone }: TenantIdentity): string => timeInWords(instant, timeZone);

interface ConfirmedBooking {
  readonly bookingId: string;
  readonly reference: string;
  readonly serviceName: string;
  readonly providerName: string;
  readonly startsAt: string;
  /** Whether its client is sent it by mail, for her calendar. */
  readonly isInvited?: boolean;
}

export const bookingConfirmedForOwner = (booking: ConfirmedBooking, tenant: TenantIdentity): Message => ({
  kind: 'BOOKING_CONFIRMED',
  title: `New booking: ${booking.serviceName} with ${booking.providerName}`,
  body: `${booking.reference}, ${timeWords(booking.startsAt, tenant)}.`,
  bookingId: booking.bookingId,
});

export const bookingConfirmedForClient = (booking: ConfirmedBooking, tenant: TenantIdentity): Message => ({
  kind: 'BOOKING_CONFIRMED',
  title: `Your booking is confirmed: ${booking.serviceName}`,
  body: [
    `${booking.providerName} of ${tenant.name} expects you on ${timeWords(booking.startsAt, tenant)}.`,
    `Your reference is ${booking.reference}.`,
  ].join(' '),
  bookingId: booking.bookingId,
  isMailed: booking.isInvited,
});

export const bookingReminder = (booking: ConfirmedBooking, tenant: TenantIdentity): Message => ({
  kind: 'BOOKING_REMINDER',
  title: `${booking.serviceName} on ${timeWords(booking.startsAt, tenant)}`,
  body: `${booking.providerName} of ${tenant.name} expects you. Your reference is ${booking.reference}.`,
  bookingId: booking.bookingId,
});

interface OfferedTime {
  readonly bookingId: string;
  readonly serviceName?: string;
  readonly providerName?: string;
  readonly startsAt: string;
  readonly expiresAt: string;
}

export const waitlistOffered = (offer: OfferedTime, tenant: TenantIdentity): Message => ({
  kind: 'WAITLIST_OFFERED',
  title: `Free for you: ${offer.serviceName ?? 'what you wait for'} on ${timeWords(offer.startsAt, tenant)}`,
  body: [
    `${offer.providerName === undefined ? tenant.name : `${offer.providerName} of ${tenant.name}`} holds it for you until ${timeWords(offer.expiresAt, tenant)}.`,
    'Accept it by then, or pay for it where it costs something; otherwise it goes to the next who waits.',
  ].join(' '),
  bookingId: offer.bookingId,
});

export const paymentSucceeded = (payment: { readonly bookingId: string; readonly amount: Money }): Message => ({
  kind: 'PAYMENT_SUCCEEDED',
  title: `Payment received: ${moneyInWords(payment.amount)}`,
  body: 'The money has come and the booking is paid.',
  bookingId: payment.bookingId,
});

export const incidentRaised = (incident: {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly decision: string;
}): Message => ({
  kind: 'INCIDENT_RAISED',
  title: `${incident.severity.charAt(0)}${incident.severity.slice(1).toLowerCase()} incident: ${incident.title}`,
  body: incident.decision,
  incidentId: incident.id,
});

export const webhookDisabled = (url: string): Message => ({
  kind: 'WEBHOOK_DISABLED',
  title: `A webhook is switched off: ${new URL(url).host}`,
  body: 'Nothing but failures came of its calls. Messages that were given up can be delivered again once it is back.',
});

export const ticketAnswered = (ticket: { readonly number: string; readonly subject: string }): Message => ({
  kind: 'TICKET_ANSWERED',
  title: `Answer to ${ticket.number}`,
  body: ticket.subject,
});
