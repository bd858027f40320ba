import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { CalendarEntry } from './calendar-entry.js';

const PRODUCT = { company: 'Spine', product: 'Booking', language: 'EN' } as const;

/** How long programs may show what they have read before they look again, in seconds. */
const REFRESH_SECONDS = 15 * 60;

export interface Party {
  readonly name: string;
  readonly email: string;
}

/** What a calendar is besides its entries. */
export interface CalendarOptions {
  readonly method: 'PUBLISH' | 'REQUEST' | 'CANCEL' | null;
  readonly name?: string | undefined;
  /** Who invites whom, where it is an invitation. */
  readonly organizer?: Party | undefined;
  readonly attendee?: Party | undefined;
}

/**
 * A calendar as RFC 5545 has it. Instants are in UTC, so that no reader needs to know a zone's rules; every entry
 * is one appointment, for whose wall clock nothing is left to reckon. The same entries give the same bytes.
 */
export function icalendarOf(entries: readonly CalendarEntry[], { method, name, organizer, attendee }: CalendarOptions): string {
  const calendar = ical({ prodId: PRODUCT, method: method === null ? null : ICalCalendarMethod[method] });
  if (name !== undefined) calendar.name(name);
  if (method === 'PUBLISH') calendar.ttl(REFRESH_SECONDS);
  for (const entry of entries) {
    calendar.createEvent({
      id: entry.uid,
      sequence: entry.sequence,
      status: ICalEventStatus[entry.status],
      start: entry.startsAt,
      end: entry.endsAt,
      stamp: entry.changedAt,
      lastModified: entry.changedAt,
      summary: entry.summary,
      description: entry.description,
      location: entry.location,
      url: entry.url,
      ...(organizer ? { organizer } : {}),
      ...(attendee ? { attendees: [{ ...attendee, rsvp: false }] } : {}),
    });
  }
  return calendar.toString();
}
