import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CALDAV_USER, startCalDavDouble, type CalDavDouble } from '../../../../infra/local/doubles/calendar/caldav-double.js';
import type { DoubleServer } from '../../../../infra/local/doubles/calendar/double-server.js';
import { startGoogleDouble, type GoogleDouble } from '../../../../infra/local/doubles/calendar/google-double.js';
import { startMicrosoftDouble, type MicrosoftDouble } from '../../../../infra/local/doubles/calendar/microsoft-double.js';
import { OAUTH_CLIENT, type OAuthDouble } from '../../../../infra/local/doubles/calendar/oauth-double.js';
import { openShop, systemOf } from '../../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../../_kernel/wire/permissions.js';
import { ON_THIS_MACHINE } from '../../booking-config.js';
import type { BookingEvents } from '../../events.js';
import { CalendarConnectionId, ProviderId } from '../../ids.js';
import type { BookingServices } from '../../services.js';
import { createBooking } from '../../subgraph.js';
import { SYNC_EVERY_MS } from '../connection/calendar-connection.js';
import type { CalendarKind } from '../remote/remote-calendar.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));
const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
const PATIENCE = 45_000;

const stamp = (instant: string): string => instant.replaceAll(/[-:]|\.\d{3}/g, '');
const appointment = (uid: string, from: string, until: string, more: readonly string[] = []): string =>
  [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Elsewhere//EN', 'BEGIN:VEVENT', `UID:${uid}`, `DTSTAMP:${stamp(from)}`,
    `DTSTART:${stamp(from)}`, `DTEND:${stamp(until)}`, 'SUMMARY:Dentist', ...more, 'END:VEVENT', 'END:VCALENDAR', '',
  ].join('\r\n');

/** What the three kinds of servers have in common, for one test to be run against each. */
interface Elsewhere {
  readonly kind: CalendarKind;
  readonly server: () => DoubleServer;
  /** Starts of what stands there, in order. */
  readonly starts: () => readonly string[];
  readonly add: (from: string, until: string) => string;
  readonly remove: (id: string) => void;
  readonly shutOut: () => void;
  readonly forgetTokens: () => void;
  /** Whether a request writes a new appointment. */
  readonly isWriting: (method: string, path: string) => boolean;
}

