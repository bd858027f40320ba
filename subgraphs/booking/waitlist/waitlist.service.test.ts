import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import type { StoredEvent } from '../../_kernel/events/event.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import type { WaitlistEntryRow } from './waitlist.store.js';

const clock = createTestClock(new Date('2027-01-11T08:00:00Z'));
const TEN = new Date('2027-01-12T15:00:00Z');

describe('the waitlist', () => {
  let runtime: TestRuntime;
  let booking: Subgraph<BookingServices>;
  let services: BookingServices;
  let position: Awaited<ReturnType<TestRuntime['log']['head']>>;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    booking = createBooking(runtime);
    ({ services } = booking);
    position = await runtime.log.head();
  });
  afterAll(() => runtime.stop());

  const system = () => systemOf(ACME, clock);
  const member = (userId = uuidv7()) => contextFor(ACME, memberOf([], { userId }), clock);
  const book = (of: Shop, context = member()) =>
    services.reservations.create(context, {
      serviceId: of.serviceId, providerId: of.providerIds[0] ?? '', startsAt: TEN, idempotencyKey: uuidv7(),
    });
  const join = (of: Shop, context = member(), window = { earliest: TEN, latest: TEN }) =>
    services.waitlist.join(context, { serviceId: of.serviceId, ...window });
  /** Lets booking react to everything told so far, as the runner of reactions would. */
  const react = async (): Promise<void> => {
    await runtime.everythingTold();
    for (;;) {
      const events = await runtime.log.read({ after: position, limit: 100, tenantId: ACME.id });
      const last = events.at(-1);
      if (!last) return;
      for (const event of events) await reactTo(event);
      position = last.position;
      await runtime.everythingTold();
    }
  };
  const reactTo = async (event: StoredEvent): Promise<void> => {
    for (const reaction of booking.reactions.filter(({ on, name }) => on === event.type && /Offer|offer/.test(name))) {
      await runtime.database.tenants.transaction(system(), (db) => reaction.handle(system(), db, event));
    }
  };
  const entryOf = async (id: string) => {
    const { rows } = await runtime.pools.platform.query<{ status: string; booking_id: string | null }>(
      'SELECT status, booking_id FROM booking.waitlist_entry WHERE id = $1',
      [id],
    );
    return rows[0];
  };

  it('offers what is given back to the first who waits for it, and she takes it', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const taken = await book(of);
    const first = member();
    const [one, other] = [await join(of, first), await join(of)];
    await services.reservationStatus.cancel(system(), taken.id, null);
    await react();
    expect([(await entryOf(one.id))?.status, (await entryOf(other.id))?.status]).toEqual(['OFFERED', 'WAITING']);
    const db = runtime.database.tenants.of({ tenant: ACME });
    const told = await db.outboxEvent.findMany({ where: { type: 'booking.waitlist_offered', payload: { path: ['entryId'], equals: one.id } } });
    expect(told.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ serviceName: 'Consultation', providerName: 'Provider 1', startsAt: TEN.toISOString() }),
    ]);
    await expect(book(of)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await expect(services.waitlist.accept(member(), one.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await services.waitlist.accept(first, one.id)).status).toBe('BOOKED');
    const [mine] = (await services.reservationQueries.mine(first, {})).edges;
    expect(mine?.node).toMatchObject({ status: 'CONFIRMED', startsAt: TEN });
  });

  it('offers it to the next when nobody takes it in half an hour, and when it is declined', async () => {
    const of = await openShop(services, ACME, { clock, price: 5_000 });
    const taken = await book(of);
    const people = [member(), member(), member()];
    const entries: WaitlistEntryRow[] = [];
    for (const person of people) entries.push(await join(of, person));
    await services.reservationStatus.cancel(system(), taken.id, null);
    await react();
    const statuses = () => Promise.all(entries.map(async ({ id }) => (await entryOf(id))?.status));
    expect(await statuses()).toEqual(['OFFERED', 'WAITING', 'WAITING']);
    clock.advance(29 * 60_000);
    await services.reservationStatus.expireUnpaid(system());
    await react();
    expect(await statuses()).toEqual(['OFFERED', 'WAITING', 'WAITING']);
    clock.advance(2 * 60_000);
    await services.reservationStatus.expireUnpaid(system());
    await react();
    expect(await statuses()).toEqual(['LAPSED', 'OFFERED', 'WAITING']);
    await services.waitlist.leave(people[1] ?? member(), entries[1]?.id ?? '');
    await react();
    expect(await statuses()).toEqual(['LAPSED', 'LEFT', 'OFFERED']);
    expect((await services.waitlist.accept(people[2] ?? member(), entries[2]?.id ?? '')).status).toBe('OFFERED');
    const held = (await entryOf(entries[2]?.id ?? ''))?.booking_id ?? '';
    await runtime.database.tenants.transaction(system(), (db) =>
      services.reservationStatus.confirmPaid(system(), db, { bookingId: held, paymentId: uuidv7() }));
    await react();
    expect(await statuses()).toEqual(['LAPSED', 'LEFT', 'BOOKED']);
  });

  it('offers a long time that is given back to as many as it is enough for, wherever in it they would begin', async () => {
    const long = await openShop(services, ACME, { clock, price: 0, durationMinutes: 180 });
    const [providerId = ''] = long.providerIds;
    const { id: serviceId } = await services.catalogue.create(system(), { name: 'Short', durationMinutes: 60, priceAmount: 0 });
    await services.catalogue.offer(system(), { providerId, serviceId });
    const short = { ...long, serviceId };
    const at = (time: string) => new Date(`2027-01-12T${time}:00Z`);
    const between = (from: string, until: string) => ({ earliest: at(from), latest: at(until) });
    // Nothing but what is about to be given back is free: from three to six, in UTC.
    for (const startsAt of [at('14:00'), at('18:00'), at('19:00'), at('20:00'), at('21:00')]) {
      await services.reservations.create(member(), { serviceId, providerId, startsAt, idempotencyKey: uuidv7() });
    }
    const taken = await book(long);
    const late = await join(short, member(), between('16:10', '16:20'));
    const whenever = await join(short, member(), between('14:00', '21:00'));
    const elsewhere = await join(short, member(), between('18:00', '21:00'));
    const second = await join(short, member(), between('14:00', '21:00'));
    await services.reservationStatus.cancel(system(), taken.id, null);
    await react();
    const offered = async ({ id }: WaitlistEntryRow) => {
      const { status, booking_id } = (await entryOf(id)) ?? {};
      const booking = booking_id && (await runtime.database.tenants.of({ tenant: ACME }).booking.findFirst({ where: { id: booking_id } }));
      return booking ? `${status} ${booking.startsAt.toISOString().slice(11, 16)}` : status;
    };
    expect(await Promise.all([late, whenever, second, elsewhere].map(offered))).toEqual([
      'OFFERED 16:15', 'OFFERED 15:00', 'WAITING', 'WAITING',
    ]);
    const staff = contextFor(ACME, memberOf(TENANT_PERMISSIONS), clock);
    await services.waitlist.leave(staff, late.id);
    await react();
    expect(await offered(second)).toBe('OFFERED 16:15');
  });

  it('suggests who waits for a gap, and fills it once however often that is asked for', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const gap = { providerId: of.providerIds[0] ?? '', startsAt: TEN };
    const staff = contextFor(ACME, memberOf(TENANT_PERMISSIONS), clock);
    const entries = [await join(of), await join(of), await join(of, member(), { earliest: new Date(0), latest: new Date(1) })];
    expect((await services.waitlist.suggestions(staff, gap)).map(({ id }) => id)).toEqual(entries.slice(0, 2).map(({ id }) => id));
    const filled = await Promise.all(Array.from({ length: 5 }, () => services.waitlist.fillGap(staff, gap)));
    expect(filled.filter((entry) => entry !== null)).toHaveLength(1);
    const { edges } = await services.waitlist.list(staff, { serviceId: of.serviceId });
    expect(edges).toHaveLength(2);
  });

  it('is not for what is booked by the night, which nobody could be offered', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const stay = { checkIn: '15:00', checkOut: '11:00' };
    const { id: serviceId } = await services.catalogue.create(system(), { name: 'Room', durationMinutes: 1_440, priceAmount: 0, stay });
    const refusal = { code: 'BAD_USER_INPUT', issues: [expect.objectContaining({ field: 'serviceId' })] };
    await expect(join({ ...of, serviceId })).rejects.toMatchObject(refusal);
  });

  it('asks for permissions and knows nothing of another tenant', async () => {
    const of = await openShop(services, ACME, { clock, price: 0 });
    const entry = await join(of);
    const stranger = contextFor(GLOBEX, memberOf(TENANT_PERMISSIONS), clock);
    await expect(join(of, stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(services.waitlist.leave(stranger, entry.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(services.waitlist.accept(stranger, entry.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await services.waitlist.list(stranger, {})).edges).toEqual([]);
    await expect(services.waitlist.list(member(), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.waitlist.fillGap(member(), { providerId: of.providerIds[0] ?? '', startsAt: TEN })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(join(of, member(), { earliest: TEN, latest: new Date(0) })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
