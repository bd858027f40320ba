import type { AvailabilityService } from './availability/availability.service.js';
import type { CalendarExceptionService } from './availability/calendar-exception.service.js';
import type { WorkingHoursService } from './availability/working-hours.service.js';
import type { BookingGroupService } from './group/booking-group.service.js';
import type { TermsService } from './terms/terms.service.js';
import type { CatalogueService } from './catalogue/catalogue.service.js';
import type { ClientService } from './client/client.service.js';
import type { ProviderService } from './provider/provider.service.js';
import type { ResourceService } from './resource/resource.service.js';
import type { ReservationImportService } from './reservation/reservation-import.service.js';
import type { ReservationLiveService } from './reservation/reservation-live.service.js';
import type { ReservationMoveService } from './reservation/reservation-move.service.js';
import type { ReservationQueryService } from './reservation/reservation-query.service.js';
import type { ReservationStatusService } from './reservation/reservation-status.service.js';
import type { WaitlistService } from './waitlist/waitlist.service.js';
import type { ReservationService } from './reservation/reservation.service.js';

/** What booking's resolvers can call, and the seed. */
export interface BookingServices {
  readonly providers: ProviderService;
  readonly catalogue: CatalogueService;
  readonly workingHours: WorkingHoursService;
  readonly availability: AvailabilityService;
  readonly calendarExceptions: CalendarExceptionService;
  readonly resources: ResourceService;
  readonly clients: ClientService;
  readonly reservations: ReservationService;
  readonly reservationStatus: ReservationStatusService;
  readonly reservationMoves: ReservationMoveService;
  readonly bookingGroups: BookingGroupService;
  readonly terms: TermsService;
  readonly waitlist: WaitlistService;
  readonly reservationQueries: ReservationQueryService;
  readonly reservationLive: ReservationLiveService;
  readonly reservationImport: ReservationImportService;
}
