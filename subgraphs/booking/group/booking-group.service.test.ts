import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { persistently } from '../../../tests/support/booking-contention.js';
import { openShop, systemOf, type Shop, type ShopOptions } from '../../../tests/support/booking.js';
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
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-03-01T08:00:00Z'));
const NINE = new Date('2027-03-08T14:00:00Z');

describe('bookings made together', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  const member = (userId = uuidv7()) => contextFor(ACME, memberOf([], { userId }), clock);
  const shop = (options: ShopOptions = {}) => openShop(services, ACME, { clock, price: 0, ...options });
  const providerOf = (of: Shop, at = 0): string => of.providerIds[at] ?? '';
  const visit = (stops: readonly (readonly [Shop, number | null])[], startsAt = NINE, context = member()) => {
    const wantedServices = stops.map(([of, at]) => ({ serviceId: of.serviceId, providerId: at === null ? null : providerOf(of, at) }));
    const wanted = { startsAt, services: wantedServices, idempotencyKey: uuidv7() };
    return persistently(() => services.bookingGroups.createVisit(context, wanted));
  };
  const series = (of: Shop, rule: string, context = member(), startsAt = NINE) =>
    services.bookingGroups.createSeries(context, {
      serviceId: of.serviceId, providerId: providerOf(of), startsAt, rule, idempotencyKey: uuidv7(),
    });
  const bookingsOf = async (id: string) =>
    services.bookingGroups.bookingsOf(contextFor(ACME, memberOf(['appointments:read']), clock), id);
  const liveCount = async (providerIds: readonly string[]): Promise<number> => {
    const { rows } = await runtime.pools.platform.query<{ count: string }>(
      `SELECT count(*) FROM booking.booking WHERE provider_id = ANY($1) AND status IN ('PENDING', 'CONFIRMED')`,
      [providerIds],
    );
    return Number(rows[0]?.count);
  };

  it('are services one after the other, also between starts and with the same provider, who is free in between', async () => {
    const [one, other] = [await shop({ durationMinutes: 50, bufferAfterMinutes: 10 }), await shop({ durationMinutes: 40 })];
    await services.catalogue.offer(systemOf(ACME), { serviceId: other.serviceId, providerId: providerOf(one) });
    const made = await visit([[one, 0], [{ ...other, providerIds: one.providerIds }, 0], [other, 0]]);
    const bookings = await bookingsOf(made.id);
    expect(bookings.map(({ startsAt, endsAt }) => [startsAt, endsAt].map((at) => at.toISOString().slice(11, 16)))).toEqual([
      ['14:00', '14:50'], ['15:00', '15:40'], ['15:40', '16:20'],
    ]);
    expect(bookings.map(({ groupPosition }) => groupPosition)).toEqual([0, 1, 2]);
  });

  it('are made all or none, of two services in opposite order by hundreds at once', async () => {
    const [one, other] = [await shop(), await shop()];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 120 }, (_, n) => visit(n % 2 === 0 ? [[one, 0], [other, 0]] : [[other, 0], [one, 0]])),
    );
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(refusals.filter((refusal) => !(refusal instanceof ConflictError))).toEqual([]);
    const made = outcomes.length - refusals.length;
    expect([1, 2]).toContain(made);
    expect(await liveCount([providerOf(one), providerOf(other)])).toBe(2 * made);
  });

  it('leave nothing behind when one of them cannot be had', async () => {
    const [one, other] = [await shop(), await shop()];
    await services.reservations.create(member(), {
      serviceId: other.serviceId, providerId: providerOf(other), startsAt: new Date('2027-03-08T15:00:00Z'), idempotencyKey: uuidv7(),
    });
    await expect(visit([[one, 0], [other, 0]])).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(await liveCount(one.providerIds)).toBe(0);
  });

  it('recur at nine on the wall clock, over the change of the clocks, all or none', async () => {
    const of = await shop();
    const made = await series(of, 'FREQ=WEEKLY;COUNT=4');
    expect((await bookingsOf(made.id)).map(({ startsAt }) => startsAt.toISOString())).toEqual([
      '2027-03-08T14:00:00.000Z', '2027-03-15T13:00:00.000Z', '2027-03-22T13:00:00.000Z', '2027-03-29T13:00:00.000Z',
    ]);
    await expect(series(of, 'FREQ=WEEKLY;COUNT=2', member(), new Date('2027-03-01T14:00:00Z'))).rejects.toMatchObject({
      code: 'SLOT_UNAVAILABLE',
    });
    expect(await liveCount(of.providerIds)).toBe(4);
    await expect(series(of, 'FREQ=WEEKLY')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('are called off one, following or all', async () => {
    const of = await shop();
    const context = member();
    const { id } = await series(of, 'FREQ=WEEKLY;COUNT=4', context);
    const bookings = await bookingsOf(id);
    const [, second, third] = bookings;
    const statuses = async () => (await bookingsOf(id)).map(({ status }) => status[1]);
    await services.reservationStatus.cancelTogether(context, second?.id ?? '', 'ONE', null);
    expect(await statuses()).toEqual(['O', 'A', 'O', 'O']);
    await services.reservationStatus.cancelTogether(context, third?.id ?? '', 'FOLLOWING', 'Holidays');
    expect(await statuses()).toEqual(['O', 'A', 'A', 'A']);
    await expect(services.reservationStatus.cancelTogether(member(), third?.id ?? '', 'ALL', null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('move one, following or all as far on the wall clock, into places of their own as well', async () => {
    const of = await shop();
    const context = member();
    const { id } = await series(of, 'FREQ=DAILY;COUNT=3', context, new Date('2027-03-12T14:00:00Z'));
    const [first, second] = await bookingsOf(id);
    const { reservationMoves } = services;
    await reservationMoves.move(context, { bookingId: first?.id ?? '', startsAt: new Date('2027-03-13T14:00:00Z'), scope: 'ALL' });
    const starts = async () => (await bookingsOf(id)).map(({ startsAt }) => startsAt.toISOString().slice(5, 16));
    expect(await starts()).toEqual(['03-13T14:00', '03-14T13:00', '03-15T13:00']);
    await reservationMoves.move(context, { bookingId: second?.id ?? '', startsAt: new Date('2027-03-14T15:00:00Z'), scope: 'FOLLOWING' });
    expect(await starts()).toEqual(['03-13T14:00', '03-14T15:00', '03-15T15:00']);
    await expect(
      reservationMoves.move(context, { bookingId: first?.id ?? '', startsAt: new Date('2027-03-14T15:00:00Z'), scope: 'ONE' }),
    ).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(await starts()).toEqual(['03-13T14:00', '03-14T15:00', '03-15T15:00']);
    const history = await services.reservationQueries.historyOf(context, second?.id ?? '');
    expect(history.at(-1)).toMatchObject({ fromStatus: 'CONFIRMED', toStatus: 'CONFIRMED', reason: 'Moved from 2027-03-14T13:00:00.000Z' });
    await runtime.everythingTold();
  });

  it('are moved by their client only, and by nobody of another tenant', async () => {
    const of = await shop();
    const { id } = await series(of, 'FREQ=DAILY;COUNT=1');
    const [booking] = await bookingsOf(id);
    const to = { bookingId: booking?.id ?? '', startsAt: new Date('2027-03-09T15:00:00Z'), scope: 'ONE' } as const;
    await expect(services.reservationMoves.move(member(), to)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const stranger = contextFor(GLOBEX, memberOf(TENANT_PERMISSIONS), clock);
    await expect(services.reservationMoves.move(stranger, to)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await services.bookingGroups.find(stranger, id)).toBeNull();
    expect(await services.bookingGroups.find(member(), id)).toBeNull();
    await expect(services.terms.set(stranger, of.serviceId, { cancellationWindowMinutes: 0, cancellationFeePercent: 0, noShowFeePercent: 0, depositPercent: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('give one slot to one of those who move into it at the same moment', async () => {
    const of = await shop();
    const ids: string[] = [];
    for (const hour of ['14', '15', '16', '17']) {
      const made = await services.reservations.create(member(), {
        serviceId: of.serviceId, providerId: providerOf(of), startsAt: new Date(`2027-03-08T${hour}:00:00Z`), idempotencyKey: uuidv7(),
      });
      ids.push(made.id);
    }
    const staff = () => contextFor(ACME, memberOf(TENANT_PERMISSIONS), clock);
    const outcomes = await Promise.allSettled(
      ids.map((bookingId) => services.reservationMoves.move(staff(), { bookingId, startsAt: new Date('2027-03-08T19:00:00Z'), scope: 'ONE' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(await liveCount(of.providerIds)).toBe(4);
  });

  it('go to whoever has least to do when nobody is asked for, evenly', async () => {
    const of = await shop({ providers: 3 });
    for (let n = 0; n < 9; n += 1) {
      const startsAt = new Date(NINE.getTime() + (n % 3) * 24 * 3_600_000);
      await services.reservations.create(member(), { serviceId: of.serviceId, startsAt, idempotencyKey: uuidv7() });
    }
    for (const providerId of of.providerIds) expect(await liveCount([providerId])).toBe(3);
    await expect(
      services.reservations.create(member(), { serviceId: of.serviceId, startsAt: NINE, idempotencyKey: uuidv7() }),
    ).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('fill every provider once when all ask at the same moment for anybody', async () => {
    const of = await shop({ providers: 4 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        services.reservations.create(member(), { serviceId: of.serviceId, startsAt: NINE, idempotencyKey: uuidv7() })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('keep the terms they were made on, and owe the fee of cancelling late or staying away', async () => {
    const of = await shop({ price: 5_000 });
    const terms = { cancellationWindowMinutes: 24 * 60, cancellationFeePercent: 50, noShowFeePercent: 100, depositPercent: 20 };
    await services.terms.set(systemOf(ACME, clock), of.serviceId, terms);
    const context = member();
    const book = (startsAt: string) =>
      services.reservations.create(context, { serviceId: of.serviceId, providerId: providerOf(of), startsAt: new Date(startsAt), idempotencyKey: uuidv7() });
    const [late, early, missed] = [await book('2027-03-01T15:00:00Z'), await book('2027-03-05T15:00:00Z'), await book('2027-03-01T17:00:00Z')];
    await services.terms.set(systemOf(ACME, clock), of.serviceId, { ...terms, cancellationFeePercent: 0, noShowFeePercent: 0 });
    for (const { id } of [late, early, missed]) {
      await runtime.database.tenants.transaction(systemOf(ACME, clock), (db) =>
        services.reservationStatus.confirmPaid(systemOf(ACME, clock), db, { bookingId: id, paymentId: uuidv7() }));
    }
    expect((await services.reservationStatus.cancel(context, late.id, null)).feeAmount).toBe(2_500n);
    expect((await services.reservationStatus.cancel(context, early.id, null)).feeAmount).toBe(0n);
    const later = createTestClock(new Date('2027-03-01T18:00:00Z'));
    const staff = contextFor(ACME, memberOf(TENANT_PERMISSIONS), later);
    expect((await services.reservationStatus.markNoShow(staff, missed.id)).feeAmount).toBe(5_000n);
    await expect(services.reservationMoves.move(context, { bookingId: missed.id, startsAt: NINE, scope: 'ONE' })).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });
});
