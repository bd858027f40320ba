import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ICAL from 'ical.js';
import { openShop, systemOf, type Shop } from '../../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { CALENDAR_TOKEN } from '../../../_kernel/wire/calendar-token.js';
import type { TenantPermission } from '../../../_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { MAIL_PURPOSE } from '../../../_kernel/mail/mail.js';
import type { BookingEvents } from '../../events.js';
import { ProviderId } from '../../ids.js';
import type { BookingServices } from '../../services.js';
import { createBooking } from '../../subgraph.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));

interface Entry {
  readonly uid: string;
  readonly sequence: number;
  readonly status: string;
  readonly summary: string;
  readonly start: string;
  readonly end: string;
}

function parsed(text: string): { readonly method: string; readonly entries: readonly Entry[] } {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  const entries = calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      sequence: event.sequence,
      status: String(component.getFirstPropertyValue('status')),
      summary: event.summary,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
    };
  });
  return { method: String(calendar.getFirstPropertyValue('method')), entries };
}

describe('a calendar feed', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;
  let shop: Shop;

  beforeAll(async () => {
    t = await startHostedSubgraph(createBooking, clock);
    shop = await openShop(t.subgraph.services, ACME, { clock, price: 0 });
  });
  afterAll(() => t.stop());

  const staffWith = (...permissions: TenantPermission[]): Principal => memberOf(permissions);
  const book = async (hour: string, principal: Principal = memberOf([])) => {
    const context = contextFor(ACME, principal, clock);
    return t.subgraph.services.reservations.create(context, {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: new Date(`2027-03-09T${hour}:00:00Z`),
      idempotencyKey: uuidv7(),
    });
  };
  const CREATE = `mutation ($input: CreateCalendarFeedInput!) {
    createCalendarFeed(input: $input) {
      __typename
      ... on IssuedCalendarFeed { url calendarFeed { id preview namesClients provider { name } } }
      ... on UserError { code }
    }
  }`;
  const create = async (principal: Principal, providerId: string | null = shop.providerIds[0] ?? '') => {
    const input = providerId === null ? {} : { providerId: ProviderId.encode(providerId) };
    const { data } = await t.graphql(CREATE, { as: principal, variables: { input } });
    return data?.['createCalendarFeed'] as { url: string; code?: string; calendarFeed: { id: string; namesClients: boolean } };
  };
  const fetchFeed = async (url: string, headers: Record<string, string> = {}, tenant: TenantIdentity = ACME) => {
    const request = { method: 'GET', path: new URL(url).pathname, search: '', headers, body: Buffer.alloc(0) };
    const envelope = { tenant, principal: ANONYMOUS, origin: { requestId: uuidv7(), ip: null, userAgent: null } };
    const answer = await t.host.forward(request, envelope);
    if (!answer) throw new Error('Nobody serves calendars');
    return answer;
  };
  const revoke = async (id: string, principal: Principal) => {
    const source = `mutation ($id: ID!) { revokeCalendarFeed(id: $id) { __typename ... on UserError { code } } }`;
    return (await t.graphql(source, { as: principal, variables: { id } })).data?.['revokeCalendarFeed'];
  };

  it("holds a provider's bookings in order, in UTC, under names that stay while they change", async () => {
    const staff = staffWith('appointments:read', 'appointments:update', 'patients:read');
    const { url } = await create(staff);
    const kept = await book('14');
    const moved = await book('16');
    const first = parsed((await fetchFeed(url)).body);
    expect(first.method).toBe('PUBLISH');
    expect(first.entries.map(({ start, status }) => [start, status])).toEqual([
      ['2027-03-09T14:00:00.000Z', 'CONFIRMED'],
      ['2027-03-09T16:00:00.000Z', 'CONFIRMED'],
    ]);
    expect(first.entries[0]).toMatchObject({ uid: `${kept.id}@localhost`, end: '2027-03-09T15:00:00.000Z' });

    const context = contextFor(ACME, staff, clock);
    const startsAt = new Date('2027-03-09T18:00:00Z');
    await t.subgraph.services.reservationMoves.move(context, { bookingId: moved.id, startsAt, scope: 'ONE' });
    await t.subgraph.services.reservationStatus.cancel(context, kept.id, null);
    const second = parsed((await fetchFeed(url)).body);
    const of = (entries: readonly Entry[], id: string) => entries.find(({ uid }) => uid.startsWith(id));
    expect(of(second.entries, moved.id)?.start).toBe('2027-03-09T18:00:00.000Z');
    expect(of(second.entries, kept.id)?.status).toBe('CANCELLED');
    for (const { id } of [kept, moved]) {
      expect(of(second.entries, id)?.sequence).toBeGreaterThan(of(first.entries, id)?.sequence ?? 0);
    }
  });

  it('says who comes only where whoever made it may know', async () => {
    const person = memberOf([]);
    await t.subgraph.services.clients.create(systemOf(ACME, clock), {
      displayName: 'Nora Client',
      userId: person.kind === 'member' ? person.userId : null,
    });
    await book('20', person);
    const knowing = await create(staffWith('appointments:read', 'patients:read'));
    const others = await create(staffWith('appointments:read'));
    expect([knowing.calendarFeed.namesClients, others.calendarFeed.namesClients]).toEqual([true, false]);
    expect((await fetchFeed(knowing.url)).body).toContain('Nora Client');
    expect((await fetchFeed(others.url)).body).not.toContain('Nora Client');
  });

  it("holds of a client's only what she has booked herself", async () => {
    const client = memberOf([]);
    const mine = await book('17', client);
    const { url } = await create(client, null);
    expect(parsed((await fetchFeed(url)).body).entries.map(({ uid }) => uid)).toEqual([`${mine.id}@localhost`]);
  });

  it('tells a provider when she is free in between, and a client nothing but her whole visit', async () => {
    const intermission = { afterMinutes: 30, minutes: 45 };
    const colour = await openShop(t.subgraph.services, ACME, { clock, price: 0, durationMinutes: 105, intermission });
    const [client, [providerId = '']] = [memberOf([]), colour.providerIds];
    const visit = { serviceId: colour.serviceId, providerId, startsAt: new Date('2027-03-09T15:00:00Z') };
    await t.subgraph.services.reservations.create(contextFor(ACME, client, clock), { ...visit, idempotencyKey: uuidv7() });
    const [hers, own] = [await create(staffWith('appointments:read'), providerId), await create(client, null)];
    const [work, stay] = [(await fetchFeed(hers.url)).body, (await fetchFeed(own.url)).body];
    for (const text of [work, stay]) {
      expect(parsed(text).entries.map(({ start, end }) => [start, end])).toEqual([['2027-03-09T15:00:00.000Z', '2027-03-09T16:45:00.000Z']]);
    }
    expect(work.replaceAll(/\r\n[ \t]/g, '')).toContain('Intermission from 10:30 to 11:15');
    expect(stay).not.toContain('Intermission');
  });

  it('is the same bytes until something changes, and is not sent again to who has it', async () => {
    const { url } = await create(staffWith('appointments:read'));
    const first = await fetchFeed(url);
    const etag = first.headers['etag'] ?? '';
    expect(first).toMatchObject({ status: 200, headers: { 'content-type': 'text/calendar; charset=utf-8' } });
    expect(await fetchFeed(url, { 'if-none-match': `"other", W/${etag}` })).toMatchObject({ status: 304, body: '' });
    await book('15');
    expect((await fetchFeed(url, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is nothing to any other company, nor to who guesses, nor once it is revoked', async () => {
    const maker = staffWith('appointments:read');
    const { url, calendarFeed } = await create(maker);
    const unknown = await fetchFeed(`http://x/calendar/${CALENDAR_TOKEN.create(ACME.id)}.ics`);
    expect(unknown.status).toBe(404);
    expect(await fetchFeed(url, {}, GLOBEX)).toEqual(unknown);
    expect(await fetchFeed('http://x/calendar/secrets.ics')).toEqual(unknown);
    // Its token says Acme; one that says Globex leads nowhere at Acme either.
    const token = /calendar\/(.*)\.ics/.exec(url)?.[1] ?? '';
    const renamed = token.replace(ACME.id.replaceAll('-', ''), GLOBEX.id.replaceAll('-', ''));
    expect(await fetchFeed(`http://x/calendar/${renamed}.ics`, {}, GLOBEX)).toEqual(unknown);

    expect(await revoke(calendarFeed.id, staffWith('appointments:read'))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await fetchFeed(url)).status).toBe(200);
    expect(await revoke(calendarFeed.id, maker)).toMatchObject({ __typename: 'CalendarFeed' });
    expect(await fetchFeed(url)).toEqual(unknown);
    expect(await revoke(calendarFeed.id, maker)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is kept as a hash, and its token is answered to nobody', async () => {
    const { url } = await create(staffWith('appointments:read'));
    const token = /calendar\/(.*)\.ics/.exec(url)?.[1] ?? 'none';
    const { rows } = await t.runtime.pools.platform.query(
      'SELECT f::text FROM booking.calendar_feed f UNION ALL SELECT e::text FROM kernel.outbox_event e',
    );
    expect(JSON.stringify(rows)).not.toContain(token);
    const { data } = await t.graphql('{ calendarFeeds(first: 50) { edges { node { preview } } } }', { as: staffWith('settings:update') });
    expect(JSON.stringify(data)).toContain(`cal_…${token.slice(-4)}`);
    expect(JSON.stringify(data)).not.toContain(token);
  });

  it("is refused of a provider's bookings to who may not read them, of unknown providers, and beyond twenty", async () => {
    expect(await create(memberOf([]))).toMatchObject({ code: 'FORBIDDEN' });
    const staff = staffWith('appointments:read');
    expect(await create(staff, uuidv7())).toMatchObject({ code: 'NOT_FOUND' });
    for (let n = 0; n < 20; n += 1) expect((await create(staff)).url).toContain('/calendar/cal_');
    expect(await create(staff)).toMatchObject({ code: 'CONFLICT' });
  });

  it('is followed by mails that put an appointment into the calendar of its client, move it and take it out', async () => {
    const client = await t.subgraph.services.clients.create(systemOf(ACME, clock), {
      displayName: 'Ines',
      email: 'ines@acme.example',
    });
    const staff = contextFor(ACME, memberOf(['appointments:create', 'appointments:read', 'appointments:update']), clock);
    const made = await t.subgraph.services.reservations.create(staff, {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      clientId: client.id,
      startsAt: new Date('2027-03-10T14:00:00Z'),
      idempotencyKey: uuidv7(),
    });
    const startsAt = new Date('2027-03-10T16:00:00Z');
    await t.subgraph.services.reservationMoves.move(staff, { bookingId: made.id, startsAt, scope: 'ONE' });
    await t.subgraph.services.reservationStatus.cancel(staff, made.id, 'ill');
    await t.settle();
    await t.replay();
    await t.runtime.everythingTold();
    const { rows } = await t.runtime.pools.platform.query<{ sealed: string }>(
      `SELECT payload->>'sealed' AS sealed FROM kernel.outbox_event WHERE type = 'booking.mail_requested' ORDER BY xact_id, id`,
    );
    const mails = rows
      .map(({ sealed }) => JSON.parse(t.runtime.secretBox.open(sealed, MAIL_PURPOSE)) as { to: string; values: { calendar: { method: string; body: string } } })
      .filter(({ to }) => to === 'ines@acme.example')
      .map(({ values }) => ({ ...parsed(values.calendar.body), attached: values.calendar.method, body: values.calendar.body }));
    const latest = mails.at(-1)?.entries[0];
    expect(mails.map(({ attached }) => attached)).toContain('REQUEST');
    expect(mails.every(({ attached, method }) => attached === method)).toBe(true);
    expect(latest).toMatchObject({ uid: `${made.id}@localhost`, status: 'CANCELLED', start: '2027-03-10T16:00:00.000Z' });
    expect(mails.at(-1)?.body).toContain('ORGANIZER');
    expect(mails.at(-1)?.body.replaceAll('\r\n ', '')).toContain('MAILTO:ines@acme.example');
    expect(await t.deadLetters()).toEqual([]);

    // Whether she is invited is said with the confirmation, so that nobody else writes to her as well.
    const anonymous = await book('19');
    const told = await t.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.findMany({ where: { type: 'booking.confirmed' } });
    const invited = new Map(told.map(({ payload }) => payload as { bookingId: string; isInvited: boolean }).map((one) => [one.bookingId, one.isInvited]));
    expect([invited.get(made.id), invited.get(anonymous.id)]).toEqual([true, false]);
  });
});
