import type { BookingFacts } from '../../subgraphs/booking/events.js';
import type { BookingServices } from '../../subgraphs/booking/services.js';
import { systemClock, type Clock } from '../../subgraphs/_kernel/request/clock.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { contextFor } from './runtime.js';

/** What a company needs before anybody can book: ids of one service and of those who do it. */
export interface Shop {
  readonly serviceId: string;
  readonly providerIds: readonly string[];
}

export interface ShopOptions {
  readonly clock?: Clock;
  readonly providers?: number;
  /** Minor units. */
  readonly price?: number;
  readonly durationMinutes?: number;
  readonly bufferAfterMinutes?: number;
  readonly bufferBeforeMinutes?: number;
  /** How many may come to one session. */
  readonly capacity?: number;
  readonly intermission?: { readonly afterMinutes: number; readonly minutes: number };
}

/** A context of the platform itself in a tenant, as the seed has it. */
export const systemOf = (tenant: TenantIdentity, clock: Clock = systemClock): RequestContext =>
  contextFor(tenant, { kind: 'system', name: 'test' }, clock);

/** Opens a shop whose providers work from 09:00 to 17:00 every day. */
export async function openShop(
  services: BookingServices,
  tenant: TenantIdentity,
  { clock = systemClock, providers = 1, price = 5_000, durationMinutes = 60, ...times }: ShopOptions = {},
): Promise<Shop> {
  const context = systemOf(tenant, clock);
  const service = await services.catalogue.create(context, {
    name: 'Consultation',
    durationMinutes,
    ...times,
    priceAmount: price,
  });
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
  const providerIds: string[] = [];
  for (let n = 1; n <= providers; n += 1) {
    const provider = await services.providers.create(context, { name: `Provider ${n}`, type: 'PARTNER' });
    await services.workingHours.set(context, { providerId: provider.id, hours });
    await services.catalogue.offer(context, { providerId: provider.id, serviceId: service.id });
    providerIds.push(provider.id);
  }
  return { serviceId: service.id, providerIds };
}

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
