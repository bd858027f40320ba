import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { findWritableConnections } from '../calendar/connection/calendar-connection.store.js';
import type { BookingEvents } from '../events.js';
import type { BookingJobs } from '../jobs.js';

const TOLD = ['booking.confirmed', 'booking.rescheduled', 'booking.cancelled'] as const;

/** The calendars of a provider are brought into step as soon as a booking of hers has changed. */
export const writeBookingIntoCalendars = (queue: JobQueue<BookingJobs>): readonly Reaction[] => {
  const ask = async (context: RequestContext, db: TenantDb, eventId: string, providerId: string): Promise<void> => {
    for (const { id } of await findWritableConnections(db, providerId)) {
      await queue.enqueue(db, context, 'booking.sync_calendar', { connectionId: id }, { key: `${id}:${eventId}` });
    }
  };
  return TOLD.map((type) =>
    reactTo<BookingEvents>()(type, `writeBookingIntoCalendars:${type}`, (context, db, { id, payload }) =>
      ask(context, db, id, payload.providerId),
    ),
  );
};