describe('calendars elsewhere', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;
  let dav: CalDavDouble;
  let google: GoogleDouble;
  let microsoft: MicrosoftDouble;

  beforeAll(async () => {
    [dav, google, microsoft] = await Promise.all([startCalDavDouble(), startGoogleDouble(), startMicrosoftDouble()]);
    const serviceAt = ({ url }: DoubleServer) => ({
      ...OAUTH_CLIENT,
      authorizationUrl: `${url}/authorize`,
      tokenUrl: `${url}/token`,
      apiBase: url,
      scope: 'calendars',
    });
    const calendars = { GOOGLE: serviceAt(google), MICROSOFT: serviceAt(microsoft) };
    t = await startHostedSubgraph((runtime) => createBooking(runtime, { ...ON_THIS_MACHINE, calendars }), clock);
  });
  afterAll(async () => {
    await t.stop();
    await Promise.all([dav, google, microsoft].map((server) => server.stop()));
  });

  const asOwner = (tenant = ACME) => contextFor(tenant, owner, clock);
  const services = () => t.subgraph.services;
  const iso = (text: unknown): string => new Date(/Z$/.test(String(text)) ? String(text) : `${String(text)}Z`).toISOString();

  const kinds: readonly Elsewhere[] = [
    {
      kind: 'CALDAV',
      server: () => dav,
      starts: () =>
        [...dav.objects().values()]
          .map((data) => /DTSTART:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(data)?.slice(1) ?? [])
          .map(([y, mo, d, h, mi, s]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`)
          .sort(),
      add: (from, until) => {
        const id = uuidv7();
        dav.add(id, appointment(`${id}@elsewhere.example`, from, until));
        return id;
      },
      remove: (id) => dav.remove(id),
      shutOut: () => dav.changePassword('another password'),
      forgetTokens: () => dav.forgetTokens(),
      isWriting: (method) => method === 'PUT',
    },
    ...([['GOOGLE', () => google], ['MICROSOFT', () => microsoft]] as const).map(
      ([kind, server]: readonly ['GOOGLE' | 'MICROSOFT', () => GoogleDouble | MicrosoftDouble]): Elsewhere => ({
        kind,
        server,
        starts: () => server().events().map(({ start }) => iso((start as { dateTime: string }).dateTime)).sort(),
        add: (from, until) => server().add({ summary: 'Dentist', start: { dateTime: from }, end: { dateTime: until } }),
        remove: (id) => server().remove(id),
        shutOut: () => server().revoke(),
        forgetTokens: () => server().forgetTokens(),
        isWriting: (method, path) => method === 'POST' && path.endsWith('/events'),
      }),
    ),
  ];

  const connect = async (kind: CalendarKind, providerId: string) => {
    if (kind === 'CALDAV') {
      return services().calendarConnections.connectCalDav(asOwner(), { providerId, url: dav.calendar, ...CALDAV_USER });
    }
    const service: OAuthDouble = kind === 'GOOGLE' ? google : microsoft;
    const authorizationUrl = await services().calendarConnections.begin(asOwner(), providerId, kind);
    return services().calendarConnections.finish(asOwner(), service.allow(authorizationUrl));
  };
  const connectionOf = async (id: string) => {
    const row = await t.runtime.database.tenants.of({ tenant: ACME }).calendarConnection.findFirst({ where: { id }, omit: { sealed: true } });
    if (!row) throw new Error('There is no such connection');
    return row;
  };
  /** Lets the calendar be looked at as it is from time to time, and waits until that has been done. */
  const look = async (id: string): Promise<void> => {
    clock.advance(SYNC_EVERY_MS + 1_000);
    const from = clock.now();
    await t.subgraph.schedules.find(({ name }) => name === 'look-for-calendar-changes')?.run(systemOf(ACME, clock));
    await eventually(async () => ((await connectionOf(id)).lastSyncedAt ?? 0) >= from, PATIENCE);
  };
  const isInStep = (id: string) => eventually(async () => (await connectionOf(id)).lastSyncedAt, PATIENCE);
  const slots = async (shop: { serviceId: string; providerIds: readonly string[] }, day: string): Promise<readonly string[]> => {
    const found = await services().availability.search(asOwner(), { serviceId: shop.serviceId, providerId: shop.providerIds[0], from: day, days: 1, first: 100 });
    return (found?.edges ?? []).map(({ node }) => node.startsAt.toISOString());
  };
  const book = (shop: { serviceId: string; providerIds: readonly string[] }, startsAt: string) =>
    services().reservations.create(contextFor(ACME, memberOf([]), clock), {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: new Date(startsAt),
      idempotencyKey: uuidv7(),
    });

  describe.each(kinds)('of $kind', (elsewhere) => {
    let shop: { serviceId: string; providerIds: readonly string[] };
    let connectionId: string;

    beforeAll(async () => {
      shop = await openShop(services(), ACME, { clock, price: 0 });
      connectionId = (await connect(elsewhere.kind, shop.providerIds[0] ?? '')).id;
      await isInStep(connectionId);
    });

    it('hold every booking once, though answers are lost, and follow it until it is cancelled', async () => {
      elsewhere.server().disturb({ kind: 'lose', on: ({ method, url }) => elsewhere.isWriting(method, url.pathname) });
      const first = await book(shop, '2027-03-15T14:00:00Z');
      await eventually(async () => (await connectionOf(connectionId)).lastError, PATIENCE);
      // The attempt has ended, so the next one is due by the clock.
      await eventually(async () => (await connectionOf(connectionId)).leasedUntil === null, PATIENCE);
      await look(connectionId);
      expect(elsewhere.starts()).toEqual(['2027-03-15T14:00:00.000Z']);
      expect((await connectionOf(connectionId)).lastError).toBeNull();

      const move = { bookingId: first.id, startsAt: new Date('2027-03-15T17:00:00Z'), scope: 'ONE' } as const;
      await services().reservationMoves.move(asOwner(), move);
      await eventually(async () => elsewhere.starts()[0] === '2027-03-15T17:00:00.000Z', PATIENCE);
      expect(elsewhere.starts()).toHaveLength(1);

      await services().reservationStatus.cancel(asOwner(), first.id, null);
      await eventually(async () => elsewhere.starts().length === 0, PATIENCE);
    });

    it('keep a provider from being booked while something else stands there, and only then', async () => {
      expect(await slots(shop, '2027-03-16')).toContain('2027-03-16T15:00:00.000Z');
      const id = elsewhere.add('2027-03-16T15:00:00.000Z', '2027-03-16T16:00:00.000Z');
      await look(connectionId);
      expect(await slots(shop, '2027-03-16')).not.toContain('2027-03-16T15:00:00.000Z');
      await expect(book(shop, '2027-03-16T15:00:00Z')).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
      // Everything is read anew: what was known already is there once.
      elsewhere.forgetTokens();
      await look(connectionId);
      const { rows } = await t.runtime.pools.platform.query('SELECT 1 FROM booking.external_busy_time WHERE connection_id = $1', [connectionId]);
      expect(rows).toHaveLength(1);
      elsewhere.remove(id);
      await look(connectionId);
      expect(await slots(shop, '2027-03-16')).toContain('2027-03-16T15:00:00.000Z');
    });

    it('do not block by what was written into them from here, and say of a booking that its time is taken twice', async () => {
      const booked = await book(shop, '2027-03-17T15:00:00Z');
      await eventually(async () => elsewhere.starts().includes('2027-03-17T15:00:00.000Z'), PATIENCE);
      await look(connectionId);
      const { rows } = await t.runtime.pools.platform.query('SELECT 1 FROM booking.external_busy_time WHERE connection_id = $1', [connectionId]);
      expect(rows).toEqual([]);
      expect(await services().calendarConnections.conflictsOf(asOwner(), connectionId)).toEqual([]);

      const [pause, providerId = ''] = [{ afterMinutes: 20, minutes: 30 }, ...shop.providerIds];
      const { serviceId } = await openShop(services(), ACME, { clock, price: 0, durationMinutes: 60, intermission: pause });
      await services().catalogue.offer(systemOf(ACME, clock), { serviceId, providerId });
      await book({ ...shop, serviceId }, '2027-03-17T18:00:00Z');
      // It lies in the intermission: nothing is taken twice.
      const free = elsewhere.add('2027-03-17T18:25:00.000Z', '2027-03-17T18:45:00.000Z');
      const id = elsewhere.add('2027-03-17T15:30:00.000Z', '2027-03-17T16:30:00.000Z');
      await look(connectionId);
      await look(connectionId);
      const conflicts = await services().calendarConnections.conflictsOf(asOwner(), connectionId);
      expect(conflicts).toMatchObject([{ bookingId: booked.id, busyFrom: new Date('2027-03-17T15:30:00Z') }]);
      const told = await t.runtime.pools.platform.query(
        `SELECT 1 FROM kernel.outbox_event WHERE type = 'booking.calendar_conflict_found' AND payload->>'connectionId' = $1`,
        [connectionId],
      );
      expect(told.rows).toHaveLength(1);
      elsewhere.remove(id);
      elsewhere.remove(free);
      await look(connectionId);
      expect(await services().calendarConnections.conflictsOf(asOwner(), connectionId)).toEqual([]);
    });

    it('are left alone while paused, hold nothing of ours once disconnected, and ask for new credentials when refused', async () => {
      const { calendarConnections } = services();
      const id = elsewhere.add('2027-03-18T15:00:00.000Z', '2027-03-18T16:00:00.000Z');
      await look(connectionId);
      await calendarConnections.pause(asOwner(), connectionId);
      expect(await slots(shop, '2027-03-18')).toContain('2027-03-18T15:00:00.000Z');
      await calendarConnections.resume(asOwner(), connectionId);
      await look(connectionId);
      expect(await slots(shop, '2027-03-18')).not.toContain('2027-03-18T15:00:00.000Z');
      elsewhere.remove(id);

      elsewhere.shutOut();
      clock.advance(SYNC_EVERY_MS + 1_000);
      // An access token that has not ended yet is refused as well.
      await book(shop, '2027-03-18T18:00:00Z');
      await eventually(async () => (await connectionOf(connectionId)).status === 'REFUSED', PATIENCE);
      expect(await connectionOf(connectionId)).toMatchObject({ lastError: 'The calendar refuses the credentials', nextSyncAt: null });

      if (elsewhere.kind === 'CALDAV') dav.changePassword(CALDAV_USER.password);
      const again = await connect(elsewhere.kind, shop.providerIds[0] ?? '');
      expect(again).toMatchObject({ id: connectionId, status: 'ACTIVE', lastError: null });
      await eventually(async () => elsewhere.starts().includes('2027-03-18T18:00:00.000Z'), PATIENCE);

      await calendarConnections.disconnect(asOwner(), connectionId);
      await eventually(async () => elsewhere.starts().length === 0, PATIENCE);
      await eventually(async () => {
        const { rows } = await t.runtime.pools.platform.query('SELECT 1 FROM booking.calendar_connection WHERE id = $1', [connectionId]);
        return rows.length === 0;
      }, PATIENCE);
    });
  });

  it('by CalDAV are read as they stand, whatever repeats, fails or is in another zone', async () => {
    const shop = await openShop(services(), ACME, { clock, price: 0 });
    dav.add('weekly', appointment('weekly@elsewhere.example', '2027-03-22T14:00:00.000Z', '2027-03-22T15:00:00.000Z', ['RRULE:FREQ=WEEKLY']));
    dav.add('holiday', ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Elsewhere//EN', 'BEGIN:VEVENT', 'UID:holiday@elsewhere.example', 'DTSTAMP:20270301T000000Z', 'DTSTART;VALUE=DATE:20270324', 'DTEND;VALUE=DATE:20270325', 'SUMMARY:Away', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
    dav.add('free', appointment('free@elsewhere.example', '2027-03-25T14:00:00.000Z', '2027-03-25T21:00:00.000Z', ['TRANSP:TRANSPARENT']));
    dav.repeatItself();
    const { id } = await connect('CALDAV', shop.providerIds[0] ?? '');
    await isInStep(id);
    // March 29 is in summer time: the rule is in UTC, so its hour on the wall has moved.
    for (const day of ['2027-03-22', '2027-03-29']) expect(await slots(shop, day)).not.toContain(`${day}T14:00:00.000Z`);
    expect(await slots(shop, '2027-03-24')).toEqual([]);
    expect(await slots(shop, '2027-03-25')).toContain('2027-03-25T14:00:00.000Z');

    dav.disturb({ kind: 'status', status: 500, on: ({ method }) => method === 'PUT' });
    await book(shop, '2027-03-26T15:00:00Z');
    await eventually(async () => (await connectionOf(id)).lastError?.includes('500'), PATIENCE);
    await eventually(async () => (await connectionOf(id)).leasedUntil === null, PATIENCE);
    await look(id);
    const own = [...dav.objects()].filter(([, data]) => data.includes('20270326T150000Z'));
    expect(own).toHaveLength(1);
    // Somebody has changed it there: what is booked counts.
    const [[path, data] = ['', '']] = own;
    dav.add(path.slice(path.lastIndexOf('/') + 1, -'.ics'.length), data.replace('T150000Z', 'T190000Z'));
    const { rows } = await t.runtime.pools.platform.query<{ id: string }>(`SELECT id::text FROM booking.booking WHERE starts_at = '2027-03-26T15:00:00Z'`);
    await services().reservationMoves.move(asOwner(), { bookingId: rows[0]?.id ?? '', startsAt: new Date('2027-03-26T16:00:00Z'), scope: 'ONE' });
    await eventually(async () => dav.objects().get(path)?.includes('20270326T160000Z'), PATIENCE);
  });

  describe('in the graph', () => {
    const CONNECT = `mutation ($input: ConnectCalDavCalendarInput!) {
      connectCalDavCalendar(input: $input) {
        __typename
        ... on CalendarConnection { id status account }
        ... on ValidationError { code issues { field message } }
        ... on UserError { code }
      }
    }`;
    const input = async (changes: object = {}) => {
      const shop = await openShop(services(), ACME, { clock, price: 0 });
      return { providerId: ProviderId.encode(shop.providerIds[0] ?? ''), url: dav.calendar, ...CALDAV_USER, ...changes };
    };
    const answerTo = async (changes: object, as = owner, tenant = ACME) => {
      const { data, errors } = await t.graphql(CONNECT, { as, tenant, variables: { input: await input(changes) } });
      return (data?.['connectCalDavCalendar'] ?? errors?.[0]?.extensions) as Record<string, unknown>;
    };

    it('are connected only with an address that is a calendar, and with credentials that it knows', async () => {
      expect(await answerTo({ password: 'wrong' })).toMatchObject({ issues: [{ field: 'url', message: 'is refused by the calendar' }] });
      expect(await answerTo({ url: `${dav.url}/elsewhere/` })).toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await answerTo({ url: 'ftp://calendar.example/' })).toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await answerTo({ url: 'http://ana:secret@calendar.example/' })).toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await answerTo({ providerId: ProviderId.encode(uuidv7()) })).toMatchObject({ code: 'NOT_FOUND' });
    });

    it('are nothing to who may not settle things, nor to another company; and their passwords nobody reads', async () => {
      expect(await answerTo({}, memberOf(['settings:read']))).toMatchObject({ code: 'FORBIDDEN' });
      expect(await answerTo({}, owner, GLOBEX)).toMatchObject({ code: 'NOT_FOUND' });
      const made = await answerTo({});
      expect(made).toMatchObject({ __typename: 'CalendarConnection', status: 'ACTIVE', account: CALDAV_USER.username });
      const pause = 'mutation ($id: ID!) { pauseCalendarConnection(id: $id) { __typename ... on UserError { code } } }';
      const pausing = async (id: unknown, tenant = ACME) =>
        (await t.graphql(pause, { as: owner, tenant, variables: { id } })).data?.['pauseCalendarConnection'];
      expect(await pausing(made['id'], GLOBEX)).toEqual(await pausing(CalendarConnectionId.encode(uuidv7())));
      const { rows } = await t.runtime.pools.platform.query(
        `SELECT c::text FROM booking.calendar_connection c UNION ALL SELECT e::text FROM kernel.outbox_event e UNION ALL SELECT j::text FROM kernel.job j`,
      );
      expect(JSON.stringify(rows)).not.toContain(CALDAV_USER.password);
      const { data } = await t.graphql('{ calendarConnections(first: 50) { edges { node { account status lastError conflicts { busyFrom } } } } }', { as: owner });
      expect(JSON.stringify(data)).toContain(CALDAV_USER.username);
      expect(JSON.stringify(data)).not.toContain(CALDAV_USER.password);
    });

    it('are allowed by nobody but who has begun, once, and in time', async () => {
      const shop = await openShop(services(), ACME, { clock, price: 0 });
      const begin = () => services().calendarConnections.begin(asOwner(), shop.providerIds[0] ?? '', 'GOOGLE');
      const finish = (allowed: { state: string; code: string }, context = asOwner()) => services().calendarConnections.finish(context, allowed);
      const allowed = google.allow(await begin());
      const another = contextFor(ACME, memberOf(TENANT_PERMISSIONS), clock);
      const refused = { issues: [expect.objectContaining({ field: 'state' })] };
      await expect(finish(allowed, another)).rejects.toMatchObject(refused);
      await expect(finish(allowed, asOwner(GLOBEX))).rejects.toMatchObject(refused);
      await expect(finish({ ...allowed, state: `${allowed.state}x` })).rejects.toMatchObject(refused);
      expect(await finish(allowed)).toMatchObject({ kind: 'GOOGLE', account: 'Ana at work' });
      await expect(finish(allowed)).rejects.toMatchObject({ issues: [expect.objectContaining({ field: 'code' })] });
      const late = google.allow(await begin());
      clock.advance(16 * 60_000);
      await expect(finish(late)).rejects.toMatchObject(refused);
    });
  });
});
