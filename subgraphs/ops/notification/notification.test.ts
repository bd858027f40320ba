import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bookedFacts } from '../../../tests/support/booking.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { encodePosition, LOG_START } from '../../_kernel/events/event.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { isNews } from '../../_kernel/time/news.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingFacts } from '../../booking/events.js';
import { BookingId } from '../../booking/ids.js';
import { NotificationId } from '../ids.js';
import { bookingConfirmedForClient, paymentSucceeded } from './notification.js';

const LIST = `query($unread: Boolean) {
  notifications(unreadOnly: $unread) { edges { node { id kind title body readAt booking { id } incident { id } } } }
  unreadNotificationCount
}`;
const RECEIVED = `subscription($after: String) {
  notificationReceived(after: $after) { cursor notification { id kind title booking { __typename id } } }
}`;

interface NotificationNode {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly readAt: string | null;
  readonly booking: { readonly id: string } | null;
  readonly incident: { readonly id: string } | null;
}

describe('notifications', () => {
  let t: TestOps;
  const ownerId = uuidv7();
  const clientId = uuidv7();
  const owner = memberOf(['settings:read'], { userId: ownerId, roles: ['OWNER'] });
  const client = memberOf([], { userId: clientId, roles: ['USER'] });
  const foreignOwner = memberOf(['settings:read'], { roles: ['OWNER'] });
  const bookingId = uuidv7();

  const join = (tenant: TenantIdentity, who: Principal, roles: readonly string[], membershipId = uuidv7()) =>
    t.tell(
      'identity.membership_granted',
      {
        membershipId,
        userId: who.kind === 'member' ? who.userId : '',
        email: 'someone@acme.example',
        displayName: 'Someone',
        roles,
      },
      { tenant },
    );

  const booking = (of: Partial<BookingFacts> = {}): BookingFacts =>
    bookedFacts({
      bookingId,
      reference: 'BK-20270201-402913',
      clientUserId: clientId,
      serviceName: 'First advice',
      providerName: 'Marta Lindqvist',
      startsAt: '2027-02-01T14:00:00.000Z',
      endsAt: '2027-02-01T14:15:00.000Z',
      ...of,
    });
  const payment = () => ({
    paymentId: uuidv7(),
    bookingId,
    clientId: uuidv7(),
    amount: { amount: 8_000, currency: 'USD' },
    method: 'CARD' as const,
  });

  beforeEach(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
    await join(ACME, owner, ['OWNER']);
    await join(ACME, client, ['USER']);
    await join(GLOBEX, foreignOwner, ['OWNER']);
    await t.settle(ACME, GLOBEX);
  });
  afterEach(() => t.stop());

  const listOf = async (tenant: TenantIdentity, who: Principal, unread = false) => {
    const { data, errors } = await t.graphql(LIST, { variables: { unread }, as: who, tenant });
    expect(errors).toBeUndefined();
    const { edges } = data?.['notifications'] as { edges: { node: NotificationNode }[] };
    return { unread: data?.['unreadNotificationCount'], nodes: edges.map((edge) => edge.node) };
  };
  const markRead = async (who: Principal, ids: readonly string[], tenant = ACME) =>
    (
      await t.graphql(
        `mutation($ids: [ID!]!) { result: markNotificationsRead(ids: $ids) {
           ... on NotificationsRead { unreadCount notifications { id readAt } } ... on UserError { code }
         } }`,
        { variables: { ids }, as: who, tenant },
      )
    ).data?.['result'];

  it('go to whoever is an owner at the time, and to nobody who has gone', async () => {
    const second = memberOf(['settings:read'], { roles: ['OWNER'] });
    const userId = second.kind === 'member' ? second.userId : '';
    const [membershipId, again] = [uuidv7(), uuidv7()];
    const countAfter = async (): Promise<number> => {
      await t.tell('commerce.payment_succeeded', payment());
      await t.settle();
      return (await listOf(ACME, second)).nodes.length;
    };
    await join(ACME, second, ['OWNER'], membershipId);
    expect(await countAfter()).toBe(1);
    await t.tell('identity.membership_changed', { membershipId, userId, roles: ['OWNER'], status: 'SUSPENDED' });
    expect(await countAfter()).toBe(1);
    await t.tell('identity.membership_changed', { membershipId, userId, roles: ['OWNER'], status: 'ACTIVE' });
    expect(await countAfter()).toBe(2);
    await t.tell('identity.membership_removed', { membershipId, userId, roles: ['OWNER'] });
    expect(await countAfter()).toBe(2);
    await join(ACME, second, ['OWNER'], again);
    expect(await countAfter()).toBe(3);
    expect(await t.deadLetters()).toEqual([]);
  });

  it('tell owner and client of a confirmed booking, each in words of their own, and nobody next door', async () => {
    await t.tell('booking.confirmed', booking());
    await t.settle();
    const [toOwner, toClient] = [await listOf(ACME, owner), await listOf(ACME, client)];
    expect(toOwner.nodes).toEqual([
      expect.objectContaining({
        kind: 'BOOKING_CONFIRMED',
        title: 'New booking: First advice with Marta Lindqvist',
        body: 'BK-20270201-402913, Monday, February 1, 2027 at 9:00 AM.',
        booking: { id: BookingId.encode(bookingId) },
      }),
    ]);
    expect(toClient.nodes.map((node) => node.title)).toEqual(['Your booking is confirmed: First advice']);
    expect(await listOf(GLOBEX, foreignOwner)).toEqual({ unread: 0, nodes: [] });
  });

  it('tell a client by one mail: who is sent the booking for her calendar is sent no notice of it', async () => {
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    const mailed = async (): Promise<readonly string[]> => {
      await t.settle();
      const rows = await db.notificationLog.findMany({ where: { channel: 'EMAIL' }, orderBy: { id: 'asc' } });
      return rows.map(({ userId }) => (userId === clientId ? 'client' : 'owner'));
    };
    await t.tell('booking.confirmed', { ...booking(), isInvited: true });
    expect(await mailed()).toEqual(['owner']);
    expect((await listOf(ACME, client)).nodes.map(({ title }) => title)).toEqual(['Your booking is confirmed: First advice']);
    await t.tell('booking.confirmed', { ...booking(), isInvited: false });
    expect((await mailed()).filter((who) => who === 'client')).toHaveLength(1);
  });

  it('tell who has waited what is held for her, with whom, and until when', async () => {
    const { serviceId, startsAt } = booking();
    const offer = { entryId: uuidv7(), bookingId, clientId: uuidv7(), serviceId, startsAt, expiresAt: '2027-01-31T14:30:00.000Z' };
    await t.tell('booking.waitlist_offered', { ...offer, clientUserId: clientId, serviceName: 'First advice', providerName: 'Marta Lindqvist' });
    await t.tell('booking.waitlist_offered', { ...offer, clientUserId: null });
    await t.settle();
    const { nodes } = await listOf(ACME, client);
    expect(nodes).toEqual([
      expect.objectContaining({
        kind: 'WAITLIST_OFFERED',
        title: 'Free for you: First advice on Monday, February 1, 2027 at 9:00 AM',
        body: expect.stringContaining('Marta Lindqvist of Acme holds it for you until Sunday, January 31, 2027 at 9:30 AM.'),
        booking: { id: BookingId.encode(bookingId) },
      }),
    ]);
    expect(await listOf(ACME, owner)).toEqual({ unread: 0, nodes: [] });
    const mailed = await t.runtime.database.tenants.of({ tenant: ACME }).notificationLog.findMany({ where: { channel: 'EMAIL' } });
    expect(mailed.map(({ userId }) => userId)).toEqual([clientId]);
  });

  it('tell a client who does not sign in nothing', async () => {
    await t.tellAll('booking.confirmed', [booking({ clientUserId: null }), booking({ clientUserId: uuidv7() })]);
    await t.settle();
    expect((await listOf(ACME, client)).nodes).toEqual([]);
    expect((await listOf(ACME, owner)).unread).toBe(2);
  });

  it('tell the owner of an incident, with the way to it', async () => {
    await t.tellAll(
      'identity.login_failed',
      Array.from({ length: 60 }, () => ({ realm: 'tenant' as const, emailHash: 'a' })),
    );
    await t.settle();
    expect((await listOf(ACME, owner)).nodes).toEqual([
      expect.objectContaining({
        kind: 'INCIDENT_RAISED',
        title: 'High incident: 60 failed sign-ins within 5 minutes',
        incident: { id: expect.stringMatching(/^inc_/) },
        booking: null,
      }),
    ]);
    expect((await listOf(ACME, client)).nodes).toEqual([]);
  });

  it('say that a cursor is too old to go on from, and from which nothing is missing', async () => {
    await join(ACME, memberOf([]), ['USER']);
    await t.settle();
    const [tooOld, oldest] = [encodePosition(LOG_START), await t.runtime.log.newestOf(ACME.id)];
    await t.runtime.pools.platform.query(
      'INSERT INTO kernel.outbox_floor (xact_id, event_id) VALUES ($1::xid8, $2)',
      [oldest.xactId, oldest.eventId],
    );
    const late = await t.follow(RECEIVED, { as: owner, variables: { after: tooOld } });
    expect((await late.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'LAGGED', oldestCursor: encodePosition(oldest) } }],
    });
    await expect(late.next()).resolves.toMatchObject({ done: true });
  });

  it('come live to whom they are for, with the booking as an entity to join on', async () => {
    const [live, others] = [await t.follow(RECEIVED, { as: owner }), await t.follow(RECEIVED, { as: client })];
    const next = live.next();
    let wrong = 0;
    const listening = others.next().then(({ done }) => (wrong += done ? 0 : 1));
    await t.tell('commerce.payment_succeeded', payment());
    expect((await next).value).toMatchObject({
      data: {
        notificationReceived: {
          notification: {
            kind: 'PAYMENT_SUCCEEDED',
            title: 'Payment received: $80.00',
            booking: { __typename: 'Booking', id: BookingId.encode(bookingId) },
          },
        },
      },
    });
    await t.settle();
    await Promise.all([live.return(), others.return()]);
    await listening;
    expect(wrong).toBe(0);
  });

  it('go on behind a cursor without loss or repetition, whatever came in between', async () => {
    const live = await t.follow(RECEIVED, { as: owner });
    const seen: string[] = [];
    let cursor: string | undefined;
    const take = async (stream: Awaited<ReturnType<TestOps['follow']>>, pending = stream.next()) => {
      const received = (await pending).value?.data?.['notificationReceived'] as {
        cursor: string;
        notification: { id: string };
      };
      cursor = received.cursor;
      seen.push(received.notification.id);
    };
    const first = live.next();
    await t.tellAll('commerce.payment_succeeded', Array.from({ length: 30 }, payment));
    await take(live, first);
    for (let n = 1; n < 10; n += 1) await take(live);
    await live.return();
    await t.tellAll('commerce.payment_succeeded', Array.from({ length: 10 }, payment));
    await t.settle();
    const resumed = await t.follow(RECEIVED, { variables: { after: cursor }, as: owner });
    while (seen.length < 40) await take(resumed);
    await resumed.return();
    const { nodes } = await listOf(ACME, owner);
    expect(new Set(seen).size).toBe(40);
    expect(nodes.every((node) => seen.includes(node.id))).toBe(true);
    await expect(t.follow(RECEIVED, { variables: { after: '!' }, as: owner })).rejects.toThrow('not a cursor');
    await expect(t.follow(RECEIVED, { as: { kind: 'anonymous' } })).rejects.toThrow('UNAUTHENTICATED');
  });

  it('are read when their owner says so, all or none', async () => {
    await t.tellAll('commerce.payment_succeeded', [payment(), payment()]);
    await t.tell('commerce.payment_succeeded', payment(), { tenant: GLOBEX });
    await t.settle(ACME, GLOBEX);
    const [one, other] = (await listOf(ACME, owner)).nodes.map((node) => node.id);
    const [foreign] = (await listOf(GLOBEX, foreignOwner)).nodes.map((node) => node.id);
    for (const unknown of [foreign, NotificationId.encode(uuidv7()), 'ntf_nonsense']) {
      expect(await markRead(owner, [one ?? '', unknown ?? ''])).toEqual({ code: 'NOT_FOUND' });
    }
    expect(await markRead(client, [one ?? ''])).toEqual({ code: 'NOT_FOUND' });
    expect(await markRead(owner, [])).toEqual({ code: 'BAD_USER_INPUT' });
    expect((await listOf(ACME, owner)).unread).toBe(2);
    expect(await markRead(owner, [one ?? ''])).toEqual({
      unreadCount: 1,
      notifications: [{ id: one, readAt: expect.any(String) }],
    });
    expect((await listOf(ACME, owner, true)).nodes.map((node) => node.id)).toEqual([other]);
    expect((await listOf(GLOBEX, foreignOwner)).unread).toBe(1);
  });

  it('keep what is told long after it happened, but as read and without a live event', async () => {
    const occurredAt = new Date(t.clock.now().getTime() - 25 * 3_600_000);
    await t.tell('booking.confirmed', booking(), { at: occurredAt });
    await t.settle();
    const { nodes, unread } = await listOf(ACME, owner);
    expect(nodes).toEqual([expect.objectContaining({ readAt: expect.any(String) })]);
    expect(unread).toBe(0);
    const { rows } = await t.runtime.pools.platform.query(
      `SELECT 1 FROM kernel.outbox_event WHERE type = 'ops.notification_created'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the words of a notification', () => {
  it('say amounts in the way of their currency', () => {
    const titleFor = (amount: number, currency: string) =>
      paymentSucceeded({ bookingId: '', amount: { amount, currency } }).title.replaceAll(/\s/g, ' ');
    expect(titleFor(123_456, 'USD')).toBe('Payment received: $1,234.56');
    expect(titleFor(5_000, 'JPY')).toBe('Payment received: ¥5,000');
    expect(titleFor(12_345, 'KWD')).toBe('Payment received: KWD 12.345');
    expect(titleFor(12_345, 'HUF')).toBe('Payment received: HUF 123.45');
  });

  it("say times on the tenant's clock", () => {
    const booking = { bookingId: '', reference: 'BK-1', serviceName: 'Piano', providerName: 'Jonas Weber', startsAt: '2027-03-28T01:30:00Z' };
    expect(bookingConfirmedForClient(booking, GLOBEX).body).toBe(
      'Jonas Weber of Globex expects you on Sunday, March 28, 2027 at 3:30 AM. Your reference is BK-1.',
    );
  });

  it('are news for a day', () => {
    const now = new Date('2027-01-02T00:00:00Z');
    expect(isNews(new Date('2027-01-01T00:00:00Z'), now)).toBe(true);
    expect(isNews(new Date('2026-12-31T23:59:59Z'), now)).toBe(false);
  });
});
