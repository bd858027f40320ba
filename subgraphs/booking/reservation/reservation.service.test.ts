import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import type { NewBooking } from './reservation.service.js';

const clock = createTestClock(new Date('2027-01-11T08:00:00Z'));

describe('booking', () => {
  let runtime: TestRuntime;
  let booking: Subgraph<BookingServices>;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    booking = createBooking(runtime);
  });
  afterAll(() => runtime.stop());

  const shop = (options: ShopOptions = {}) => openShop(booking.services, ACME, { clock, ...options });
  const member = (permissions: readonly TenantPermission[] = [], userId = uuidv7(), tenant = ACME) =>
    contextFor(tenant, memberOf(permissions, { userId }), clock);
  const request = ({ serviceId, providerIds }: Shop, changes: Partial<NewBooking> = {}): NewBooking => ({
    serviceId,
    providerId: providerIds[0] ?? '',
    startsAt: new Date('2027-01-12T15:00:00Z'),
    idempotencyKey: uuidv7(),
    ...changes,
  });
  const book = (of: Shop, changes: Partial<NewBooking> = {}, context = member()) =>
    booking.services.reservations.create(context, request(of, changes));
  const headOfLog = async () => {
    await runtime.everythingTold();
    return runtime.log.head();
  };
  const eventsSince = async (position: Awaited<ReturnType<typeof headOfLog>>, tenant = ACME) => {
    await runtime.everythingTold();
    const events = await runtime.log.read({ after: position, limit: 100, tenantId: tenant.id });
    return events.filter((event) => event.type.startsWith('booking.'));
  };

  it('holds a slot that has to be paid for, and says so to everybody else', async () => {
    const of = await shop({ bufferAfterMinutes: 10 });
    const context = member();
    const before = await headOfLog();
    const made = await book(of, { note: 'Second floor' }, context);
    expect(made).toMatchObject({
      status: 'PENDING',
      timeZone: 'America/New_York',
      priceCurrency: 'USD',
      note: 'Second floor',
    });
    expect(made.reference).toMatch(/^BK-20270111-\d{6}$/);
    expect(made.endsAt.toISOString()).toBe('2027-01-12T16:00:00.000Z');
    expect(made.blockedUntil.toISOString()).toBe('2027-01-12T16:10:00.000Z');
    const held = await booking.services.reservationQueries.heldUntil(context, made.id);
    expect(held?.getTime()).toBe(made.createdAt.getTime() + 15 * 60_000);
    const history = await booking.services.reservationQueries.historyOf(context, made.id);
    expect(history).toMatchObject([{ fromStatus: null, toStatus: 'PENDING' }]);
    expect(await eventsSince(before)).toMatchObject([
      { type: 'booking.client_kept', payload: { clientId: made.clientId, displayName: 'Client' } },
      {
        type: 'booking.created',
        payload: {
          bookingId: made.id,
          reference: made.reference,
          clientId: made.clientId,
          serviceName: 'Consultation',
          providerName: 'Provider 1',
          startsAt: '2027-01-12T15:00:00.000Z',
          price: { amount: 5_000, currency: 'USD' },
          status: 'PENDING',
        },
      },
    ]);
  });

  it('confirms at once what costs nothing', async () => {
    const of = await shop({ price: 0 });
    const before = await headOfLog();
    const made = await book(of);
    expect(made.status).toBe('CONFIRMED');
    const types = (await eventsSince(before)).map((event) => event.type);
    expect(types).toEqual(['booking.client_kept', 'booking.created', 'booking.confirmed']);
    expect(await booking.services.reservationQueries.heldUntil(member(), made.id)).toBeNull();
  });

  it("takes the provider's own price where she has one", async () => {
    const of = await shop();
    await booking.services.catalogue.offer(systemOf(ACME), {
      providerId: of.providerIds[0] ?? '',
      serviceId: of.serviceId,
      priceAmount: 7_500,
    });
    expect((await book(of)).priceAmount).toBe(7_500n);
  });

  it('gives slots that overlap in part to one of those who ask', async () => {
    const of = await shop({ bufferAfterMinutes: 15 });
    const starts = ['15:00', '15:15', '15:30', '15:45', '16:00'].map((at) => new Date(`2027-01-12T${at}:00Z`));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => book(of, { startsAt: starts[n % starts.length] ?? clock.now() })),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    await expect(book(of, { startsAt: new Date('2027-01-12T19:00:00Z') })).resolves.toBeDefined();
  });

  it('makes one booking of one key, however often and at once it comes', async () => {
    const of = await shop();
    const context = member();
    const same = request(of);
    const made = await Promise.all(
      Array.from({ length: 20 }, () => booking.services.reservations.create(context, same)),
    );
    expect(new Set(made.map((one) => one.id)).size).toBe(1);
    const other = { ...same, startsAt: new Date('2027-01-13T15:00:00Z') };
    await expect(booking.services.reservations.create(context, other)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it.each([
    ['in the past', '2027-01-11T07:00:00Z'],
    ['before work begins', '2027-01-12T13:00:00Z'],
    ['too late to be done before work ends', '2027-01-12T21:15:00Z'],
    ['between two starts', '2027-01-12T15:07:00Z'],
    ['beyond the horizon', '2027-06-12T15:00:00Z'],
    ['beyond all calendars', '+275760-09-12T00:00:00Z'],
  ])('refuses a start %s', async (_which, startsAt) => {
    const of = await shop();
    await expect(book(of, { startsAt: new Date(startsAt) })).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it('lets a client book for herself only, and staff for anybody', async () => {
    const of = await shop();
    const other = await booking.services.clients.create(systemOf(ACME), { displayName: 'Somebody else' });
    await expect(book(of, { clientId: other.id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const made = await book(of, { clientId: other.id }, member(['appointments:create']));
    expect(made.clientId).toBe(other.id);
    await expect(book(of, { clientId: uuidv7() }, member(['appointments:create']))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      booking.services.reservations.create(contextFor(ACME, undefined, clock), request(of)),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('refuses a provider who does not do the service, and those that cannot be booked', async () => {
    const [one, other] = [await shop(), await shop()];
    await expect(book(one, { serviceId: other.serviceId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await runtime.pools.platform.query(`UPDATE booking.provider SET status = 'INACTIVE' WHERE id = $1`, [
      one.providerIds[0],
    ]);
    await expect(book(one)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('knows nothing of another tenant: its ids are unknown ids', async () => {
    const of = await shop();
    const client = member();
    const made = await book(of, {}, client);
    const { reservationQueries, reservationStatus, providers, clients, availability } = booking.services;
    const stranger = () => member(TENANT_PERMISSIONS, uuidv7(), GLOBEX);
    await expect(book(of, {}, stranger())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(reservationStatus.cancel(stranger(), made.id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(reservationStatus.complete(stranger(), made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      booking.services.workingHours.set(stranger(), { providerId: made.providerId, hours: [] }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await reservationQueries.find(stranger(), made.id)).toBeNull();
    expect(await reservationQueries.historyOf(stranger(), made.id)).toEqual([]);
    expect(await providers.find(stranger(), made.providerId)).toBeNull();
    expect(await clients.find(stranger(), made.clientId)).toBeNull();
    const days = { from: '2027-01-12', days: 1 };
    expect(await availability.search(stranger(), { serviceId: of.serviceId, ...days })).toBeNull();
    expect((await reservationQueries.list(stranger(), {}, {})).edges).toEqual([]);
  });

  it('shows a booking to its client and to who may read appointments', async () => {
    const of = await shop();
    const userId = uuidv7();
    const made = await book(of, {}, member([], userId));
    const queries = booking.services.reservationQueries;
    expect((await queries.find(member([], userId), made.id))?.id).toBe(made.id);
    expect((await queries.find(member(['appointments:read']), made.id))?.id).toBe(made.id);
    expect(await queries.find(member(), made.id)).toBeNull();
    expect((await queries.mine(member([], userId), {})).edges.map((edge) => edge.node.id)).toEqual([made.id]);
    expect((await queries.mine(member(), {})).edges).toEqual([]);
    await expect(queries.list(member(), {}, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('lists bookings by start, filtered and page by page', async () => {
    const of = await shop();
    const providerId = of.providerIds[0];
    const starts = ['2027-01-14', '2027-01-12', '2027-01-13'].map((day) => new Date(`${day}T15:00:00Z`));
    for (const startsAt of starts) await book(of, { startsAt });
    const { reservationQueries } = booking.services;
    const staff = member(['appointments:read']);
    const first = await reservationQueries.list(staff, { first: 2 }, { providerId });
    expect(first.edges.map((edge) => edge.node.startsAt)).toEqual([starts[1], starts[2]]);
    const after = first.pageInfo.endCursor;
    const second = await reservationQueries.list(staff, { first: 2, after }, { providerId });
    expect(second.edges.map((edge) => edge.node.startsAt)).toEqual([starts[0]]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    const filter = { providerId, from: starts[2], to: starts[0], status: 'PENDING' } as const;
    const one = await reservationQueries.list(staff, {}, filter);
    expect(one.edges).toHaveLength(1);
  });
});
