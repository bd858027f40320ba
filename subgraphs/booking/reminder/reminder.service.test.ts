import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openShop, systemOf, type Shop } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { BookingEvents } from '../events.js';
import type { BookingRow } from '../reservation/reservation.store.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const MORNING = new Date('2027-01-11T14:00:00Z');
const clock = createTestClock(MORNING);
const HOUR_MS = 3_600_000;
const hoursLater = (hours: number) => new Date(MORNING.getTime() + hours * HOUR_MS);

describe('reminders', () => {
  let hosted: HostedSubgraph<BookingServices, BookingEvents>;
  let services: BookingServices;
  let shop: Shop;
  const owner = () => contextFor(ACME, memberOf(['settings:update', 'settings:read', 'appointments:update']), clock);

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking, clock);
    services = hosted.subgraph.services;
  });
  afterAll(() => hosted.stop());
  beforeEach(async () => {
    clock.set(MORNING);
    shop = await openShop(services, ACME, { clock, price: 0 });
    await services.reminders.setRule(owner(), { serviceId: null, leadMinutes: [1_440, 120], quietHours: null });
  });

  const book = async (hours: number, known: { clientId?: string } = {}): Promise<BookingRow> => {
    const context = known.clientId ? systemOf(ACME, clock) : contextFor(ACME, memberOf([]), clock);
    const as = known.clientId ? contextFor(ACME, memberOf(['appointments:create', 'patients:read']), clock) : context;
    const booking = await services.reservations.create(as, {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: hoursLater(hours),
      clientId: known.clientId,
      idempotencyKey: uuidv7(),
    });
    await hosted.settle();
    return booking;
  };
  const sendDue = () => services.reminders.sendDue(systemOf(PLATFORM_TENANT, clock));
  const remindedOf = async (id: string): Promise<[number, string][]> => {
    const { rows } = await hosted.runtime.pools.platform.query<{ lead: number; start: string }>(
      `SELECT (payload->>'leadMinutes')::int AS lead, payload->>'startsAt' AS start FROM kernel.outbox_event
       WHERE type = 'booking.reminder_due' AND payload->>'bookingId' = $1 ORDER BY occurred_at, id`,
      [id],
    );
    return rows.map(({ lead, start }) => [lead, start]);
  };

  it('come once for each lead, though many processes look at once', async () => {
    const { id, startsAt } = await book(48);
    await sendDue();
    expect(await remindedOf(id)).toEqual([]);
    clock.set(hoursLater(24.1));
    await Promise.all([sendDue(), sendDue(), sendDue(), sendDue()]);
    await sendDue();
    expect(await remindedOf(id)).toEqual([[1_440, startsAt.toISOString()]]);
    clock.set(hoursLater(46.1));
    await Promise.all([sendDue(), sendDue()]);
    expect((await remindedOf(id)).map(([lead]) => lead)).toEqual([1_440, 120]);
  });

  it('are found again by the next process when one dies before it has written that it sent them', async () => {
    const { id } = await book(48);
    clock.set(hoursLater(24.1));
    const { pools } = hosted.runtime;
    // What a transaction that was killed leaves behind: nothing, although it had claimed the reminder.
    const dying = await pools.platform.connect();
    await dying.query('BEGIN');
    await dying.query('UPDATE booking.reminder SET sent_at = now() WHERE booking_id = $1', [id]);
    dying.release(new Error('killed'));
    await sendDue();
    expect((await remindedOf(id)).map(([lead]) => lead)).toEqual([1_440]);
  });

  it('move with the booking, and come again for the new time', async () => {
    const booking = await book(48);
    clock.set(hoursLater(24.1));
    await sendDue();
    await services.reservationMoves.move(owner(), { bookingId: booking.id, startsAt: hoursLater(96), scope: 'ONE' });
    await hosted.settle();
    clock.set(hoursLater(46.5));
    await sendDue();
    expect(await remindedOf(booking.id)).toEqual([[1_440, booking.startsAt.toISOString()]]);
    clock.set(hoursLater(94.5));
    await sendDue();
    const [, ...later] = await remindedOf(booking.id);
    expect(later.map(([lead, start]) => [lead, start]).toSorted()).toEqual([
      [120, hoursLater(96).toISOString()],
      [1_440, hoursLater(96).toISOString()],
    ]);
  });

  it('do not come for what was cancelled, nor for what has begun by the time somebody looks', async () => {
    const [cancelled, begun] = [await book(48), await book(72)];
    await services.reservationStatus.cancel(owner(), cancelled.id, null);
    await hosted.settle();
    clock.set(hoursLater(72.5));
    await sendDue();
    expect(await remindedOf(cancelled.id)).toEqual([]);
    expect(await remindedOf(begun.id)).toEqual([]);
    const { rows } = await hosted.runtime.pools.platform.query(
      'SELECT 1 FROM booking.reminder WHERE sent_at IS NULL AND due_at <= $1',
      [clock.now()],
    );
    expect(rows).toEqual([]);
  });

  it('follow the service’s own rule, then the general one, then what is usual', async () => {
    const dues = async (id: string) => {
      const { rows } = await hosted.runtime.pools.platform.query<{ lead_minutes: number }>(
        'SELECT lead_minutes FROM booking.reminder WHERE booking_id = $1 ORDER BY lead_minutes',
        [id],
      );
      return rows.map((row) => row.lead_minutes);
    };
    await services.reminders.setRule(owner(), { serviceId: shop.serviceId, leadMinutes: [60], quietHours: null });
    expect(await dues((await book(48)).id)).toEqual([60]);
    await services.reminders.removeRule(owner(), shop.serviceId);
    expect(await dues((await book(49)).id)).toEqual([120, 1_440]);
    await services.reminders.setRule(owner(), { serviceId: null, leadMinutes: [], quietHours: null });
    expect(await dues((await book(50)).id)).toEqual([]);
    await services.reminders.removeRule(owner(), null);
    expect(await dues((await book(51)).id)).toEqual([120, 1_440]);
  });

  it('reach by mail who does not sign in, and nobody by two ways', async () => {
    const staff = contextFor(ACME, memberOf(['patients:create', 'patients:read']), clock);
    const client = await services.clients.create(staff, { displayName: 'Grace', email: `${uuidv7()}@acme.example` });
    await book(48, { clientId: client.id });
    const mails = async () => {
      const { rows } = await hosted.runtime.pools.platform.query<{ template: string }>(
        `SELECT payload->>'template' AS template FROM kernel.outbox_event WHERE type = 'booking.mail_requested'`,
      );
      return rows.filter(({ template }) => template === 'NOTICE').length;
    };
    const before = await mails();
    clock.set(hoursLater(24.1));
    await sendDue();
    await sendDue();
    expect((await mails()) - before).toBe(1);
  });

  it('are set by who may, for services of the company alone, and named where they are wrong', async () => {
    const { reminders } = services;
    const rule = { serviceId: null, leadMinutes: [60], quietHours: null };
    await expect(reminders.setRule(contextFor(ACME, memberOf(['settings:read']), clock), rule)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(reminders.rules(contextFor(ACME, memberOf([]), clock))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const theirs = await openShop(services, GLOBEX, { clock });
    for (const serviceId of [theirs.serviceId, uuidv7()]) {
      await expect(reminders.setRule(owner(), { ...rule, serviceId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const SET = `mutation Set($input: SetRemindersInput!) { setReminders(input: $input) { __typename
      ... on ReminderRule { leadMinutes quietFrom quietUntil } ... on ValidationError { issues { field } } } }`;
    const as = memberOf(['settings:update']);
    const input = { leadMinutes: [120, 1_440], quietHours: { from: '21:30', until: '07:00' } };
    const { data, errors } = await hosted.graphql(SET, { as, variables: { input } });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ setReminders: { __typename: 'ReminderRule', leadMinutes: [1_440, 120], quietFrom: '21:30', quietUntil: '07:00' } });
    const wrong = await hosted.graphql(SET, { as, variables: { input: { leadMinutes: [1] } } });
    expect(wrong.data).toMatchObject({ setReminders: { __typename: 'ValidationError', issues: [{ field: 'leadMinutes.0' }] } });
  });
});
