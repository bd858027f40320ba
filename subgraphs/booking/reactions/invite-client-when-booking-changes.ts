import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CalendarInvitationService } from '../calendar/invitation/calendar-invitation.service.js';
import type { BookingEvents } from '../events.js';
import { openRoom, type MeetingConfig } from '../meeting/meeting.js';
import { findMeetingOf, keepMeeting } from '../meeting/meeting.store.js';

const toBooking = reactTo<BookingEvents>();

/** What is certain goes into the client's own calendar, by mail. What was only held never was in it. */
export const inviteClientWhenBookingChanges = (
  invitations: CalendarInvitationService,
  meetings: MeetingConfig,
): readonly Reaction[] => [
  toBooking('booking.confirmed', 'inviteClientWhenBookingIsConfirmed', async (context, db, { payload: { bookingId, isInvited } }) => {
    const found = await findMeetingOf(db, bookingId);
    // Where a service keeps the meeting, she is invited once there is one.
    if (found?.kind === 'HOSTED' && meetings.hosted) return;
    if (found?.kind === 'OPEN_ROOM' && meetings.roomsUrl !== undefined) {
      const createdAt = context.clock.now();
      await keepMeeting(db, { ...openRoom(meetings.roomsUrl), bookingId, kind: 'OPEN_ROOM', createdAt });
    }
    // She is told by one mail: where this one was not announced, the notice of it is another.
    if (isInvited !== false) await invitations.send(context, db, bookingId, 'CONFIRMED');
  }),
  toBooking('booking.rescheduled', 'inviteClientWhenBookingMoves', async (context, db, { payload }) => {
    const booking = await db.booking.findFirst({ where: { id: payload.bookingId }, select: { status: true } });
    if (booking?.status === 'CONFIRMED') await invitations.send(context, db, payload.bookingId, 'MOVED');
  }),
  toBooking('booking.cancelled', 'disinviteClientWhenBookingIsCancelled', async (context, db, { payload }) => {
    if (payload.previousStatus === 'CONFIRMED') await invitations.send(context, db, payload.bookingId, 'CANCELLED');
  }),
];
