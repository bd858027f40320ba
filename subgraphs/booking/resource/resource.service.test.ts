import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { persistently } from '../../../tests/support/booking-contention.js';
import { openShop, systemOf, type Shop } from '../../../tests/support/booking.js';
import {
  ACME,
  contextFor,
  createTestClock,
  GLOBEX,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { setBookable } from '../provider/provider.store.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-01-11T08:00:00Z'));
const TEN = new Date('2027-01-12T15:00:00Z');

describe('what a service needs beside a provider', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  const system = () => systemOf(ACME, clock);
  const member = () => contextFor(ACME, memberOf(), clock);
  const staff = () => contextFor(ACME, memberOf(['appointments:read']), clock);
  const book = (of: Shop, provider = 0, startsAt = TEN, context = member()) => {
    const wanted = { serviceId: of.serviceId, providerId: of.providerIds[provider] ?? '', startsAt, idempotencyKey: uuidv7() };
    return persistently(() => services.reservations.create(context, wanted));
  };
  /** A shop whose service needs one unit of a kind of its own, of which there is one resource. */
  const shopWith = async (capacity: number, options: Parameters<typeof openShop>[2] = {}) => {
    const of = await openShop(services, ACME, { clock, providers: 3, price: 0, ...options });
    const kind = `room ${uuidv7()}`;
    const resource = await services.resources.create(system(), { name: 'Blue room', kind, capacity });
    await services.resources.require(system(), of.serviceId, { resources: [{ kind, units: 1 }], qualifications: [] });
    return { ...of, kind, resource };
  };
  const offered = async (of: Shop, from = '2027-01-12') => {
    const page = await services.availability.search(member(), { serviceId: of.serviceId, from, days: 1, first: 500 });
    return new Set(page?.edges.map(({ node }) => `${node.provider.id} ${node.startsAt.toISOString()}`));
  };
  const obstacles = (of: Shop, provider = 0, startsAt = TEN) =>
    services.availability.explain(staff(), { serviceId: of.serviceId, providerId: of.providerIds[provider] ?? '', startsAt });
  const outcomesOf = async (attempts: readonly Promise<unknown>[]) => {
    const outcomes = await Promise.allSettled(attempts);
    const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    return { made: outcomes.length - refusals.length, unexpected: refusals.filter((one) => !(one instanceof ConflictError)) };
  };

  /** Three who do three services on two banks of a river: alone, with others, and with an intermission. */
  const townWithTwoBanks = async () => {
    const of = await shopWith(1, { providers: 3, durationMinutes: 45, bufferBeforeMinutes: 5, bufferAfterMinutes: 10 });
    const [north, south] = [
      await services.resources.createLocation(system(), { name: 'North bank' }),
      await services.resources.createLocation(system(), { name: 'South bank' }),
    ];
    await services.travel.set(system(), { fromLocationId: south.id, toLocationId: north.id, minutes: 40 });
    await services.resources.create(system(), { name: 'Table', kind: of.kind, capacity: 2, locationId: north.id });
    await services.resources.create(system(), { name: 'Hall', kind: of.kind, capacity: 1, locationId: south.id });
    await services.resources.require(system(), of.serviceId, { resources: [{ kind: of.kind, units: 2 }], qualifications: [] });
    const group = await services.catalogue.create(system(), { name: 'Class', durationMinutes: 60, capacity: 2, priceAmount: 0 });
    await services.resources.require(system(), group.id, { resources: [{ kind: of.kind, units: 1 }], qualifications: [] });
    for (const [at, providerId] of of.providerIds.entries()) {
      await services.catalogue.offer(system(), { serviceId: of.serviceId, providerId, locationId: north.id });
      const { id: locationId } = at === 2 ? north : south;
      await services.catalogue.offer(system(), { serviceId: group.id, providerId, locationId });
    }
    const pause = { afterMinutes: 20, minutes: 130 };
    const paused = await services.catalogue.create(system(), { name: 'Colour', durationMinutes: 170, intermission: pause, priceAmount: 0 });
    for (const providerId of of.providerIds) await services.catalogue.offer(system(), { serviceId: paused.id, providerId, locationId: north.id });
    return { of, shops: [of, ...[group, paused].map(({ id }) => ({ serviceId: id, providerIds: of.providerIds }))] };
  };
  /** How often what stands contradicts itself, places being forty minutes apart. */
  const broken = async (kind: string) => {
    const { rows } = await runtime.pools.platform.query(
      `WITH worked AS (
         SELECT provider_id, service_id, session_id, blocked_from AS starts, coalesce(intermission_from, blocked_until) AS ends
         FROM booking.booking WHERE status = 'CONFIRMED'
         UNION ALL SELECT provider_id, service_id, session_id, intermission_until, blocked_until
         FROM booking.booking WHERE status = 'CONFIRMED' AND intermission_until IS NOT NULL)
       SELECT (SELECT count(*) FROM worked a JOIN worked b
                 ON a.provider_id = b.provider_id AND a.session_id <> b.session_id AND a.starts < b.ends AND b.starts < a.ends) AS overlaps,
              (SELECT count(*) FROM worked a JOIN worked b ON a.provider_id = b.provider_id
               JOIN booking.offering x ON (x.provider_id, x.service_id) = (a.provider_id, a.service_id)
               JOIN booking.offering y ON (y.provider_id, y.service_id) = (b.provider_id, b.service_id)
               WHERE x.location_id <> y.location_id
                 AND a.starts < b.ends + interval '40 min' AND b.starts < a.ends + interval '40 min') AS unreachable,
              (SELECT count(*) FROM booking.resource_use u JOIN booking.resource r ON r.id = u.resource_id
               WHERE booking.peak_use(r.id, u.used_from, u.used_until) > r.capacity) AS exceeded,
              (SELECT count(*) FROM booking.resource_use u WHERE u.resource_id = ANY($1) AND NOT EXISTS
                 (SELECT 1 FROM booking.booking b WHERE b.session_id = u.session_id AND b.status = 'CONFIRMED')) AS orphans`,
      [(await services.resources.list(system(), { kind })).edges.map(({ node }) => node.id)],
    );
    return rows as unknown[];
  };
  /** In how many intermissions of others a booking lies. */
  const surrounding = async (id: string): Promise<number> => {
    const { rowCount } = await runtime.pools.platform.query(
      `SELECT 1 FROM booking.booking a JOIN booking.booking b ON a.provider_id = b.provider_id AND a.status = 'CONFIRMED'
       WHERE b.id = $1 AND a.intermission_from <= b.blocked_from AND b.blocked_until <= a.intermission_until`,
      [id],
    );
    return rowCount ?? 0;
  };

  it('is had by one booking at a time, though their providers differ', async () => {
    const of = await shopWith(1);
    const made = await book(of, 0);
    await expect(book(of, 1)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(await obstacles(of, 1)).toEqual([{ code: 'RESOURCE_TAKEN', detail: of.kind }]);
    expect(await obstacles(of, 0)).toEqual([
      { code: 'PROVIDER_TAKEN', detail: null },
      { code: 'RESOURCE_TAKEN', detail: of.kind },
    ]);
    expect(await services.resources.usedBy(staff(), made.sessionId)).toMatchObject([{ name: 'Blue room' }]);
    await services.reservationStatus.cancel(system(), made.id, null);
    expect(await obstacles(of, 1)).toEqual([]);
    await expect(book(of, 1)).resolves.toMatchObject({ status: 'CONFIRMED' });
  });

  it('gives of two rooms two bookings, of two hundred who ask at once', async () => {
    const of = await shopWith(1, { providers: 8 });
    await services.resources.create(system(), { name: 'Green room', kind: of.kind, capacity: 1 });
    const { made, unexpected } = await outcomesOf(Array.from({ length: 200 }, (_, n) => book(of, n % 8)));
    expect(unexpected).toEqual([]);
    expect(made).toBe(2);
  });

  it('is taken all or nothing by services that need two kinds, whatever order they name them in', async () => {
    const [one, other] = [await shopWith(1, { providers: 6 }), await shopWith(1, { providers: 6 })];
    const needs = [one.kind, other.kind].map((kind) => ({ kind, units: 1 }));
    await services.resources.require(system(), one.serviceId, { resources: needs, qualifications: [] });
    await services.resources.require(system(), other.serviceId, { resources: needs.toReversed(), qualifications: [] });
    const { made, unexpected } = await outcomesOf(
      Array.from({ length: 200 }, (_, n) => book(n % 2 === 0 ? one : other, n % 6)),
    );
    expect(unexpected).toEqual([]);
    expect(made).toBe(1);
    const { rows } = await runtime.pools.platform.query<{ count: string }>(
      'SELECT count(*) FROM booking.resource_use WHERE resource_id = ANY($1)',
      [[one.resource.id, other.resource.id]],
    );
    expect(rows[0]?.count).toBe('2');
  });

  it('is kept within its capacity by the database itself', async () => {
    const { resource } = await shopWith(2);
    const use = (units: number, from: string, until: string) =>
      runtime.pools.platform.query(
        `INSERT INTO booking.resource_use (tenant_id, session_id, resource_id, units, used_from, used_until)
         VALUES ($1, gen_random_uuid(), $2, $3, $4, $5)`,
        [ACME.id, resource.id, units, `2027-01-12T${from}:00Z`, `2027-01-12T${until}:00Z`],
      );
    const taken: (number | null)[] = [];
    for (const [units, from, until] of [[1, '10:00', '11:00'], [1, '12:00', '13:00'], [1, '10:00', '13:00'], [1, '10:30', '10:45'], [2, '11:00', '12:00'], [2, '13:00', '14:00']] as const) {
      taken.push((await use(units, from, until)).rowCount);
    }
    expect(taken).toEqual([1, 1, 1, 0, 0, 1]);
  });

  it('comes from where the provider does the service', async () => {
    const of = await shopWith(1);
    const [north, south] = [
      await services.resources.createLocation(system(), { name: 'North' }),
      await services.resources.createLocation(system(), { name: 'South', address: 'Bridge Street 1' }),
    ];
    await services.resources.create(system(), { name: 'Room of the south', kind: of.kind, capacity: 1, locationId: south.id });
    const place = (at: number, locationId: string) =>
      services.catalogue.offer(system(), { serviceId: of.serviceId, providerId: of.providerIds[at] ?? '', locationId });
    await place(0, north.id);
    await place(1, south.id);
    expect(await obstacles(of, 0)).toEqual([{ code: 'RESOURCE_TAKEN', detail: of.kind }]);
    await expect(book(of, 1)).resolves.toBeDefined();
  });

  it('is a qualification that counts to its last day', async () => {
    const of = await openShop(services, ACME, { clock, providers: 2, price: 0 });
    await services.resources.require(system(), of.serviceId, { resources: [], qualifications: ['First aid'] });
    expect(await obstacles(of, 0)).toEqual([{ code: 'NOT_QUALIFIED', detail: null }]);
    expect((await offered(of)).size).toBe(0);
    await services.resources.qualify(system(), of.providerIds[0] ?? '', [{ name: 'first aid', validUntil: '2027-01-12' }]);
    expect(await obstacles(of, 0)).toEqual([]);
    expect(await obstacles(of, 0, new Date('2027-01-13T15:00:00Z'))).toEqual([{ code: 'NOT_QUALIFIED', detail: null }]);
    await expect(book(of, 0)).resolves.toBeDefined();
    await expect(book(of, 1)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('takes holidays and hours of a single day from the calendar', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const providerId = of.providerIds[0] ?? '';
    const holiday = await services.calendarExceptions.add(system(), { kind: 'CLOSED', name: 'Founding day', firstDay: '2027-01-12' });
    expect(await obstacles(of)).toEqual([{ code: 'CLOSED', detail: 'Founding day' }]);
    await services.calendarExceptions.add(system(), { providerId, kind: 'OPEN', firstDay: '2027-01-12', start: '10:00', end: '11:00' });
    expect(await offered(of)).toEqual(new Set([`${providerId} ${TEN.toISOString()}`]));
    await services.calendarExceptions.remove(system(), holiday.id);
    await expect(services.calendarExceptions.remove(system(), holiday.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      services.calendarExceptions.add(system(), { kind: 'OPEN', firstDay: '2027-01-12', lastDay: '2027-01-11' }),
    ).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('asks for an approval where the company does', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const waiting = await services.providers.create(system(), { name: 'New', type: 'TUTOR', awaitsApproval: true });
    await services.workingHours.set(system(), { providerId: waiting.id, hours: [{ weekday: 2, start: '09:00', end: '17:00' }] });
    await services.catalogue.offer(system(), { providerId: waiting.id, serviceId: of.serviceId });
    const shop = { serviceId: of.serviceId, providerIds: [waiting.id] };
    expect(await obstacles(shop)).toEqual([{ code: 'PROVIDER_NOT_BOOKABLE', detail: null }]);
    await expect(book(shop)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await runtime.database.tenants.transaction(system(), (db) => setBookable(db, waiting.id, true));
    expect(await obstacles(shop)).toEqual([]);
    await expect(book(shop)).resolves.toBeDefined();
  });

  it('seats a group: twelve of five hundred who ask at once, each on a seat of her own in one room', async () => {
    const of = await shopWith(1, { providers: 1, capacity: 12 });
    const { made, unexpected } = await outcomesOf(Array.from({ length: 500 }, () => book(of)));
    expect(unexpected).toEqual([]);
    expect(made).toBe(12);
    expect(await obstacles(of)).toEqual([{ code: 'SESSION_FULL', detail: null }]);
    const { rows } = await runtime.pools.platform.query<{ seat: number; sessions: string }>(
      `SELECT seat, count(*) OVER (PARTITION BY session_id) AS sessions FROM booking.booking
       WHERE provider_id = $1 AND status = 'CONFIRMED' ORDER BY seat`,
      [of.providerIds[0]],
    );
    expect(rows.map(({ seat }) => seat)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    const half = new Date(TEN.getTime() + 30 * 60_000);
    await expect(book(of, 0, half)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('is kept by a group until its last has gone', async () => {
    const of = await shopWith(1, { capacity: 3 });
    const [first, second] = [await book(of), await book(of)];
    await services.reservationStatus.cancel(system(), first.id, null);
    await expect(book(of, 1)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect((await book(of)).seat).toBe(1);
    for (const { node } of (await services.reservationQueries.list(systemOf(ACME, clock), {}, { providerId: of.providerIds[0] })).edges) {
      if (node.status === 'CONFIRMED') await services.reservationStatus.cancel(system(), node.id, null);
    }
    expect(second.sessionId).toBe(first.sessionId);
    await expect(book(of, 1)).resolves.toBeDefined();
  });

  it('books exactly what it offers through random bookings, moves and cancellations of providers, rooms, groups, intermissions and places', async () => {
    const { of, shops } = await townWithTwoBanks();
    const desk = contextFor(ACME, memberOf(['appointments:read', 'appointments:update']), clock);
    const live: string[] = [];
    let [onTheWay, within] = [0, 0];
    let state = 11;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const moveOne = async (startsAt: Date): Promise<void> => {
      for (const bookingId of live.slice(random(Math.max(1, live.length))).slice(0, 1)) {
        const move = { bookingId, startsAt: new Date(startsAt.getTime() + 86_400_000), scope: 'ONE' } as const;
        await services.reservationMoves.move(desk, move).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
        });
      }
    };
    for (let n = 0; n < 160; n += 1) {
      const shop = shops[random(3)] ?? of;
      const provider = random(3);
      const startsAt = new Date(Date.parse('2027-01-12T13:45:00Z') + random(32) * 15 * 60_000);
      const isOffered = (await offered(shop)).has(`${shop.providerIds[provider] ?? ''} ${startsAt.toISOString()}`);
      const against = (await obstacles(shop, provider, startsAt)) ?? [];
      expect(against.length === 0).toBe(isOffered);
      if (against.length === 1 && against[0]?.code === 'TRAVELLING') onTheWay += 1;
      const made = await book(shop, provider, startsAt).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
        return null;
      });
      expect([n, made !== null]).toEqual([n, isOffered]);
      if (made) {
        live.push(made.id);
        within += await surrounding(made.id);
      }
      if (random(6) === 0) await moveOne(startsAt);
      if (random(3) === 0 && live.length > 0) {
        const [gone = ''] = live.splice(random(live.length), 1);
        await services.reservationStatus.cancel(system(), gone, null);
      }
    }
    expect(await broken(of.kind)).toEqual([{ overlaps: '0', unreachable: '0', exceeded: '0', orphans: '0' }]);
    expect(within).toBeGreaterThan(0);
    expect(live.length).toBeGreaterThan(5);
    expect(onTheWay).toBeGreaterThan(0);
  });

  it('gives an expired booking that is paid after all its room back, if that is free', async () => {
    const of = await shopWith(1, { price: 5_000 });
    const paid = await book(of, 0);
    const late = async () => {
      clock.advance(16 * 60_000);
      await services.reservationStatus.expireUnpaid(system());
      await runtime.database.tenants.transaction(system(), (db) =>
        services.reservationStatus.confirmPaid(system(), db, { bookingId: paid.id, paymentId: uuidv7() }),
      );
      return (await services.reservationQueries.find(staff(), paid.id))?.status;
    };
    expect(await late()).toBe('CONFIRMED');
    await expect(book(of, 1)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('knows nothing of another tenant, and asks for permissions', async () => {
    const of = await shopWith(1);
    const stranger = contextFor(GLOBEX, memberOf(TENANT_PERMISSIONS), clock);
    const { resources, calendarExceptions, availability } = services;
    const providerId = of.providerIds[0] ?? '';
    await expect(resources.change(stranger, of.resource.id, { capacity: 9 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(resources.require(stranger, of.serviceId, { resources: [], qualifications: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(resources.qualify(stranger, providerId, [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(calendarExceptions.add(stranger, { providerId, kind: 'CLOSED', firstDay: '2027-01-12' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await availability.explain(stranger, { serviceId: of.serviceId, providerId, startsAt: TEN })).toBeNull();
    expect((await resources.list(stranger, {})).edges).toEqual([]);
    await expect(resources.list(member(), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(resources.create(staff(), { name: 'X', kind: 'x', capacity: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(resources.require(system(), of.serviceId, { resources: [{ kind: 'x', units: 0 }], qualifications: [] })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
