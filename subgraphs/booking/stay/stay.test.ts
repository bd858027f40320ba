import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Interval, ProviderSchedule } from '../availability/availability.js';
import { createZoneCalendar, DAY_MINUTES, MINUTE_MS } from '../availability/zone-calendar.js';
import { findCalendarBookings } from '../calendar/entry/calendar-entry.store.js';
import type { BookingEvents } from '../events.js';
import { ClientId, ProviderId, ServiceId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import { isStayOffered, stayOn, type StayTerms } from './stay.js';

const TERMS: StayTerms = { checkInMinute: 15 * 60, checkOutMinute: 11 * 60, minNights: 1, maxNights: 14 };
const ALWAYS = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, startMinute: 0, endMinute: DAY_MINUTES }));
const TIMES = { durationMinutes: DAY_MINUTES, bufferAfterMinutes: 30, slotStepMinutes: 15, noticeMinutes: 0, horizonDays: 100_000 };
const LONG_AGO = Date.parse('2000-01-01T00:00:00Z');

describe('the nights of a stay', () => {
  it.each([
    ['America/New_York', '2027-03-13', 2, '2027-03-13T20:00:00.000Z', '2027-03-15T15:00:00.000Z'],
    ['America/New_York', '2027-11-06', 1, '2027-11-06T19:00:00.000Z', '2027-11-07T16:00:00.000Z'],
    ['Australia/Lord_Howe', '2027-10-02', 1, '2027-10-02T04:30:00.000Z', '2027-10-03T00:00:00.000Z'],
    ['Europe/Berlin', '2027-03-27', 7, '2027-03-27T14:00:00.000Z', '2027-04-03T09:00:00.000Z'],
  ])('in %s from %s are counted on the wall clock', (zone, arrival, nights, from, until) => {
    const { start, end } = stayOn(createZoneCalendar(zone), TERMS, { arrival, nights });
    expect([new Date(start).toISOString(), new Date(end).toISOString()]).toEqual([from, until]);
  });

  it('can be had exactly where nothing else is in the unit, somebody is there, and nothing is closed', () => {
    const minute = fc.integer({ min: 0, max: 12 * DAY_MINUTES });
    const situation = fc.record({
      zone: fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata'),
      first: fc.constantFrom('2027-03-10', '2027-03-25', '2027-10-01', '2027-11-03'),
      busy: fc.array(fc.record({ from: minute, length: fc.integer({ min: 30, max: 3_000 }) }), { maxLength: 4 }),
      closed: fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }),
      dayOff: fc.integer({ min: 0, max: 7 }),
      later: fc.integer({ min: 0, max: 9 }),
      nights: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(situation, ({ zone, first, busy, closed, dayOff, later, nights }) => {
        const calendar = createZoneCalendar(zone);
        const origin = calendar.day(first, 0).boundaryOf(0);
        const taken = busy.map(({ from, length }): Interval => ({ start: origin + from * MINUTE_MS, end: origin + (from + length) * MINUTE_MS }));
        const closedDay = closed === null ? null : calendar.day(first, closed).date;
        const schedule: ProviderSchedule = {
          calendar,
          hours: ALWAYS.filter(({ weekday }) => weekday !== dayOff),
          busy: taken,
          exceptions:
            closedDay === null
              ? []
              : [{ kind: 'CLOSED', everybody: false, name: null, firstDay: closedDay, lastDay: closedDay, startMinute: 0, endMinute: DAY_MINUTES }],
        };
        const arrival = calendar.day(first, later);
        const departure = calendar.day(arrival.date, nights);
        const [start, end] = [arrival.boundaryOf(TERMS.checkInMinute), departure.boundaryOf(TERMS.checkOutMinute)];
        const isClear = taken.every((one) => one.end <= start || one.start >= end + 30 * MINUTE_MS);
        const isOpen = closedDay === null || closedDay < arrival.date || closedDay > departure.date;
        const isAttended = arrival.weekday !== dayOff && departure.weekday !== dayOff;
        const offered = isStayOffered(schedule, TIMES, TERMS, { arrival: arrival.date, nights }, LONG_AGO);
        return offered === (isClear && isOpen && isAttended);
      }),
      { numRuns: 500 },
    );
  });

  it('are not fewer or more than what is let', () => {
    const schedule: ProviderSchedule = { calendar: createZoneCalendar('Europe/Berlin'), hours: ALWAYS, busy: [] };
    const offered = [1, 2, 3, 4].filter((nights) =>
      isStayOffered(schedule, TIMES, { ...TERMS, minNights: 2, maxNights: 3 }, { arrival: '2027-05-01', nights }, LONG_AGO),
    );
    expect(offered).toEqual([2, 3]);
  });
});

