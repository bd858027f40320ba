import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import { createMailDesk } from '../_kernel/mail/mail-desk.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createWorkingHoursLoader } from './availability/availability.loader.js';
import { createAvailabilityService } from './availability/availability.service.js';
import { createCalendarExceptionService } from './availability/calendar-exception.service.js';
import { createWorkingHoursService } from './availability/working-hours.service.js';
import { ON_THIS_MACHINE, type BookingConfig } from './booking-config.js';
import { createCalendars } from './calendar/create-calendars.js';
import { createOfferingsLoader, createServiceLoader } from './catalogue/catalogue.loader.js';
import { createCatalogueService } from './catalogue/catalogue.service.js';
import { createClientLoaders } from './client/client.loader.js';
import { createClientService } from './client/client.service.js';
import type { BookingEvents } from './events.js';
import { createClientPrivacyService } from './personal-data/client-privacy.service.js';
import { BOOKING_HOLDINGS } from './personal-data/holdings.js';
import { createBookingGroupLoaders } from './group/booking-group.loader.js';
import { createBookingGroupService } from './group/booking-group.service.js';
import { createDiscoveryService } from './discovery/discovery.service.js';
import { createNextFreeLoader } from './discovery/next-free.js';
import { createMeetingService } from './meeting/meeting.service.js';
import { createPositionService } from './position/position.service.js';
import { createProgressService } from './progress/progress.service.js';
import { createProviderLoader } from './provider/provider.loader.js';
import { createProviderService } from './provider/provider.service.js';
import { admitProviderWhenSheIsApproved } from './reactions/admit-provider-when-she-is-approved.js';
import { confirmBookingWhenPaymentSucceeds } from './reactions/confirm-booking-when-payment-succeeds.js';
import { countRatingWhenReviewIsSubmitted } from './reactions/count-rating-when-review-is-submitted.js';
import { followPreferencesWhenTheyAreChosen } from './reactions/follow-preferences-when-they-are-chosen.js';
import { knowMembers } from './reactions/know-members.js';
import { keepAddressOfClientWhenItChanges } from './reactions/keep-address-of-client-when-it-changes.js';
import { keepClientWhenMembershipIsGranted } from './reactions/keep-client-when-membership-is-granted.js';
import { createMedicalRecordService } from './medical/medical-record.service.js';
import { planRemindersWhenBookingMovesOn } from './reactions/plan-reminders-when-booking-moves-on.js';
import { createReminderService } from './reminder/reminder.service.js';
import { sendDueReminders } from './reminder/send-due-reminders.schedule.js';
import { expireUnpaidBookings } from './reservation/expire-unpaid-bookings.schedule.js';
import { mailClientWithoutAccountWhoPays } from './reactions/mail-client-without-account-who-pays.js';
import { offerGapWhenTimeIsGivenBack } from './reactions/offer-gap-when-time-is-given-back.js';
import { createBooker } from './reservation/reservation-booker.js';
import { createReservationImportService } from './reservation/reservation-import.service.js';
import { createReservationLiveService } from './reservation/reservation-live.service.js';
import { createReservationMoveService } from './reservation/reservation-move.service.js';
import { createReservationQueryService } from './reservation/reservation-query.service.js';
import { createReservationStatusService } from './reservation/reservation-status.service.js';
import { createReservationLoaders } from './reservation/reservation.loader.js';
import { createReservationService } from './reservation/reservation.service.js';
import { createResourceLoaders } from './resource/resource.loader.js';
import { createResourceService } from './resource/resource.service.js';
import { createTermsService } from './terms/terms.service.js';
import { schema } from './schema.js';
import { createStayService } from './stay/stay.service.js';
import { createTravelService } from './travel/travel.service.js';
import { createWaitlistService } from './waitlist/waitlist.service.js';
import type { BookingServices } from './services.js';

