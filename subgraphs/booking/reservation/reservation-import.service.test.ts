import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf, type Shop } from '../../../tests/support/booking.js';
import { ACME, contextFor, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import type { ImportedBooking } from './reservation-import.service.js';

describe('taking over bookings from elsewhere', () => {
  let runtime: TestRuntime;
  let services: BookingServices;
  let shop: Shop;
  let clientId: string;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    ({ services } = createBooking(runtime));
    shop = await openShop(services, ACME);
    clientId = (await services.clients.create(systemOf(ACME), { displayName: 'Old friend' })).id;
  });
  afterAll(() => runtime.stop());

  const booking = (changes: Partial<ImportedBooking>): ImportedBooking => ({
    serviceId: shop.serviceId,
    providerId: shop.providerIds[0] ?? '',
    clientId,
    startsAt: new Date('2026-03-02T15:00:00Z'),
    status: 'COMPLETED',
    createdAt: new Date('2026-02-20T10:00:00Z'),
    confirmedAt: new Date('2026-02-20T10:05:00Z'),
    ...changes,
  });

  it('tells of everything at the time at which it happened', async () => {
    await runtime.everythingTold();
    const before = await runtime.log.head();
    const made = await services.reservationImport.importBooking(systemOf(ACME), booking({}));
    expect(made).toMatchObject({ status: 'COMPLETED', reference: expect.stringMatching(/^BK-20260220-\d{6}$/) });
    await runtime.everythingTold();
    const events = await runtime.log.read({ after: before, limit: 10, tenantId: ACME.id });
    expect(events.map(({ type, occurredAt }) => `${type} ${occurredAt.toISOString()}`)).toEqual([
      'booking.created 2026-02-20T10:00:00.000Z',
      'booking.confirmed 2026-02-20T10:05:00.000Z',
      'booking.completed 2026-03-02T16:00:00.000Z',
    ]);
    expect(events[0]?.payload).toMatchObject({ status: 'PENDING', price: { amount: 5_000, currency: 'USD' } });
    const history = await services.reservationQueries.historyOf(systemOf(ACME), made.id);
    expect(history.map((change) => change.toStatus)).toEqual(['PENDING', 'CONFIRMED', 'COMPLETED']);
  });

  it('leaves alone what has been taken over before', async () => {
    const same = booking({ id: uuidv7(), startsAt: new Date('2026-03-03T15:00:00Z') });
    const first = await services.reservationImport.importBooking(systemOf(ACME), same);
    await runtime.everythingTold();
    const before = await runtime.log.head();
    const again = await services.reservationImport.importBooking(systemOf(ACME), same);
    expect(again).toEqual(expect.objectContaining({ id: first.id, reference: first.reference }));
    await runtime.everythingTold();
    expect(await runtime.log.read({ after: before, limit: 10, tenantId: ACME.id })).toEqual([]);
  });

  it('asks for no opening hours, but gives no time away twice', async () => {
    const night = booking({ startsAt: new Date('2026-03-04T03:00:00Z') });
    await services.reservationImport.importBooking(systemOf(ACME), night);
    await expect(services.reservationImport.importBooking(systemOf(ACME), night)).rejects.toMatchObject({
      code: 'SLOT_UNAVAILABLE',
    });
    const cancelled = { ...night, status: 'CANCELLED', reason: 'Moved away' } as const;
    await expect(services.reservationImport.importBooking(systemOf(ACME), cancelled)).resolves.toBeDefined();
  });

  it('is for the platform itself only', async () => {
    const owner = contextFor(ACME, memberOf(['appointments:create', 'settings:update']));
    await expect(services.reservationImport.importBooking(owner, booking({}))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
