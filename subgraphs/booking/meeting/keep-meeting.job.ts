import { once } from '../../_kernel/events/idempotency.js';
import { handleJob, PATIENT, type JobHandler } from '../../_kernel/jobs/job.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { CalendarInvitationService } from '../calendar/invitation/calendar-invitation.service.js';
import type { BookingJobs } from '../jobs.js';
import { MeetingFailedError, type MeetingProvider } from './meeting.js';
import { deleteMeeting, findMeetingOf, keepMeeting } from './meeting.store.js';

/** After so many attempts, some ten minutes, a client waits for her invitation no longer. */
const ATTEMPTS_WAITED_FOR = 6;

/**
 * Makes, moves or ends a meeting that a service keeps, as its booking stands; then the client is invited to it. Where
 * that takes long, or never comes about, she is invited without it, and once more should there be one after all.
 */
export function keepHostedMeeting(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: MeetingProvider;
  readonly invitations: CalendarInvitationService;
}): JobHandler {
  const { tenants, provider, invitations } = parts;

  const inviteWithoutMeeting = async (context: RequestContext, db: TenantDb, bookingId: string): Promise<void> => {
    const found = await findMeetingOf(db, bookingId);
    if (found?.status !== 'CONFIRMED' || found.kind !== 'HOSTED' || found.meeting) return;
    const call = { operation: 'inviteWithoutMeeting', key: bookingId, input: {} };
    await once(context, db, call, async () => {
      await invitations.send(context, db, bookingId, 'CONFIRMED');
      return bookingId;
    });
  };

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
        return {
          is: 'FAILED',
          failure: error.message,
          final: false,
          async settle(db, next) {
            const isInTime = next.status === 'PENDING' && next.dueAt < wanted.startsAt;
            if (attempts >= ATTEMPTS_WAITED_FOR || !isInTime) await inviteWithoutMeeting(context, db, bookingId);
          },
        };
      }
    },
    abandoned: (context, db, { payload: { bookingId } }) => inviteWithoutMeeting(context, db, bookingId),
  });
}