describe('a stay', () => {
  const clock = createTestClock(new Date('2027-03-01T08:00:00Z'));
  let hosted: HostedSubgraph<BookingServices, BookingEvents>;
  let services: BookingServices;

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking, clock);
    ({ services } = hosted.subgraph);
  });
  afterAll(() => hosted.stop());

  const system = () => systemOf(ACME, clock);
  const guest = () => contextFor(ACME, memberOf([]), clock);
  /** A house with rooms at so much a night, which take guests in at any time. */
  const openHouse = async (rooms = 1, priceAmount = 12_000) => {
    const stay = { checkIn: '15:00', checkOut: '11:00', maxNights: 60 };
    const { id: serviceId } = await services.catalogue.create(system(), { name: 'Room', durationMinutes: 1_440, stay, priceAmount, horizonDays: 400 });
    const hours = ALWAYS.map(({ weekday }) => ({ weekday, start: '00:00', end: '24:00' }));
    const providerIds: string[] = [];
    for (let n = 1; n <= rooms; n += 1) {
      const { id } = await services.providers.create(system(), { name: `Room ${n}`, type: 'VENDOR' });
      await services.workingHours.set(system(), { providerId: id, hours });
      await services.catalogue.offer(system(), { providerId: id, serviceId });
      providerIds.push(id);
    }
    return { serviceId, providerIds, providerId: providerIds[0] ?? '' };
  };
  const book = (serviceId: string, arrival: string, departure: string, more: object = {}, context = guest()) =>
    services.stays.book(context, { serviceId, arrival, departure, idempotencyKey: uuidv7(), ...more });
  const unitsFor = async (serviceId: string, arrival: string, departure: string) =>
    (await services.stays.search(guest(), { serviceId, arrival, departure, first: 50 }))?.edges.map(({ node }) => node.providerId) ?? null;
  const march = (day: number): string => `2027-03-${String(day).padStart(2, '0')}`;

  it('is one booking over all its nights, at the price of all of them', async () => {
    const { serviceId, providerId } = await openHouse();
    const booking = await book(serviceId, '2027-03-12', '2027-03-15');
    expect(booking).toMatchObject({
      providerId,
      status: 'PENDING',
      nights: 3,
      priceAmount: 36_000n,
      startsAt: new Date('2027-03-12T20:00:00Z'),
      endsAt: new Date('2027-03-15T15:00:00Z'),
    });
    const told = await hosted.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.findFirst({
      where: { type: 'booking.created', payload: { path: ['bookingId'], equals: booking.id } },
    });
    expect(told?.payload).toMatchObject({ nights: 3, price: { amount: 36_000, currency: 'USD' } });
  });

  it('stands in calendars until it ends, however long ago it began', async () => {
    const { serviceId, providerId } = await openHouse(1, 0);
    const { id } = await book(serviceId, march(10), march(30));
    const db = hosted.runtime.database.tenants.of({ tenant: ACME });
    const standingFrom = async (from: string) => {
      const window = { from: new Date(from), until: new Date('2028-01-01T00:00:00Z') };
      return (await findCalendarBookings(db, { providerId, clientId: null }, window, 10)).map((booking) => booking.id);
    };
    expect(await standingFrom('2027-03-30T14:59:00Z')).toEqual([id]);
    expect(await standingFrom('2027-03-30T15:00:00Z')).toEqual([]);
  });

  it('begins on the day on which another ends, and overlaps none', async () => {
    const { serviceId } = await openHouse(1, 0);
    await book(serviceId, march(10), march(13));
    for (const [arrival, departure] of [[9, 11], [10, 11], [11, 12], [12, 20], [5, 25]] as const) {
      expect(await unitsFor(serviceId, march(arrival), march(departure))).toEqual([]);
      await expect(book(serviceId, march(arrival), march(departure))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    }
    await expect(book(serviceId, march(13), march(14))).resolves.toMatchObject({ nights: 1, status: 'CONFIRMED' });
    await expect(book(serviceId, march(8), march(10))).resolves.toMatchObject({ nights: 2 });
  });

  it('goes to one of many who want some of the same nights at the same moment', async () => {
    const { serviceId } = await openHouse(1, 0);
    const wanted = Array.from({ length: 20 }, (_, n) => book(serviceId, march(10 + (n % 3)), march(13 + (n % 4))));
    const outcomes = await Promise.allSettled(wanted);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    }
  });

  it('is booked wherever it is offered, and nowhere else', async () => {
    const { serviceId, providerIds } = await openHouse(2, 0);
    await services.resources.create(system(), { name: 'Garage', kind: 'garage', capacity: 1 });
    await services.resources.require(system(), serviceId, { resources: [{ kind: 'garage', units: 1 }], qualifications: [] });
    await services.calendarExceptions.add(system(), {
      kind: 'CLOSED',
      providerId: providerIds[0] ?? null,
      firstDay: march(20),
      lastDay: march(21),
      name: 'Painting',
    });
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let [booked, refused] = [0, 0];
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const arrival = 5 + random(20);
      const departure = arrival + 1 + random(4);
      const providerId = providerIds[random(2)] ?? '';
      const offered = (await unitsFor(serviceId, march(arrival), march(departure))) ?? [];
      const booking = await book(serviceId, march(arrival), march(departure), { providerId }).catch((error: unknown) => error);
      expect(`${providerId} ${!(booking instanceof Error)}`).toBe(`${providerId} ${offered.includes(providerId)}`);
      if (booking instanceof Error) refused += 1;
      else {
        booked += 1;
        if (random(3) === 0) await services.reservationStatus.cancel(system(), (booking as { id: string }).id, null);
      }
    }
    expect(Math.min(booked, refused)).toBeGreaterThan(3);
  });

  it('has no slots by the hour, and keeps those of its unit that lie in it from being offered', async () => {
    const { serviceId, providerId } = await openHouse(1, 0);
    const cleaning = await services.catalogue.create(system(), { name: 'Cleaning', durationMinutes: 60, priceAmount: 0 });
    await services.catalogue.offer(system(), { providerId, serviceId: cleaning.id });
    const slots = async (id: string, from: string) =>
      (await services.availability.search(guest(), { serviceId: id, from, days: 1, first: 100 }))?.edges.length;
    expect(await slots(serviceId, march(20))).toBe(0);
    const startsAt = new Date('2027-03-20T19:00:00Z');
    const byTheHour = { serviceId, providerId, startsAt, idempotencyKey: uuidv7() };
    await expect(services.reservations.create(guest(), byTheHour)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(await services.availability.explain(system(), { serviceId, providerId, startsAt })).toEqual([
      { code: 'SERVICE_NOT_BOOKABLE', detail: 'booked by the night' },
    ]);
    expect(await slots(cleaning.id, march(20))).toBeGreaterThan(50);
    await book(serviceId, march(4), '2027-04-20');
    expect(await slots(cleaning.id, march(20))).toBe(0);
    expect(await slots(cleaning.id, march(31))).toBe(0);
    await expect(
      services.reservations.create(guest(), { ...byTheHour, serviceId: cleaning.id, idempotencyKey: uuidv7() }),
    ).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('goes to whichever unit is free, cheapest first where somebody looks', async () => {
    const { serviceId, providerIds } = await openHouse(3, 9_000);
    const [dear = '', cheap = '', usual = ''] = providerIds;
    await services.catalogue.offer(system(), { providerId: dear, serviceId, priceAmount: 15_000 });
    await services.catalogue.offer(system(), { providerId: cheap, serviceId, priceAmount: 5_000 });
    expect(await unitsFor(serviceId, march(10), march(12))).toEqual([cheap, usual, dear]);
    const page = await services.stays.search(guest(), { serviceId, arrival: march(10), departure: march(12), first: 1 });
    const rest = await services.stays.search(guest(), {
      serviceId,
      arrival: march(10),
      departure: march(12),
      first: 5,
      after: page?.pageInfo.endCursor ?? '',
    });
    expect(page?.edges.map(({ node }) => node.price.amount)).toEqual([10_000]);
    expect(rest?.edges.map(({ node }) => node.price.amount)).toEqual([18_000, 30_000]);
    const taken = [];
    for (let n = 0; n < 3; n += 1) taken.push((await book(serviceId, march(10), march(12))).providerId);
    expect(taken.sort()).toEqual([...providerIds].sort());
    await expect(book(serviceId, march(11), march(13))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('moves with as many nights, on its own nights too, and costs what it did', async () => {
    const { serviceId } = await openHouse(1, 0);
    const { id } = await book(serviceId, march(10), march(12));
    await book(serviceId, march(16), march(18));
    const staff = contextFor(ACME, memberOf(['appointments:update']), clock);
    const move = (startsAt: string) => services.reservationMoves.move(staff, { bookingId: id, startsAt: new Date(startsAt), scope: 'ONE' });
    // Daylight saving begins on the 14th: check-in is an hour earlier in UTC, and still at three.
    await expect(move('2027-03-11T20:00:00Z')).resolves.toMatchObject({ endsAt: new Date('2027-03-13T16:00:00Z'), nights: 2 });
    await expect(move('2027-03-13T20:00:00Z')).resolves.toMatchObject({ endsAt: new Date('2027-03-15T15:00:00Z') });
    await expect(move('2027-03-13T21:00:00Z')).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(move('2027-03-15T19:00:00Z')).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('is reminded of once, cancelled for a share of all nights, and had by somebody else then', async () => {
    const { serviceId, providerId } = await openHouse(1, 10_000);
    const terms = { cancellationWindowMinutes: 40_000, cancellationFeePercent: 50, noShowFeePercent: 0, depositPercent: 10 };
    await services.terms.set(system(), serviceId, terms);
    await services.reminders.setRule(system(), { serviceId, leadMinutes: [1_440], quietHours: null });
    const context = guest();
    const booking = await book(serviceId, march(20), march(24), { providerId }, context);
    expect(booking).toMatchObject({ depositAmount: 4_000n, cancellationFeeAmount: 20_000n });
    await hosted.runtime.database.tenants.transaction(system(), (db) =>
      services.reservationStatus.confirmPaid(system(), db, { bookingId: booking.id, paymentId: uuidv7() }),
    );
    await hosted.settle();
    const db = hosted.runtime.database.tenants.of({ tenant: ACME });
    const reminders = await db.reminder.findMany({ where: { bookingId: booking.id } });
    expect(reminders.map(({ dueAt }) => dueAt.toISOString())).toEqual(['2027-03-19T19:00:00.000Z']);
    expect(await unitsFor(serviceId, march(21), march(22))).toEqual([]);
    await expect(services.reservationStatus.cancel(context, booking.id, null)).resolves.toMatchObject({ feeAmount: 20_000n });
    expect(await unitsFor(serviceId, march(21), march(22))).toEqual([providerId]);
  });

  it('makes one booking of one key, and asks for days that can be', async () => {
    const { serviceId } = await openHouse(1, 0);
    const context = guest();
    const key = { idempotencyKey: uuidv7() };
    const [one, again] = [await book(serviceId, march(10), march(12), key, context), await book(serviceId, march(10), march(12), key, context)];
    expect(again.id).toBe(one.id);
    const fields = (field: string) => ({ issues: [expect.objectContaining({ field })] });
    await expect(book(serviceId, march(10), march(10))).rejects.toMatchObject(fields('departure'));
    await expect(book(serviceId, march(10), '2027-09-10')).rejects.toMatchObject(fields('departure'));
    await expect(book(serviceId, 'soon', march(10))).rejects.toMatchObject(fields('arrival'));
    const shared = { name: 'Dormitory', durationMinutes: 60, priceAmount: 1, capacity: 4, stay: { checkIn: '15:00', checkOut: '11:00' } };
    await expect(services.catalogue.create(system(), shared)).rejects.toMatchObject(fields('capacity'));
    const endless = { ...shared, capacity: 1, stay: { checkIn: '24:00', checkOut: '11:00' } };
    await expect(services.catalogue.create(system(), endless)).rejects.toMatchObject(fields('stay.checkIn'));
  });

  it('of another company is as unknown as one that is not there', async () => {
    const { serviceId } = await openHouse(1, 0);
    const stranger = contextFor(GLOBEX, memberOf([]), clock);
    const dates = { arrival: march(10), departure: march(12) };
    for (const id of [serviceId, uuidv7()]) {
      expect(await services.stays.search(stranger, { serviceId: id, ...dates })).toBeNull();
      await expect(services.stays.book(stranger, { serviceId: id, ...dates, idempotencyKey: uuidv7() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const nobody = contextFor(ACME, undefined, clock);
    await expect(book(serviceId, march(10), march(12), {}, nobody)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  describe('for months on end', () => {
    const desk = (tenant = ACME) => contextFor(tenant, memberOf(['appointments:create', 'appointments:read', 'appointments:update']), clock);
    const agreed = async () => {
      const { serviceId, providerId } = await openHouse(1, 0);
      const nora = memberOf([]);
      const userId = nora.kind === 'member' ? nora.userId : null;
      const { id: clientId } = await services.clients.create(system(), { displayName: 'Nora', userId });
      const wanted = { serviceId, providerId, clientId, arrival: '2027-03-31', months: 12, priceAmount: 120_000 };
      const letFor = (change: Partial<typeof wanted> = {}, context = desk(), idempotencyKey = uuidv7()) =>
        services.bookingGroups.createMonths(context, { ...wanted, ...change, idempotencyKey });
      return { ...wanted, letFor, herself: contextFor(ACME, nora, clock) };
    };

    it('is a booking a month, which stands at once at the price agreed and comes due as its month begins', async () => {
      const { letFor, herself, clientId, serviceId } = await agreed();
      const [key, staff] = [uuidv7(), desk()];
      const made = await letFor({}, staff, key);
      expect(made).toMatchObject({ kind: 'MONTHS', rule: null, clientId });
      expect((await letFor({}, staff, key)).id).toBe(made.id);
      const bookings = await services.bookingGroups.bookingsOf(herself, made.id);
      expect(bookings.map(({ startsAt, nights }) => [startsAt.toISOString().slice(0, 10), nights])).toEqual([
        ['2027-03-31', 30], ['2027-04-30', 31], ['2027-05-31', 30], ['2027-06-30', 31], ['2027-07-31', 31], ['2027-08-31', 30],
        ['2027-09-30', 31], ['2027-10-31', 30], ['2027-11-30', 31], ['2027-12-31', 31], ['2028-01-31', 29], ['2028-02-29', 31],
      ]);
      for (const booking of bookings) {
        expect(booking).toMatchObject({ status: 'CONFIRMED', priceAmount: 120_000n, serviceId, dueAt: booking.startsAt });
      }
      const { rows } = await hosted.runtime.pools.platform.query<{ due: string; status: string }>(
        `SELECT payload->>'dueAt' AS due, payload->>'status' AS status FROM kernel.outbox_event
         WHERE type = 'booking.created' AND payload->'group'->>'id' = $1 ORDER BY 1`,
        [made.id],
      );
      expect(rows).toEqual(bookings.map(({ startsAt }) => ({ due: startsAt.toISOString(), status: 'CONFIRMED' })));
    });

    it('is agreed, listed and ended through the graph', async () => {
      const { serviceId, providerId, clientId } = await agreed();
      const staff = memberOf(['appointments:create', 'appointments:read', 'appointments:update', 'patients:read']);
      const input = {
        serviceId: ServiceId.encode(serviceId), providerId: ProviderId.encode(providerId), clientId: ClientId.encode(clientId),
        arrival: '2027-04-01', months: 2, priceAmount: 90_000, idempotencyKey: uuidv7(),
      };
      const agree = `mutation($input: BookMonthsInput!) { bookMonths(input: $input) {
        ... on BookingGroup { id kind client { displayName } price { amount } bookings { id status } } ... on UserError { code } } }`;
      const { data } = await hosted.graphql(agree, { as: staff, variables: { input } });
      const made = data?.['bookMonths'] as { id: string; bookings: { id: string; status: string }[] };
      expect(made).toMatchObject({ kind: 'MONTHS', client: { displayName: 'Nora' }, price: { amount: 180_000 } });
      const list = `query($clientId: ID) { bookingGroups(kind: MONTHS, clientId: $clientId, first: 5) { edges { node { id } } } }`;
      const listed = await hosted.graphql(list, { as: staff, variables: { clientId: input.clientId } });
      expect(listed.data).toEqual({ bookingGroups: { edges: [{ node: { id: made.id } }] } });
      const foreign = await hosted.graphql(list, { as: staff, tenant: GLOBEX, variables: { clientId: input.clientId } });
      expect(foreign.data).toEqual({ bookingGroups: { edges: [] } });
      await expect(services.bookingGroups.list(guest(), {}, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const end = `mutation($id: ID!) { cancelBookings(id: $id, scope: FOLLOWING) { ... on CancelledBookings { bookings { status } } ... on UserError { code } } }`;
      const ended = await hosted.graphql(end, { as: staff, variables: { id: made.bookings[1]?.id } });
      expect(ended.data).toEqual({ cancelBookings: { bookings: [{ status: 'CANCELLED' }] } });
    });

    it('goes to one of many who agree on some of the same months, whole, and lets nobody else in', async () => {
      const { letFor, serviceId } = await agreed();
      const outcomes = await Promise.allSettled(['2027-04-01', '2027-06-15', '2027-12-24', '2028-02-01'].map((arrival) => letFor({ arrival })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
      }
      const { rows } = await hosted.runtime.pools.platform.query('SELECT 1 FROM booking.booking WHERE service_id = $1', [serviceId]);
      expect(rows).toHaveLength(12);
      const short = await agreed();
      await short.letFor({ arrival: march(10), months: 1 });
      await expect(book(short.serviceId, march(20), march(22))).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
      await expect(book(short.serviceId, '2027-04-10', '2027-04-12')).resolves.toMatchObject({ nights: 2 });
      await expect(short.letFor({ arrival: '2027-04-12', months: 36 })).resolves.toMatchObject({ kind: 'MONTHS' });
    });

    it('is ended by the company from a month on, and neither ended nor moved by the client', async () => {
      const { letFor, herself } = await agreed();
      const { id } = await letFor();
      const [first, ...rest] = await services.bookingGroups.bookingsOf(herself, id);
      const bookingId = rest[5]?.id ?? '';
      const refused = { code: 'INVALID_TRANSITION' };
      await expect(services.reservationStatus.cancel(herself, bookingId, null)).rejects.toMatchObject(refused);
      await expect(services.reservationStatus.cancelTogether(herself, bookingId, 'FOLLOWING', null)).rejects.toMatchObject(refused);
      const move = { bookingId, startsAt: first?.startsAt ?? new Date(0), scope: 'ONE' } as const;
      await expect(services.reservationMoves.move(herself, move)).rejects.toMatchObject(refused);
      const ended = await services.reservationStatus.cancelTogether(desk(), bookingId, 'FOLLOWING', 'Moved out');
      expect(ended.map(({ status, feeAmount }) => [status, feeAmount])).toEqual(Array.from({ length: 6 }, () => ['CANCELLED', 0n]));
      await expect(letFor({ arrival: '2027-09-30', months: 6 })).resolves.toMatchObject({ kind: 'MONTHS' });
    });

    it('is agreed by who may book for others, for a unit by the night, from a day to come', async () => {
      const { letFor, serviceId, providerId } = await agreed();
      await expect(letFor({}, guest())).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const notFound = { code: 'NOT_FOUND' };
      await expect(letFor({}, desk(GLOBEX))).rejects.toMatchObject(notFound);
      for (const unknown of ['serviceId', 'providerId', 'clientId']) await expect(letFor({ [unknown]: uuidv7() })).rejects.toMatchObject(notFound);
      const hourly = await services.catalogue.create(system(), { name: 'Cleaning', durationMinutes: 60, priceAmount: 0 });
      await services.catalogue.offer(system(), { providerId, serviceId: hourly.id });
      await expect(letFor({ serviceId: hourly.id })).rejects.toMatchObject(notFound);
      const late = { name: 'Flat', durationMinutes: 60, priceAmount: 0, stay: { checkIn: '10:00', checkOut: '11:00' } };
      const flat = await services.catalogue.create(system(), late);
      await services.catalogue.offer(system(), { providerId, serviceId: flat.id });
      for (const [change, field] of [
        [{ months: 0 }, 'months'], [{ months: 37 }, 'months'], [{ priceAmount: -1 }, 'priceAmount'], [{ arrival: 'soon' }, 'arrival'],
        [{ arrival: '2026-12-31' }, 'arrival'], [{ serviceId: flat.id }, 'serviceId'],
      ] as const) {
        await expect(letFor(change)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', issues: [expect.objectContaining({ field })] });
      }
      const bookings = await hosted.runtime.pools.platform.query('SELECT 1 FROM booking.booking WHERE service_id = $1', [serviceId]);
      expect(bookings.rows).toEqual([]);
    });
  });

  it('is found, booked and shown through the graph', async () => {
    const create = `mutation($input: CreateServiceInput!) { createService(input: $input) { ... on Service { id stay { checkIn checkOut minNights maxNights } } } }`;
    const made = await hosted.graphql(create, {
      as: memberOf(['settings:update']),
      variables: { input: { name: 'Cabin', durationMinutes: 1_440, priceAmount: 0, stay: { checkIn: '16:00', checkOut: '10:00', minNights: 2 } } },
    });
    expect(made.errors).toBeUndefined();
    const { createService } = made.data as { createService: { id: string; stay: object } };
    expect(createService.stay).toEqual({ checkIn: '16:00', checkOut: '10:00', minNights: 2, maxNights: 30 });
    const { id: providerId } = await services.providers.create(system(), { name: 'Cabin', type: 'VENDOR' });
    await services.workingHours.set(system(), { providerId, hours: ALWAYS.map(({ weekday }) => ({ weekday, start: '08:00', end: '20:00' })) });
    const { edges } = await services.catalogue.list(system(), { first: 100 });
    const serviceId = edges.find(({ node }) => node.name === 'Cabin')?.node.id ?? '';
    await services.catalogue.offer(system(), { providerId, serviceId });
    const search = `query($id: ID!) { stayOptions(serviceId: $id, arrival: "2027-03-10", departure: "2027-03-13", first: 5) {
      edges { node { nights localStart timeZone price { amount } provider { name } } } } }`;
    const found = await hosted.graphql(search, { variables: { id: createService.id } });
    expect(found.data).toEqual({
      stayOptions: {
        edges: [{ node: { nights: 3, localStart: '2027-03-10T16:00:00', timeZone: 'America/New_York', price: { amount: 0 }, provider: { name: 'Cabin' } } }],
      },
    });
    const input = { serviceId: createService.id, arrival: '2027-03-10', departure: '2027-03-13', idempotencyKey: uuidv7() };
    const mutation = `mutation($input: BookStayInput!) { bookStay(input: $input) { ... on Booking { nights localStart status } ... on UserError { code } } }`;
    const booked = await hosted.graphql(mutation, { as: memberOf([]), variables: { input } });
    expect(booked.data).toEqual({ bookStay: { nights: 3, localStart: '2027-03-10T16:00:00', status: 'CONFIRMED' } });
    const second = await hosted.graphql(mutation, { as: memberOf([]), variables: { input: { ...input, idempotencyKey: uuidv7() } } });
    expect(second.data).toEqual({ bookStay: { code: 'SLOT_UNAVAILABLE' } });
  });
});
