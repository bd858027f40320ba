import { createMailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Reaction } from '../../_kernel/events/reaction.js';
import type { JobHandler } from '../../_kernel/jobs/job.js';
import { createJobQueue } from '../../_kernel/jobs/job-queue.js';
import type { Schedule } from '../../_kernel/jobs/schedule.js';
import { createOutboundFetch } from '../../_kernel/outbound/outbound-fetch.js';
import type { SubgraphRuntime } from '../../_kernel/subgraph.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { BookingConfig } from '../booking-config.js';
import type { BookingEvents } from '../events.js';
import type { BookingJobs } from '../jobs.js';
import { inviteClientWhenBookingChanges } from '../reactions/invite-client-when-booking-changes.js';
import { createHostedMeetings } from '../meeting/hosted-meetings.js';
import { keepHostedMeeting } from '../meeting/keep-meeting.job.js';
import { keepMeetingWhenBookingChanges } from '../reactions/keep-meeting-when-booking-changes.js';
import { writeBookingIntoCalendars } from '../reactions/write-booking-into-calendars.js';
import type { Booker } from '../reservation/reservation-booker.js';
import { createCalendarConnectionService, type CalendarConnectionService } from './connection/calendar-connection.service.js';
import { calendarFeedRoute } from './feed/calendar-feed.route.js';
import { createCalendarFeedService, type CalendarFeedService } from './feed/calendar-feed.service.js';
import { createCalendarInvitationService } from './invitation/calendar-invitation.service.js';
import { createCalendarProviders } from './remote/calendar-provider.js';
import { lookForCalendarChanges } from './sync/look-for-changes.schedule.js';
import { syncCalendar } from './sync/sync-calendar.job.js';
import { calendarNoticeRoute } from './watch/calendar-notice.route.js';
import { createCalendarNoticeService } from './watch/calendar-notice.service.js';

/** What brings bookings into people's calendars, and what stands there back. */
export interface Calendars {
  readonly feeds: CalendarFeedService;
  readonly connections: CalendarConnectionService;
  readonly reactions: readonly Reaction[];
  readonly routes: readonly SubgraphRoute[];
  readonly jobs: readonly JobHandler[];
  readonly schedules: readonly Schedule[];
}

/** A whole calendar in one answer is longer than most answers, and slower. */
const LIMITS = { pauseMs: 15_000, longestAnswer: 16 * 1024 * 1024 } as const;

export function createCalendars(
  runtime: SubgraphRuntime,
  config: BookingConfig,
  parts: { readonly outbox: Outbox<BookingEvents>; readonly booker: Booker },
): Calendars {
  const { outbox, booker } = parts;
  const { database, secretBox, clock, logger } = runtime;
  const { tenants } = database;
  const { issuer: publicUrl, mail } = config;
  const { protocol } = new URL(publicUrl);
  // A platform without TLS is one for development, where calendars are on the same machine.
  const mayBeInside = protocol === 'http:';
  const providers = createCalendarProviders({
    services: config.calendars ?? {},
    clock,
    guarded: createOutboundFetch(mayBeInside, LIMITS),
    request: createOutboundFetch(true, LIMITS),
  });
  const meetings = config.meetings ?? {};
  const hosted = meetings.hosted && createHostedMeetings(meetings.hosted, createOutboundFetch(true, LIMITS), clock);
  const queue = createJobQueue<BookingJobs>('booking', runtime);
  const feeds = createCalendarFeedService({ tenants, outbox, booker, publicUrl });
  const notices = createCalendarNoticeService({ tenants, queue });
  const mailDesk = createMailDesk(outbox, secretBox, 'booking.mail_requested');
  const invitations = createCalendarInvitationService({ mailDesk, publicUrl, sender: mail.from });
  return {
    feeds,
    connections: createCalendarConnectionService({ tenants, outbox, queue, secretBox, providers, mayBeHttp: mayBeInside }),
    reactions: [...inviteClientWhenBookingChanges(invitations, meetings), ...writeBookingIntoCalendars(queue), ...(hosted ? keepMeetingWhenBookingChanges(queue) : [])],
    routes: [calendarFeedRoute({ feeds, clock, logger }), calendarNoticeRoute({ notices, clock, logger })],
    jobs: [syncCalendar({ tenants, outbox, secretBox, providers, publicUrl }), ...(hosted ? [keepHostedMeeting({ tenants, provider: hosted, invitations })] : [])],
    schedules: [lookForCalendarChanges(database, queue)],
  };
}
