import { defineId } from '../_kernel/graphql/global-id.js';

export const ProviderId = defineId('Provider', 'prv');
export const ServiceId = defineId('Service', 'svc');
export const BookingId = defineId('Booking', 'bkg');
export const ClientId = defineId('Client', 'cli');
