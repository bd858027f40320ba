import { handleJob, PATIENT, type JobHandler } from '../../_kernel/jobs/job.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { CalendarInvitationService } from '../calendar/invitation/calendar-invitation.service.js';
import type { BookingJobs } from '../jobs.js';
import { MeetingFailedError, type MeetingProvider } from './meeting.js';
import { deleteMeeting, findMeetingOf, keepMeeting } from './meeting.store.js';

/** Makes, moves or ends a meeting that a service keeps, as its booking stands; then the client is invited to it. */
export function keepHostedMeeting(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: MeetingProvider;
  readonly invitations: CalendarInvitationService;
}): JobHandler {
  const { tenants, provider, invitations } = parts;
  return handleJob<BookingJobs>()('booking.keep_meeting', {
    retry: PATIENT,
    async run(context, { payload: { bookingId }, attempts }) {
      const found = await findMeetingOf(tenants.of(context), bookingId);
      if (!found) return { is: 'DONE' };
      const { status, kind, wanted, meeting } = found;
      const externalId = meeting?.externalId ?? null;
      try {
        if (status === 'CANCELLED') {
          if (externalId !== null) await provider.end(externalId);
          return { is: 'DONE', settle: (db) => deleteMeeting(db, bookingId) };
        }
        if (status !== 'CONFIRMED' || kind !== 'HOSTED') return { is: 'DONE' };
        if (externalId !== null) {
          await provider.move(externalId, wanted);
          return { is: 'DONE' };
        }
        const made = await provider.make(wanted, attempts > 1);
        return {
          is: 'DONE',
          async settle(db) {
            const isNew = await keepMeeting(db, { ...made, bookingId, kind, createdAt: context.clock.now() });
            if (isNew) await invitations.send(context, db, bookingId, 'CONFIRMED');
          },
        };
      } catch (error) {
        if (!(error instanceof MeetingFailedError)) throw error;
        return { is: 'FAILED', failure: error.message, final: false };
      }
    },
  });
}
