import type { MailDesk } from '../../../_kernel/mail/mail-desk.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { timeInWords } from '../../../_kernel/time/time-words.js';
import { nameOf } from '../../client/client.js';
import { entryOf } from '../entry/calendar-entry.js';
import { findCalendarBooking } from '../entry/calendar-entry.store.js';
import { icalendarOf } from '../entry/icalendar.js';

/** What has become of a booking, as its client is told. */
export type InvitedTo = 'CONFIRMED' | 'MOVED' | 'CANCELLED';

export interface CalendarInvitationService {
  /**
   * Asks for a mail to the client with the booking as it stands, for her calendar program to take over; in the
   * caller's transaction. Nothing for a client without an address, nor for what is over.
   */
  send(context: RequestContext, db: TenantDb, bookingId: string, change: InvitedTo): Promise<void>;
}

export function createCalendarInvitationService(parts: {
  readonly mailDesk: MailDesk;
  /** Address of the platform. */
  readonly publicUrl: string;
  /** Address mails are sent from: who invites. */
  readonly sender: string;
}): CalendarInvitationService {
  const { mailDesk, publicUrl, sender } = parts;
  const host = new URL(publicUrl).hostname;
  return {
    async send(context, db, bookingId, change) {
      const booking = await findCalendarBooking(db, bookingId);
      if (!booking || booking.clientEmail === null || booking.endsAt <= context.clock.now()) return;
      const displayName = nameOf({ displayName: booking.clientName });
      const entry = entryOf(booking, { is: 'CLIENT' }, host);
      const method = change === 'CANCELLED' ? 'CANCEL' : 'REQUEST';
      const body = icalendarOf([entry], {
        method,
        organizer: { name: context.tenant.name, email: sender },
        attendee: { name: displayName, email: booking.clientEmail },
      });
      await mailDesk.send(db, context, {
        template: 'BOOKING_INVITATION',
        to: booking.clientEmail,
        values: {
          displayName,
          change,
          what: entry.summary,
          when: `${timeInWords(entry.startsAt.toISOString(), booking.timeZone)} (${booking.timeZone})`,
          reference: booking.reference,
          location: entry.location,
          calendar: { method, body },
        },
      });
    },
  };
}
