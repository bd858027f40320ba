import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { BookingFacts } from '../../subgraphs/booking/events.js';

/** What booking says of a booking, with ids of its own where none are given. */
export const bookedFacts = (known: Partial<BookingFacts> = {}): BookingFacts => ({
  bookingId: uuidv7(),
  reference: 'BK-20270131-402913',
  clientId: uuidv7(),
  clientUserId: uuidv7(),
  providerId: uuidv7(),
  serviceId: uuidv7(),
  serviceName: 'Massage',
  providerName: 'Ana',
  startsAt: '2027-01-31T14:00:00.000Z',
  endsAt: '2027-01-31T15:00:00.000Z',
  price: { amount: 12_050, currency: 'USD' },
  ...known,
});
