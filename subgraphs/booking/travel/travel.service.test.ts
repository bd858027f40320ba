import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import {
  ACME,
  contextFor,
  createTestClock,
  GLOBEX,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-01-11T08:00:00Z'));
const at = (time: string): Date => new Date(`2027-01-12T${time}:00Z`);

describe('a provider who works at two places', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  /** A company of its own, whose one provider does one service in the north and another, an hour long as well, in the south. */
  const company = async (price = 0) => {
    const tenant: TenantIdentity = { ...ACME, id: uuidv7(), slug: `acme-${uuidv7()}`, plan: 'ENTERPRISE' };
    const system = systemOf(tenant, clock);
    const [north, south] = [await openShop(services, tenant, { clock, price }), await openShop(services, tenant, { clock, price: 0 })];
    const providerId = north.providerIds[0] ?? '';
    const [one, other] = [
      await services.resources.createLocation(system, { name: 'North' }),
      await services.resources.createLocation(system, { name: 'South' }),
    ];
    await services.catalogue.offer(system, { providerId, serviceId: north.serviceId, locationId: one.id });
    await services.catalogue.offer(system, { providerId, serviceId: south.serviceId, locationId: other.id });
    const staff = contextFor(tenant, memberOf(['appointments:read']), clock);
    return {
      system,
      desk: contextFor(tenant, memberOf(TENANT_PERMISSIONS), clock),
      providerId,
      north: north.serviceId,
      south: south.serviceId,
      /** Where the service of the south is done. */
      other: other.id,
      travel: (minutes: number | null, from = one.id, to = other.id) =>
        services.travel.set(system, { fromLocationId: from, toLocationId: to, minutes }),
      book: (serviceId: string, startsAt: Date) => {
        const context = contextFor(tenant, memberOf(), clock);
        return services.reservations.create(context, { serviceId, providerId, startsAt, idempotencyKey: uuidv7() });
      },
      offered: async (serviceId: string) => {
        const page = await services.availability.search(staff, { serviceId, providerId, from: '2027-01-12', days: 1, first: 200 });
        return page?.edges.map(({ node }) => node.startsAt.toISOString().slice(11, 16));
      },
      against: (serviceId: string, startsAt: Date) => services.availability.explain(staff, { serviceId, providerId, startsAt }),
    };
  };

  it('is offered and booked at one only with the way from the other in between', async () => {
    const { north, south, travel, book, offered, against } = await company();
    await travel(30);
    await book(north, at('17:00'));
    expect(await offered(south)).toEqual([
      '14:00', '14:15', '14:30', '14:45', '15:00', '15:15', '15:30', '18:30', '18:45', '19:00',
      '19:15', '19:30', '19:45', '20:00', '20:15', '20:30', '20:45', '21:00',
    ]);
    expect((await offered(north))?.includes('18:00')).toBe(true);
    expect(await against(south, at('18:15'))).toEqual([{ code: 'TRAVELLING', detail: 'North' }]);
    expect(await against(south, at('18:30'))).toEqual([]);
    await expect(book(south, at('18:15'))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(book(south, at('15:45'))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(book(south, at('18:30'))).resolves.toMatchObject({ status: 'CONFIRMED' });
    await expect(book(south, at('15:30'))).resolves.toMatchObject({ status: 'CONFIRMED' });
  });

  it('needs what is usual between places for which nothing else is set', async () => {
    const { system, north, south, travel, book, against } = await company();
    await book(north, at('17:00'));
    expect(await against(south, at('18:00'))).toEqual([]);
    await services.travel.setUsual(system, 45);
    expect(await against(south, at('18:30'))).toEqual([{ code: 'TRAVELLING', detail: 'North' }]);
    expect(await against(south, at('18:45'))).toEqual([]);
    expect(await travel(0)).toMatchObject({ minutes: 0 });
    expect(await against(south, at('18:00'))).toEqual([]);
    expect(await travel(null)).toMatchObject({ minutes: 45 });
    expect(await against(south, at('18:30'))).toEqual([{ code: 'TRAVELLING', detail: 'North' }]);
    expect(await services.travel.usual(system)).toBe(45);
    expect((await services.travel.list(system, {})).edges).toEqual([]);
  });

  it('is moved only to where she can get to, and what is taken over from elsewhere is asked the same', async () => {
    const { system, desk, providerId, north, south, travel, book } = await company();
    await travel(60);
    const [first, second] = [await book(north, at('14:00')), await book(south, at('19:00'))];
    const moved = (startsAt: Date) =>
      services.reservationMoves.move(desk, { bookingId: second.id, startsAt, scope: 'ONE' });
    await expect(moved(at('15:45'))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(moved(at('16:00'))).resolves.toMatchObject({ status: 'CONFIRMED' });
    const taken = { providerId, clientId: first.clientId, status: 'CONFIRMED', createdAt: clock.now() } as const;
    const takeOver = (startsAt: Date) => services.reservationImport.importBooking(system, { ...taken, serviceId: north, startsAt });
    await expect(takeOver(at('17:30'))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(takeOver(at('18:00'))).resolves.toMatchObject({ status: 'CONFIRMED' });
  });

  it('is on her way before the next service of a visit begins', async () => {
    const { desk, providerId, north, south, travel, book } = await company();
    await travel(20);
    const { clientId } = await book(north, at('21:00'));
    const made = await services.bookingGroups.createVisit(desk, {
      clientId,
      startsAt: at('14:00'),
      services: [north, south].map((serviceId) => ({ serviceId, providerId })),
      idempotencyKey: uuidv7(),
    });
    const bookings = await services.bookingGroups.bookingsOf(desk, made.id);
    expect(bookings.map(({ startsAt }) => startsAt)).toEqual([at('14:00'), at('15:20')]);
  });

  it('goes to the other place and back in an intermission, where that is long enough for both ways', async () => {
    const { system, providerId, north, travel, book, offered, other } = await company();
    await travel(10);
    await services.catalogue.setIntermission(system, north, { afterMinutes: 10, minutes: 40 });
    const quick = await services.catalogue.create(system, { name: 'Look', durationMinutes: 15, slotStepMinutes: 5, priceAmount: 0 });
    await services.catalogue.offer(system, { providerId, serviceId: quick.id, locationId: other });
    const visit = await book(north, at('15:00'));
    const within = (await offered(quick.id))?.filter((time) => time >= '14:45' && time <= '16:10');
    expect(within).toEqual(['15:20', '15:25', '16:10']);
    for (const time of ['15:15', '15:30', '16:05']) {
      const taken = { providerId, clientId: visit.clientId, serviceId: quick.id, status: 'CONFIRMED', createdAt: clock.now() } as const;
      await expect(services.reservationImport.importBooking(system, { ...taken, startsAt: at(time) })).rejects.toMatchObject({
        code: 'SLOT_UNAVAILABLE',
      });
    }
    expect(await services.availability.explain(system, { serviceId: quick.id, providerId, startsAt: at('15:30') })).toEqual([
      { code: 'TRAVELLING', detail: 'North' },
    ]);
    await expect(book(quick.id, at('15:25'))).resolves.toBeDefined();
  });

  it('is not given back to who pays too late, when she cannot get there any more', async () => {
    const { system, north, south, travel, book } = await company(5_000);
    await travel(30);
    const late = await book(north, at('17:00'));
    clock.advance(16 * 60_000);
    await services.reservationStatus.expireUnpaid(system);
    await book(south, at('18:00'));
    await runtime.database.tenants.transaction(system, (db) =>
      services.reservationStatus.confirmPaid(system, db, { bookingId: late.id, paymentId: uuidv7() }),
    );
    expect(await services.reservationQueries.find(system, late.id)).toMatchObject({ status: 'EXPIRED' });
  });

  it('is left time for her way by the database itself, however many ask at once for whatever is free', async () => {
    const { system, providerId, north, south, travel, book, offered } = await company();
    await travel(45);
    const starts = Array.from({ length: 28 }, (_, n) => new Date(at('14:00').getTime() + n * 15 * 60_000));
    const wanted = starts.flatMap((startsAt) => [north, south].map((serviceId) => ({ serviceId, startsAt })));
    const outcomes = await Promise.allSettled(wanted.map(({ serviceId, startsAt }) => book(serviceId, startsAt)));
    const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refusals.filter((one) => !(one instanceof ConflictError))).toEqual([]);
    const { edges } = await services.reservationQueries.list(system, { first: 50 }, { providerId });
    const booked = edges.map(({ node }) => node);
    expect(booked.length).toBe(wanted.length - refusals.length);
    expect(booked.length).toBeGreaterThan(2);
    for (const [n, { startsAt, serviceId }] of booked.entries()) {
      const before = booked[n - 1];
      if (!before) continue;
      const way = before.serviceId === serviceId ? 0 : 45;
      expect(startsAt.getTime() - before.blockedUntil.getTime()).toBeGreaterThanOrEqual(way * 60_000);
    }
    const left = await Promise.all([north, south].map(async (serviceId) => ({ serviceId, at: (await offered(serviceId))?.[0] })));
    for (const { serviceId, at: time } of left) {
      if (time !== undefined) await expect(book(serviceId, at(time))).resolves.toBeDefined();
    }
  }, 60_000);

  it('has her ways set by who may change settings, between places of her own company', async () => {
    const { system, travel } = await company();
    const strange = await services.resources.createLocation(systemOf(GLOBEX, clock), { name: 'Far' });
    const mine = await services.resources.createLocation(system, { name: 'Near' });
    await expect(travel(10, mine.id, strange.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(travel(10, mine.id, uuidv7())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(travel(10, mine.id, mine.id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ field: 'toLocationId' }] });
    await expect(travel(481)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ field: 'minutes' }] });
    await expect(services.travel.setUsual(system, -1)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ field: 'minutes' }] });
    const reader = contextFor(system.tenant, memberOf(['settings:read']), clock);
    await expect(services.travel.setUsual(reader, 10)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(
      services.travel.set(reader, { fromLocationId: mine.id, toLocationId: strange.id, minutes: 1 }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.travel.list(contextFor(system.tenant, memberOf(), clock), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await travel(10);
    expect((await services.travel.list(reader, {})).edges.map(({ node }) => node.minutes)).toEqual([10]);
    const stranger = contextFor(GLOBEX, memberOf(TENANT_PERMISSIONS), clock);
    expect((await services.travel.list(stranger, {})).edges).toEqual([]);
    expect(await services.travel.usual(stranger)).toBe(0);
  });
});
