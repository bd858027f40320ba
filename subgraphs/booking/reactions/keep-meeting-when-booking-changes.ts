import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import type { BookingEvents } from '../events.js';
import type { BookingJobs } from '../jobs.js';
import { findMeetingOf } from '../meeting/meeting.store.js';

const TOLD = ['booking.confirmed', 'booking.rescheduled', 'booking.cancelled'] as const;

/** A meeting that a service keeps follows its booking. */
export const keepMeetingWhenBookingChanges = (queue: JobQueue<BookingJobs>): readonly Reaction[] =>
  TOLD.map((type) =>
    reactTo<BookingEvents>()(type, `keepMeeting:${type}`, async (context, db, { id, payload: { bookingId } }) => {
      const found = await findMeetingOf(db, bookingId);
      if (found?.kind !== 'HOSTED' && found?.meeting?.kind !== 'HOSTED') return;
      await queue.enqueue(db, context, 'booking.keep_meeting', { bookingId }, { key: `${bookingId}:${id}` });
    }),
  );
