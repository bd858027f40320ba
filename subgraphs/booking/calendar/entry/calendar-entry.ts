import { wallClock } from '../../availability/zone-calendar.js';
import type { BookingStatus } from '../../reservation/reservation.js';

/** A booking as calendars of people show it. */
export interface CalendarEntry {
  /** The same for the whole life of a booking, and nobody else's. */
  readonly uid: string;
  /** Grows with every change. */
  readonly sequence: number;
  readonly status: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly changedAt: Date;
  readonly summary: string;
  readonly description: string;
  readonly location: string | null;
  /** Where it takes place over video; null where it does not. */
  readonly url: string | null;
}

/** A booking with all that an entry says of it. */
export interface CalendarBooking {
  readonly id: string;
  readonly reference: string;
  readonly status: BookingStatus;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** When the provider is free for others in between; null where she is not. */
  readonly intermissionFrom: Date | null;
  readonly intermissionUntil: Date | null;
  /** IANA zone of the provider's wall clock. */
  readonly timeZone: string;
  readonly providerName: string;
  readonly serviceName: string;
  readonly clientName: string | null;
  readonly clientEmail: string | null;
  readonly locationName: string | null;
  readonly locationAddress: string | null;
  readonly meetingUrl: string | null;
  /** How often it has changed. */
  readonly changes: number;
  readonly changedAt: Date;
}

/** For whom an entry is: it names the others. */
export type Audience = { readonly is: 'CLIENT' } | { readonly is: 'PROVIDER'; readonly namesClients: boolean };

const STATUSES: Readonly<Record<BookingStatus, CalendarEntry['status']>> = {
  PENDING: 'TENTATIVE',
  CONFIRMED: 'CONFIRMED',
  COMPLETED: 'CONFIRMED',
  NO_SHOW: 'CONFIRMED',
  CANCELLED: 'CANCELLED',
  EXPIRED: 'CANCELLED',
};

/** @param host after which the platform's entries are named, such as `spine.example` */
export const uidOf = (bookingId: string, host: string): string => `${bookingId}@${host}`;

/** The booking an entry is of, if it is one of the platform's; null for everybody else's. */
export function bookingOfUid(uid: string, host: string): string | null {
  const [id, at, ...rest] = uid.split('@');
  return at?.toLowerCase() === host && rest.length === 0 && id ? id.toLowerCase() : null;
}

const locationOf = ({ locationName, locationAddress, meetingUrl }: CalendarBooking): string | null =>
  locationName === null ? meetingUrl : [locationName, locationAddress].filter(Boolean).join(', ');

function summaryOf(booking: CalendarBooking, audience: Audience): string {
  if (audience.is === 'CLIENT') return `${booking.serviceName} with ${booking.providerName}`;
  const { clientName } = booking;
  return audience.namesClients && clientName !== null ? `${booking.serviceName}: ${clientName}` : booking.serviceName;
}

/** What her own calendar says of the intermission that a provider has; clients stay, and need not know. */
function freeTimeOf({ intermissionFrom, intermissionUntil, timeZone }: CalendarBooking, audience: Audience): string[] {
  if (audience.is === 'CLIENT' || intermissionFrom === null || intermissionUntil === null) return [];
  const [from, until] = [intermissionFrom, intermissionUntil].map((at) => wallClock(at, timeZone).slice(11, 16));
  return [`Intermission from ${from ?? ''} to ${until ?? ''}`];
}

/** Grows with every change of a booking; that it has got a place to meet is one. */
export const sequenceOf = ({ changes, meetingUrl }: Pick<CalendarBooking, 'changes' | 'meetingUrl'>): number =>
  Math.max(0, changes - (meetingUrl === null ? 1 : 0));

/**
 * What a calendar says of a booking: one entry for the whole visit. Notes are left out: what calendars know travels far.
 */
export function entryOf(booking: CalendarBooking, audience: Audience, host: string): CalendarEntry {
  const { id, reference, status, startsAt, endsAt, changedAt, meetingUrl } = booking;
  return {
    uid: uidOf(id, host),
    sequence: sequenceOf(booking),
    status: STATUSES[status],
    startsAt,
    endsAt,
    changedAt,
    summary: summaryOf(booking, audience),
    description: [
      `Reference ${reference}`,
      ...freeTimeOf(booking, audience),
      ...(meetingUrl === null ? [] : [`Join at ${meetingUrl}`]),
    ].join('\n'),
    url: meetingUrl,
    location: locationOf(booking),
  };
}
