import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { persistently } from '../../../tests/support/booking-contention.js';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import {
  ACME,
  contextFor,
  createTestClock,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));

describe('the search for slots', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  const visitor = () => contextFor(ACME, undefined, clock);
  const slots = async (serviceId: string, from: string, days: number, args: object = {}) => {
    const found = await services.availability.search(visitor(), { serviceId, from, days, ...args });
    if (!found) throw new Error('unknown service');
    return found;
  };
  /** How many statements the application's connections are asked for. */
  const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
    let count = 0;
    const counter = (): void => void (count += 1);
    runtime.pools.app.on('acquire', counter);
    await work();
    runtime.pools.app.off('acquire', counter);
    return count;
  };

  it('keeps the wall clock of the shop over the change of the clocks', async () => {
    const { serviceId } = await openShop(services, ACME, { clock });
    const { edges } = await slots(serviceId, '2027-03-13', 2, { first: 500 });
    const openings = edges.map(({ node }) => node.startsAt.toISOString());
    expect(openings[0]).toBe('2027-03-13T14:00:00.000Z');
    expect(openings).toContain('2027-03-14T13:00:00.000Z');
    expect(openings).not.toContain('2027-03-14T12:00:00.000Z');
  });

  it('leaves out what is taken, and offers it again when it is given back', async () => {
    const { serviceId, providerIds } = await openShop(services, ACME, { clock });
    const client = contextFor(ACME, memberOf(), clock);
    const startsAt = new Date('2027-03-09T15:00:00Z');
    const input = { serviceId, providerId: providerIds[0] ?? '', startsAt, idempotencyKey: uuidv7() };
    const offered = async () =>
      (await slots(serviceId, '2027-03-09', 1, { first: 500 })).edges.map(({ node }) => node.startsAt.toISOString());
    const before = await offered();
    const { id } = await services.reservations.create(client, input);
    const left = await offered();
    expect(before.filter((start) => !left.includes(start))).toEqual(
      ['14:15', '14:30', '14:45', '15:00', '15:15', '15:30', '15:45'].map((at) => `2027-03-09T${at}:00.000Z`),
    );
    await services.reservationStatus.cancel(client, id, null);
    expect(await offered()).toEqual(before);
  });

  it('goes through all providers in order of time, page by page, in both directions', async () => {
    const { serviceId } = await openShop(services, ACME, { clock, providers: 3 });
    const all = (await slots(serviceId, '2027-03-09', 2, { first: 500 })).edges;
    expect(all).toHaveLength(2 * 3 * 29);
    const key = (edge: (typeof all)[number]) => `${edge.node.startsAt.toISOString()} ${edge.node.provider.id}`;
    expect(all.map(key)).toEqual(all.map(key).toSorted());
    const walked: string[] = [];
    let after: string | null = null;
    do {
      const page = await slots(serviceId, '2027-03-09', 2, { first: 40, after });
      walked.push(...page.edges.map(key));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(walked).toEqual(all.map(key));
    const back = await slots(serviceId, '2027-03-09', 2, { last: 5, before: all[20]?.cursor });
    expect(back.edges.map(key)).toEqual(all.slice(15, 20).map(key));
    expect(back.pageInfo.hasPreviousPage).toBe(true);
  });

  it('counts days on the calendar of each provider', async () => {
    const { serviceId } = await openShop(services, ACME, { clock });
    const abroad = await services.providers.create(systemOf(ACME), {
      name: 'Abroad',
      type: 'TUTOR',
      timeZone: 'Asia/Kolkata',
    });
    await services.workingHours.set(systemOf(ACME), {
      providerId: abroad.id,
      hours: [{ weekday: 2, start: '09:00', end: '10:00' }],
    });
    await services.catalogue.offer(systemOf(ACME), { providerId: abroad.id, serviceId });
    const { edges } = await slots(serviceId, '2027-03-09', 1, { providerId: abroad.id });
    expect(edges.map(({ node }) => [node.startsAt.toISOString(), node.timeZone])).toEqual([
      ['2027-03-09T03:30:00.000Z', 'Asia/Kolkata'],
    ]);
  });

  it('books every slot that it offers and refuses every other start', async () => {
    const times = { durationMinutes: 45, bufferAfterMinutes: 10 };
    const { serviceId, providerIds } = await openShop(services, ACME, { clock, ...times });
    const providerId = providerIds[0] ?? '';
    const book = (startsAt: Date) =>
      services.reservations.create(contextFor(ACME, memberOf(), clock), {
        serviceId, providerId, startsAt, idempotencyKey: uuidv7(),
      });
    let state = 7;
    for (let n = 0; n < 60; n += 1) {
      state = (state * 48_271) % 2_147_483_647;
      const startsAt = new Date(Date.parse('2027-03-09T12:00:00Z') + (state % 216) * 5 * 60_000);
      const { edges } = await slots(serviceId, '2027-03-09', 1, { first: 500 });
      const isOffered = edges.some(({ node }) => node.startsAt.getTime() === startsAt.getTime());
      const booked = await book(startsAt).then(() => true, (error: unknown) => {
        expect(error).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
        return false;
      });
      expect([startsAt.toISOString(), booked]).toEqual([startsAt.toISOString(), isOffered]);
    }
  });

  describe('around an intermission', () => {
    const at = (time: string) => new Date(`2027-03-09T${time}:00Z`);
    /** Colour is half an hour of work, three quarters of waiting and half an hour of work; a cut takes as long as the waiting. */
    const salon = async (price = 0) => {
      const intermission = { afterMinutes: 30, minutes: 45 };
      const { serviceId: colour, providerIds } = await openShop(services, ACME, { clock, price, durationMinutes: 105, intermission });
      const [system, providerId = ''] = [systemOf(ACME, clock), ...providerIds];
      const { id: cut } = await services.catalogue.create(system, { name: 'Cut', durationMinutes: 45, priceAmount: 0 });
      await services.catalogue.offer(system, { providerId, serviceId: cut });
      const book = (serviceId: string, time: string) => {
        const [context, wanted] = [contextFor(ACME, memberOf(), clock), { serviceId, providerId, startsAt: at(time), idempotencyKey: uuidv7() }];
        return persistently(() => services.reservations.create(context, wanted));
      };
      return {
        system, providerId, colour, cut, book,
        desk: contextFor(ACME, memberOf(['appointments:create', 'appointments:read', 'appointments:update', 'patients:read']), clock),
        /** What the constraint alone says, whatever is offered. */
        takeOver: async (serviceId: string, time: string) => {
          const { id: clientId } = await services.clients.create(system, { displayName: 'Somebody' });
          const taken = { serviceId, providerId, clientId, startsAt: at(time), status: 'CONFIRMED', createdAt: clock.now() } as const;
          return services.reservationImport.importBooking(system, taken);
        },
        against: async (serviceId: string, time: string) =>
          (await services.availability.explain(system, { serviceId, providerId, startsAt: at(time) }))?.map(({ code }) => code),
        offered: async (serviceId: string) =>
          (await slots(serviceId, '2027-03-09', 1, { first: 500 })).edges.map(({ node }) => node.startsAt.toISOString().slice(11, 16)),
      };
    };
    const taken = { code: 'SLOT_UNAVAILABLE' };

    it('offers a provider to others, and keeps her work before and behind it', async () => {
      const { colour, cut, book, offered, against } = await salon();
      const before = await offered(cut);
      expect(await book(colour, '15:00')).toMatchObject({
        intermissionFrom: at('15:30'), intermissionUntil: at('16:15'), endsAt: at('16:45'), blockedUntil: at('16:45'),
      });
      const left = await offered(cut);
      expect(before.filter((start) => !left.includes(start))).toEqual([
        '14:30', '14:45', '15:00', '15:15', '15:45', '16:00', '16:15', '16:30',
      ]);
      expect([await against(cut, '15:30'), await against(cut, '15:45')]).toEqual([[], ['PROVIDER_TAKEN']]);
      // Another's work fits into the waiting as this one's waiting leaves room for it.
      expect(await offered(colour)).toEqual(expect.arrayContaining(['15:30', '15:45']));
      expect(await offered(colour)).not.toContain('16:00');
      await expect(book(cut, '15:45')).rejects.toMatchObject(taken);
      await expect(book(cut, '15:30')).resolves.toMatchObject({ status: 'CONFIRMED' });
      await expect(book(colour, '15:30')).rejects.toMatchObject(taken);
      expect(await against(colour, '15:30')).toEqual(['PROVIDER_TAKEN']);
    });

    it('is had by one of many who ask for it at once, and by none who would reach into the work', async () => {
      const { colour, cut, book, takeOver } = await salon();
      await book(colour, '15:00');
      const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => book(n % 2 === 0 ? cut : colour, '15:30')));
      const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refusals).toHaveLength(39);
      for (const refusal of refusals) expect(refusal).toMatchObject(taken);
      for (const time of ['14:30', '15:15', '15:45', '16:30']) await expect(takeOver(cut, time)).rejects.toMatchObject(taken);
      await expect(takeOver(cut, '17:15')).resolves.toMatchObject({ status: 'CONFIRMED' });
      const whole = await salon();
      await whole.takeOver(whole.cut, '15:30');
      await expect(whole.takeOver(whole.colour, '15:00')).resolves.toMatchObject({ status: 'CONFIRMED' });
    });

    it('stays as it was when a time was chosen, until another is', async () => {
      const { system, desk, colour, cut, book, offered } = await salon();
      const [early, late] = [await book(colour, '15:00'), await book(colour, '17:00')];
      await services.catalogue.setIntermission(system, colour, null);
      expect(await offered(cut)).toEqual(expect.arrayContaining(['15:30', '17:30']));
      await expect(book(cut, '15:30')).resolves.toBeDefined();
      const move = { bookingId: late.id, startsAt: at('18:00'), scope: 'ONE' } as const;
      expect(await services.reservationMoves.move(desk, move)).toMatchObject({ intermissionFrom: null, intermissionUntil: null });
      await expect(book(cut, '18:30')).rejects.toMatchObject(taken);
      expect(await services.reservationQueries.find(system, early.id)).toMatchObject({ intermissionFrom: at('15:30') });
      await services.catalogue.setIntermission(system, colour, { afterMinutes: 10, minutes: 60 });
      await services.reservationMoves.move(desk, { ...move, startsAt: at('19:00') });
      await expect(book(cut, '19:15')).resolves.toBeDefined();
    });

    it('is booked into by moves, series and what is paid too late, and left free by who cancels', async () => {
      const { system, desk, providerId, colour, cut, book, offered } = await salon();
      const week = { rule: 'FREQ=WEEKLY;COUNT=2', providerId, idempotencyKey: uuidv7() };
      const { id: clientId } = await services.clients.create(system, { displayName: 'Regular' });
      for (const [serviceId, time] of [[colour, '15:00'], [cut, '15:30']] as const) {
        const key = uuidv7();
        await expect(
          services.bookingGroups.createSeries(desk, { ...week, serviceId, clientId, startsAt: at(time), idempotencyKey: key }),
        ).resolves.toMatchObject({ kind: 'SERIES' });
      }
      const moved = await book(cut, '20:00');
      await book(colour, '18:00');
      const move = { bookingId: moved.id, scope: 'ONE' } as const;
      await expect(services.reservationMoves.move(desk, { ...move, startsAt: at('18:45') })).rejects.toMatchObject(taken);
      await services.reservationMoves.move(desk, { ...move, startsAt: at('18:30') });
      expect(await offered(cut)).not.toContain('18:30');
      await services.reservationStatus.cancel(system, moved.id, null);
      expect(await offered(cut)).toContain('18:30');

      const costly = await salon(5_000);
      const [clear, gone] = [await costly.book(costly.colour, '15:00'), await costly.book(costly.colour, '18:00')];
      clock.advance(16 * 60_000);
      await services.reservationStatus.expireUnpaid(system);
      await costly.book(costly.cut, '15:30');
      await costly.book(costly.cut, '18:15');
      for (const { id } of [clear, gone]) {
        await runtime.database.tenants.transaction(system, (db) =>
          services.reservationStatus.confirmPaid(system, db, { bookingId: id, paymentId: uuidv7() }),
        );
      }
      const statusOf = async (id: string) => (await services.reservationQueries.find(system, id))?.status;
      expect([await statusOf(clear.id), await statusOf(gone.id)]).toEqual(['CONFIRMED', 'EXPIRED']);
    });

    it('is no work when it is asked who has least to do, and keeps the room in which the client sits', async () => {
      const { system, providerId, colour, cut, book } = await salon();
      const { id: other } = await services.providers.create(system, { name: 'Other', type: 'PARTNER' });
      const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
      await services.workingHours.set(system, { providerId: other, hours });
      const { id: perm } = await services.catalogue.create(system, { name: 'Perm', durationMinutes: 75, priceAmount: 0 });
      for (const serviceId of [cut, perm]) await services.catalogue.offer(system, { providerId: other, serviceId });
      const anybody = (serviceId: string, time: string) =>
        services.reservations.create(contextFor(ACME, memberOf(), clock), { serviceId, startsAt: at(time), idempotencyKey: uuidv7() });
      await book(colour, '15:00');
      await anybody(perm, '15:00');
      // An hour of work in an hour and three quarters is less than an hour and a quarter.
      expect(await anybody(cut, '19:00')).toMatchObject({ providerId });

      const kind = `chair ${uuidv7()}`;
      await services.resources.create(system, { name: 'Chair', kind, capacity: 1 });
      for (const serviceId of [colour, cut]) {
        await services.resources.require(system, serviceId, { resources: [{ kind, units: 1 }], qualifications: [] });
      }
      await book(colour, '17:00');
      const wanted = { serviceId: cut, providerId, startsAt: at('17:30') };
      expect(await services.availability.explain(system, wanted)).toEqual([{ code: 'RESOURCE_TAKEN', detail: kind }]);
      await expect(book(cut, '17:30')).rejects.toMatchObject(taken);
    });
  });

  it('asks the database as often for fifty providers as for one', async () => {
    const [one, fifty] = [
      await openShop(services, ACME, { clock, providers: 1 }),
      await openShop(services, ACME, { clock, providers: 50 }),
    ];
    const few = await statementsOf(() => slots(one.serviceId, '2027-03-09', 30));
    expect(await statementsOf(() => slots(fifty.serviceId, '2027-03-09', 30))).toBe(few);
    expect(few).toBeLessThanOrEqual(9);
  });

  it('finds what is free in 30 days of 50 providers with 10,000 bookings', async () => {
    const { serviceId, providerIds } = await openShop(services, ACME, { clock, providers: 50, durationMinutes: 30 });
    const { id: clientId } = await services.clients.create(systemOf(ACME), { displayName: 'Everybody' });
    await runtime.pools.platform.query(
      `INSERT INTO booking.booking (tenant_id, id, reference, status, provider_id, service_id, client_id, session_id,
                                    blocked_from, starts_at, ends_at, blocked_until, time_zone, price_amount, price_currency, updated_at)
       SELECT $1, gen_random_uuid(), 'BK-20260101-' || lpad((p.n * 1000 + b)::text, 6, '0'), 'CONFIRMED', p.id, $2, $3,
              gen_random_uuid(), at, at, at + interval '30 minutes', at + interval '30 minutes', 'America/New_York', 0, 'USD', now()
       FROM unnest($4::uuid[]) WITH ORDINALITY AS p(id, n), generate_series(0, 199) AS b,
            LATERAL (SELECT timestamptz '2027-03-09T14:00:00Z' + (b / 7) * interval '1 day'
                            + (b % 7) * interval '1 hour' AS at) AS slot`,
      [ACME.id, serviceId, clientId, providerIds],
    );
    const { edges } = await slots(serviceId, '2027-03-09', 30, { first: 100 });
    expect(edges).toHaveLength(100);
    // Everybody has somebody at each full hour from 14 to 20 o'clock, UTC, for four weeks.
    const taken = (startsAt: Date): boolean => startsAt.getUTCMinutes() === 0 && startsAt.getUTCHours() >= 14 && startsAt.getUTCHours() < 21;
    expect(edges.filter(({ node }) => taken(node.startsAt))).toEqual([]);
  });

  it('knows no window without days or longer than a month', async () => {
    const { serviceId } = await openShop(services, ACME, { clock });
    await expect(slots(serviceId, '2027-03-09', 0)).rejects.toThrow('days: must be at least 1');
    await expect(slots(serviceId, '2027-03-09', 32)).rejects.toThrow('days: must be at most 31');
    expect((await slots(serviceId, '9999-12-31', 31)).edges).toEqual([]);
    const unknown = { serviceId: uuidv7(), from: '2027-03-09', days: 1 };
    expect(await services.availability.search(visitor(), unknown)).toBeNull();
  });
});
