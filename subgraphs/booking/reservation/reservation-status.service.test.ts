import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openShop, systemOf, type Shop } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import {
  ACME,
  contextFor,
  createTestClock,
  GLOBEX,
  memberOf,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { encodePosition } from '../../_kernel/events/event.js';
import { MAIL_PURPOSE } from '../../_kernel/mail/mail.js';
import { paymentOfReceipt, receiptNumber } from '../../_kernel/receipts/receipt-link.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import type { BookingRow } from './reservation.store.js';

const MORNING = new Date('2027-01-11T08:00:00Z');
const START = new Date('2027-01-12T15:00:00Z');
const HOUR_MS = 3_600_000;

const clock = createTestClock(MORNING);

describe('the life of a booking', () => {
  let hosted: HostedSubgraph<BookingServices, CommerceEvents & IdentityEvents>;
  let runtime: TestRuntime;
  let services: BookingServices;
  let shop: Shop;
  const userId = uuidv7();

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking, clock);
    runtime = hosted.runtime;
    services = hosted.subgraph.services;
  });
  afterAll(() => hosted.stop());
  beforeEach(async () => {
    clock.set(MORNING);
    shop = await openShop(services, ACME, { clock });
  });

  const as = (permissions: readonly TenantPermission[], user = uuidv7(), tenant = ACME) =>
    contextFor(tenant, memberOf(permissions, { userId: user }), clock);
  const client = () => as([], userId);
  const staff = () => as(['appointments:read', 'appointments:update']);
  const book = (of = shop, context = client()): Promise<BookingRow> =>
    services.reservations.create(context, {
      serviceId: of.serviceId,
      providerId: of.providerIds[0] ?? '',
      startsAt: START,
      idempotencyKey: uuidv7(),
    });
  const statusOf = async (id: string, tenant = ACME) =>
    (await services.reservationQueries.find(systemOf(tenant), id))?.status;
  const pay = async (bookingId: string, paymentId = uuidv7()): Promise<string> => {
    const amount = { amount: 5_000, currency: 'USD' };
    await hosted.tell('commerce.payment_succeeded', { paymentId, bookingId, clientId: null, amount, method: 'CARD' });
    await hosted.settle();
    return paymentId;
  };
  const expire = () => services.reservationStatus.expireUnpaid(systemOf(PLATFORM_TENANT, clock));
  const typesOf = async (bookingId: string, tenant: TenantIdentity = ACME): Promise<string[]> => {
    const { rows } = await runtime.pools.platform.query<{ type: string }>(
      `SELECT type FROM kernel.outbox_event
       WHERE tenant_id = $1 AND payload->>'bookingId' = $2 AND type LIKE 'booking.%' ORDER BY id`,
      [tenant.id, bookingId],
    );
    return rows.map((row) => row.type);
  };

  it('is confirmed by its payment, once', async () => {
    const { id } = await book();
    await pay(id);
    expect(await statusOf(id)).toBe('CONFIRMED');
    await pay(id);
    expect(await typesOf(id)).toEqual(['booking.created', 'booking.confirmed']);
    expect(await services.reservationQueries.heldUntil(client(), id)).toBeNull();
    clock.advance(HOUR_MS);
    await expire();
    expect(await statusOf(id)).toBe('CONFIRMED');
  });

  it('is confirmed together with what was paid for by the same payment', async () => {
    const { id } = await book();
    const { id: other } = await services.reservations.create(client(), {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: new Date(START.getTime() + 2 * HOUR_MS),
      idempotencyKey: uuidv7(),
    });
    const amount = { amount: 10_000, currency: 'USD' };
    const paid = { paymentId: uuidv7(), bookingId: id, bookingIds: [other, id], clientId: null, amount, method: 'CARD' } as const;
    await hosted.tell('commerce.payment_succeeded', paid);
    await hosted.settle();
    expect([await statusOf(id), await statusOf(other)]).toEqual(['CONFIRMED', 'CONFIRMED']);
    // What a fee was paid for is over, and stays so.
    await hosted.tell('commerce.payment_succeeded', { ...paid, paymentId: uuidv7(), bookingIds: [] });
    await hosted.settle();
    expect(await typesOf(id)).toEqual(['booking.created', 'booking.confirmed']);
  });

  it('is paid for with a receipt, or what is due where that failed, to the address of a client who does not sign in alone', async () => {
    const clients = await Promise.all([
      services.clients.create(systemOf(ACME, clock), { displayName: 'Ines Vidal', email: 'ines@elsewhere.example' }),
      services.clients.create(systemOf(ACME, clock), { displayName: 'Signs In', email: 'hers@elsewhere.example', userId: uuidv7() }),
      services.clients.create(systemOf(ACME, clock), { displayName: 'No Address' }),
      services.clients.create(systemOf(GLOBEX, clock), { displayName: 'Elsewhere', email: 'foreign@elsewhere.example' }),
    ]);
    const { id: bookingId } = await book();
    const paid = { bookingId, amount: { amount: 5_000, currency: 'USD' }, method: 'CARD', what: 'Consultation' } as const;
    const [paymentId, failedId] = [uuidv7(), uuidv7()];
    for (const [n, { id: clientId }] of clients.entries()) {
      await hosted.tell('commerce.payment_succeeded', { ...paid, clientId, paymentId: n === 0 ? paymentId : uuidv7() });
      const { amount, what } = paid;
      await hosted.tell('commerce.payment_failed', { bookingId, amount, what, clientId, declineCode: null, paymentId: n === 0 ? failedId : uuidv7() });
    }
    const longAgo = new Date(clock.now().getTime() - 25 * HOUR_MS);
    await hosted.tell('commerce.payment_succeeded', { ...paid, clientId: clients[0].id, paymentId: uuidv7() }, { at: longAgo });
    await hosted.settle(ACME, GLOBEX);
    await runtime.everythingTold();
    const mailsBy = async (template: string) => {
      const { rows } = await runtime.pools.platform.query<{ sealed: string }>(
        `SELECT payload ->> 'sealed' AS sealed FROM kernel.outbox_event WHERE type = 'booking.mail_requested' AND payload ->> 'template' = $1`,
        [template],
      );
      return rows.map(({ sealed }) => JSON.parse(runtime.secretBox.open(sealed, MAIL_PURPOSE)) as { to: string; values: Record<string, string> });
    };
    const mails = await mailsBy('INVOICE');
    expect(mails.map(({ to }) => to)).toEqual(['ines@elsewhere.example']);
    expect(mails[0]?.values).toMatchObject({ displayName: 'Ines Vidal', amount: '$50.00', what: 'Consultation', number: receiptNumber(paymentId, MORNING) });
    const link = new URL(mails[0]?.values['link'] ?? '');
    expect(link.host).toBe('acme.localhost:4000');
    expect(paymentOfReceipt(runtime.secretBox, ACME.id, link.pathname)).toBe(paymentId);
    const failures = await mailsBy('PAYMENT_FAILED');
    expect(failures.map(({ to }) => to)).toEqual(['ines@elsewhere.example']);
    expect(failures[0]?.values).toMatchObject({ displayName: 'Ines Vidal', amount: '$50.00', what: 'Consultation' });
    expect(paymentOfReceipt(runtime.secretBox, ACME.id, new URL(failures[0]?.values['link'] ?? '').pathname)).toBe(failedId);
  });

  it('ends fifteen minutes later when nobody pays, and the time is on offer again', async () => {
    const { id } = await book();
    clock.advance(14 * 60_000);
    await expire();
    expect(await statusOf(id)).toBe('PENDING');
    clock.advance(61_000);
    await expire();
    expect(await statusOf(id)).toBe('EXPIRED');
    expect(await typesOf(id)).toEqual(['booking.created', 'booking.expired']);
    await expect(book()).resolves.toMatchObject({ status: 'PENDING' });
  });

  it('ends unpaid in every tenant, each in its own name', async () => {
    const theirs = await openShop(services, GLOBEX, { clock });
    const [ours, foreign] = [await book(), await book(theirs, as([], uuidv7(), GLOBEX))];
    clock.advance(HOUR_MS);
    await expire();
    expect(await typesOf(ours.id)).toEqual(['booking.created', 'booking.expired']);
    expect(await typesOf(foreign.id, GLOBEX)).toEqual(['booking.created', 'booking.expired']);
    expect(await statusOf(foreign.id, GLOBEX)).toBe('EXPIRED');
  });

  it('stands again when its payment comes late and the time is free', async () => {
    const { id } = await book();
    clock.advance(HOUR_MS);
    await expire();
    await pay(id);
    expect(await statusOf(id)).toBe('CONFIRMED');
    expect(await typesOf(id)).toEqual(['booking.created', 'booking.expired', 'booking.confirmed']);
    await expect(book()).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  it.each(['EXPIRED', 'CANCELLED'] as const)('reports a payment that finds it %s and the time taken', async (status) => {
    const { id } = await book();
    if (status === 'CANCELLED') await services.reservationStatus.cancel(client(), id, null);
    clock.advance(HOUR_MS);
    await expire();
    await book();
    const paymentId = await pay(id);
    expect(await statusOf(id)).toBe(status);
    const { rows } = await runtime.pools.platform.query<{ payload: unknown }>(
      `SELECT payload FROM kernel.outbox_event WHERE type = 'booking.payment_orphaned' AND payload->>'bookingId' = $1`,
      [id],
    );
    expect(rows).toEqual([{ payload: { bookingId: id, paymentId } }]);
  });

  it('is cancelled by its client with a reason, and the time is on offer again', async () => {
    const { id } = await book();
    const cancelled = await services.reservationStatus.cancel(client(), id, ' Have a cold ');
    expect(cancelled.status).toBe('CANCELLED');
    const history = await services.reservationQueries.historyOf(client(), id);
    expect(history.at(-1)).toMatchObject({
      fromStatus: 'PENDING',
      toStatus: 'CANCELLED',
      reason: 'Have a cold',
      actorId: userId,
    });
    const { rows } = await runtime.pools.platform.query<{ payload: unknown }>(
      `SELECT payload FROM kernel.outbox_event WHERE type = 'booking.cancelled' AND payload->>'bookingId' = $1`,
      [id],
    );
    expect(rows).toMatchObject([
      { payload: { reason: 'Have a cold', previousStatus: 'PENDING', clientUserId: userId } },
    ]);
    await expect(services.reservationStatus.cancel(client(), id, null)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
    await expect(book()).resolves.toBeDefined();
  });

  it('is cancelled by nobody else but staff', async () => {
    const { id } = await book();
    await expect(services.reservationStatus.cancel(as([]), id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(services.reservationStatus.cancel(as(['appointments:read']), id, null)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    clock.set(new Date(START.getTime() + HOUR_MS));
    await expect(services.reservationStatus.cancel(client(), id, null)).rejects.toThrow('has begun');
    await expect(services.reservationStatus.cancel(as(['appointments:delete']), id, null)).resolves.toMatchObject({
      status: 'CANCELLED',
    });
  });

  it('is completed by staff from an hour before its start on, and only once', async () => {
    const { id } = await book();
    await pay(id);
    await expect(services.reservationStatus.complete(staff(), id)).rejects.toThrow('one hour before');
    await expect(services.reservationStatus.complete(client(), id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    clock.set(new Date(START.getTime() - HOUR_MS));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => services.reservationStatus.complete(staff(), id)),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await typesOf(id)).toEqual(['booking.created', 'booking.confirmed', 'booking.completed']);
    await expect(services.reservationStatus.markNoShow(staff(), id)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  it('is missed from its start on', async () => {
    const { id } = await book();
    await pay(id);
    await expect(services.reservationStatus.markNoShow(staff(), id)).rejects.toThrow('has not begun');
    clock.set(START);
    await expect(services.reservationStatus.markNoShow(staff(), id)).resolves.toMatchObject({ status: 'NO_SHOW' });
  });

  it('has a history that nobody can rewrite', async () => {
    const { id } = await book();
    const forge = runtime.database.tenants.of(client()).$executeRaw`
      UPDATE booking.booking_status_change SET to_status = 'COMPLETED' WHERE booking_id = ${id}::uuid`;
    await expect(forge).rejects.toThrow(/permission denied|append-only|final/i);
  });

  it('is followed live by its client and by staff, and by nobody else', async () => {
    const updates: BookingServices['reservationLive']['updates'] = (context, after) =>
      services.reservationLive.updates(context, after);
    await runtime.everythingTold();
    const now = encodePosition(await runtime.log.head());
    const [own, all, foreign] = [
      updates(client(), now),
      updates(as(['appointments:read']), now),
      updates(as(['appointments:read'], uuidv7(), GLOBEX), now),
    ];
    const heard = [own.next(), all.next(), foreign.next()] as const;
    const otherShop = await openShop(services, ACME, { clock });
    const others = await book(otherShop, as([]));
    const mine = await book();
    expect((await heard[0]).value).toMatchObject({ bookingId: mine.id });
    const first = (await heard[1]).value;
    expect(first).toMatchObject({ bookingId: others.id });
    expect((await all.next()).value).toMatchObject({ bookingId: mine.id });
    await services.reservationStatus.cancel(client(), mine.id, null);
    const resumed = updates(as(['appointments:read']), first?.cursor);
    expect((await resumed.next()).value).toMatchObject({ bookingId: mine.id });
    expect((await resumed.next()).value).toMatchObject({ bookingId: mine.id });
    const theirs = await book(await openShop(services, GLOBEX, { clock }), as([], uuidv7(), GLOBEX));
    expect((await heard[2]).value).toMatchObject({ bookingId: theirs.id });
    expect(() => updates(client(), 'nonsense')).toThrow('not a cursor');
    expect(() => updates(contextFor(ACME, undefined, clock), null)).toThrow('Sign in');
    await Promise.all([own, all, foreign, resumed].map((stream) => stream.return()));
  });

  it('keeps the name of its client as soon as that is known', async () => {
    const { clientId } = await book();
    expect((await services.clients.find(client(), clientId))?.displayName).toBeNull();
    const grant = (displayName: string, roles: string[], user: string) =>
      hosted.tell('identity.membership_granted', {
        membershipId: uuidv7(),
        userId: user,
        email: 'client@acme.example',
        displayName,
        roles,
      });
    const colleague = uuidv7();
    await grant('Client of Acme', ['USER'], userId);
    await grant('Colleague', ['STAFF'], colleague);
    await grant('Another name', ['USER'], userId);
    await hosted.settle();
    expect(await services.clients.find(client(), clientId)).toMatchObject({
      displayName: 'Client of Acme',
      email: 'client@acme.example',
    });
    expect(await services.clients.own(as([], colleague))).toBeNull();
  });

  it('keeps no record of a user who is no member, or no member any more, and an address that is another one', async () => {
    const desk = as(['patients:create', 'patients:read'], uuidv7());
    const newcomer = uuidv7();
    const record = () => services.clients.create(desk, { displayName: 'Newcomer', userId: newcomer });
    const refused = { issues: [{ field: 'userId', message: 'must be a member of the company' }] };
    await expect(record()).rejects.toMatchObject(refused);
    const member = { membershipId: uuidv7(), userId: newcomer, roles: ['USER'] };
    await hosted.tell('identity.membership_granted', { ...member, email: 'old@acme.example', displayName: 'Newcomer' });
    await hosted.settle();
    const { id } = await record();
    const moved = (email: string, emailBefore: string) => hosted.tell('identity.email_changed', { userId: newcomer, email, emailBefore });
    await moved('new@acme.example', 'old@acme.example');
    await moved('never@acme.example', 'unknown@acme.example');
    await hosted.tell('identity.membership_removed', member);
    await hosted.settle();
    expect(await services.clients.find(desk, id)).toMatchObject({ email: 'new@acme.example' });
    await expect(record()).rejects.toMatchObject(refused);
  });
});
