import { defineId } from '../_kernel/graphql/global-id.js';

export const ProviderId = defineId('Provider', 'prv');
export const ServiceId = defineId('Service', 'svc');
export const BookingId = defineId('Booking', 'bkg');
export const ClientId = defineId('Client', 'cli');
export const MedicalNoteId = defineId('MedicalNote', 'mnt');
export const LocationId = defineId('Location', 'loc');
export const ResourceId = defineId('Resource', 'res');
export const ServiceStepId = defineId('ServiceStep', 'stp');
export const BookingGroupId = defineId('BookingGroup', 'bgr');
export const WaitlistEntryId = defineId('WaitlistEntry', 'wle');
export const CalendarExceptionId = defineId('CalendarException', 'cex');
export const CalendarConnectionId = defineId('CalendarConnection', 'ccn');
export const CalendarFeedId = defineId('CalendarFeed', 'cfd');

/**
 * What somebody wants, of whom and for whom, by the ids of rows.
 * @throws {NotFoundError}
 */
export const wantedIds = (input: {
  readonly serviceId: string;
  readonly providerId?: string | null | undefined;
  readonly clientId?: string | null | undefined;
}) => ({
  serviceId: ServiceId.require(input.serviceId),
  providerId: input.providerId == null ? null : ProviderId.require(input.providerId),
  clientId: input.clientId == null ? null : ClientId.require(input.clientId),
});