/** Whose time can be booked, for what, when, and who has booked it. */
export function createBooking(runtime: SubgraphRuntime, config: BookingConfig = ON_THIS_MACHINE): Subgraph<BookingServices> {
  const { tenants, platform } = runtime.database;
  const { policies } = runtime;
  const outbox = runtime.outbox.for<BookingEvents>();
  const serviceLoader = createServiceLoader(tenants);
  const availability = createAvailabilityService({ tenants, serviceLoader });
  const clients = createClientService({ tenants, outbox, loaders: createClientLoaders(tenants) });
  const booker = createBooker({ outbox, availability, clients });
  const reservationQueries = createReservationQueryService({
    tenants,
    loaders: createReservationLoaders(tenants, policies),
    clients,
    policies,
    flags: runtime.flags,
  });
  const reservationStatus = createReservationStatusService({ tenants, platform, outbox, policies });
  const catalogue = createCatalogueService({
    tenants,
    serviceLoader,
    offeringsLoader: createOfferingsLoader(tenants),
  });
  const providers = createProviderService({ tenants, outbox, loader: createProviderLoader(tenants), serviceLoader });
  const resources = createResourceService({ tenants, loaders: createResourceLoaders(tenants) });
  const calendars = createCalendars(runtime, config, { outbox, booker });
  const mailDesk = createMailDesk(outbox, runtime.secretBox, 'booking.mail_requested');
  const reminders = createReminderService({ tenants, platform, outbox, mailDesk });
  const waitlist = createWaitlistService({ tenants, outbox, booker, availability, clients, statuses: reservationStatus });

  return {
    name: 'booking',
    schema,
    services: {
      providers,
      catalogue,
      workingHours: createWorkingHoursService({ tenants, loader: createWorkingHoursLoader(tenants) }),
      availability,
      calendarExceptions: createCalendarExceptionService({ tenants }),
      resources,
      travel: createTravelService({ tenants }),
      clients,
      clientPrivacy: createClientPrivacyService({ tenants, outbox, secretBox: runtime.secretBox }),
      reservations: createReservationService({ tenants, booker }),
      stays: createStayService({ tenants, booker }),
      reservationStatus,
      reservationQueries,
      reservationMoves: createReservationMoveService({ tenants, outbox, policies, availability }),
      bookingGroups: createBookingGroupService({
        tenants,
        booker,
        queries: reservationQueries,
        loaders: createBookingGroupLoaders(tenants),
      }),
      medicalRecords: createMedicalRecordService({ tenants, outbox, secretBox: runtime.secretBox }),
      positions: createPositionService({ tenants, outbox, tail: runtime.tail, providers, resources }),
      progress: createProgressService({ tenants, outbox, clients }),
      reminders,
      terms: createTermsService({ tenants }),
      waitlist,
      calendarFeeds: calendars.feeds,
      discovery: createDiscoveryService({ tenants, nextFreeLoader: createNextFreeLoader(tenants) }),
      meetings: createMeetingService({ tenants, config: config.meetings ?? {} }),
      calendarConnections: calendars.connections,
      reservationLive: createReservationLiveService(runtime.tail),
      reservationImport: createReservationImportService({ tenants, outbox }),
    },
    reactions: [
      keepClientWhenMembershipIsGranted(clients),
      keepAddressOfClientWhenItChanges,
      ...knowMembers,
      confirmBookingWhenPaymentSucceeds(reservationStatus),
      ...mailClientWithoutAccountWhoPays({ mailDesk, secretBox: runtime.secretBox, publicUrl: config.issuer }),
      followPreferencesWhenTheyAreChosen,
      countRatingWhenReviewIsSubmitted,
      admitProviderWhenSheIsApproved,
      ...offerGapWhenTimeIsGivenBack(waitlist),
      ...planRemindersWhenBookingMovesOn(reminders),
      answerForPersonalData(
        {
          name: 'booking',
          holdings: BOOKING_HOLDINGS,
          letGo: (context, db, who) => reservationStatus.cancelUpcoming(context, db, who),
        },
        outbox,
        runtime.secretBox,
      ),
      ...calendars.reactions,
    ],
    routes: [...calendars.routes],
    jobs: calendars.jobs,
    schedules: [expireUnpaidBookings(reservationStatus), sendDueReminders(reminders), ...calendars.schedules],
  };
}
