import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDoubleServer, type DoubleServer } from '../../../../infra/local/doubles/calendar/double-server.js';
import { startGoogleDouble, type GoogleDouble } from '../../../../infra/local/doubles/calendar/google-double.js';
import { startMicrosoftDouble, type MicrosoftDouble } from '../../../../infra/local/doubles/calendar/microsoft-double.js';
import { OAUTH_CLIENT } from '../../../../infra/local/doubles/calendar/oauth-double.js';
import { openShop, systemOf, type Shop } from '../../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { noticeAddressIn, noticePathOf } from '../../../_kernel/wire/calendar-notice.js';
import { TENANT_PERMISSIONS } from '../../../_kernel/wire/permissions.js';
import { ANONYMOUS } from '../../../_kernel/wire/principal.js';
import type { RouteResponse } from '../../../_kernel/wire/subgraph-route.js';
import { ON_THIS_MACHINE } from '../../booking-config.js';
import type { BookingEvents } from '../../events.js';
import type { BookingServices } from '../../services.js';
import { createBooking } from '../../subgraph.js';
import { RENEWED_EARLY_MS, WATCH_LASTS_MS } from './calendar-watch.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));
const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
const PATIENCE = 45_000;
const HOUR = 3_600_000;

interface Heard {
  readonly path: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe('calendars that tell of their changes', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;
  let google: GoogleDouble;
  let microsoft: MicrosoftDouble;
  /** Stands where the gateway does. */
  let door: DoubleServer;
  const heard: Heard[] = [];

  const deliver = async ({ path, search, headers, body }: Heard, tenant = ACME): Promise<RouteResponse> => {
    const route = t.subgraph.routes?.find(({ method, path: below }) => method === 'POST' && path.startsWith(`${below}/`));
    if (!route) throw new Error('Nobody serves that');
    const envelope = { tenant, principal: ANONYMOUS, origin: { requestId: 'notice', ip: null, userAgent: null } };
    return route.handle({ method: 'POST', path, search, headers, body: Buffer.from(body) }, envelope);
  };

  beforeAll(async () => {
    door = await startDoubleServer(({ url, headers, body }) => {
      const lines = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      const notice = { path: url.pathname, search: url.search, headers: Object.fromEntries(lines) as Heard['headers'], body };
      heard.push(notice);
      return deliver(notice);
    });
    [google, microsoft] = await Promise.all([startGoogleDouble(), startMicrosoftDouble()]);
    const serviceAt = ({ url }: DoubleServer) => ({
      ...OAUTH_CLIENT,
      authorizationUrl: `${url}/authorize`,
      tokenUrl: `${url}/token`,
      apiBase: url,
      scope: 'calendars',
    });
    const calendars = { GOOGLE: serviceAt(google), MICROSOFT: serviceAt(microsoft) };
    t = await startHostedSubgraph((runtime) => createBooking(runtime, { ...ON_THIS_MACHINE, issuer: door.url, calendars }), clock);
  });
  afterAll(async () => {
    await Promise.all([google, microsoft].map((server) => server.stop()));
    await t.stop();
    await door.stop();
  });

  const asOwner = () => contextFor(ACME, owner, clock);
  const db = () => t.runtime.database.tenants.of({ tenant: ACME });
  const connectionOf = (id: string) => db().calendarConnection.findFirst({ where: { id }, omit: { sealed: true } });
  const watchesOf = (connectionId: string) => db().calendarWatch.findMany({ where: { connectionId } });
  const jobsOf = async (connectionId: string): Promise<number> => {
    const { rows } = await t.runtime.pools.platform.query(
      `SELECT 1 FROM kernel.job WHERE kind = 'booking.sync_calendar' AND payload->>'connectionId' = $1`,
      [connectionId],
    );
    return rows.length;
  };
  /** Until it has been looked at since a time, and nobody is at it any more. */
  const isInStep = (id: string, since = new Date(0)) =>
    eventually(async () => {
      const connection = await connectionOf(id);
      return connection !== null && connection.leasedUntil === null && (connection.lastSyncedAt ?? since) > since;
    }, PATIENCE);
  const look = async (id: string): Promise<void> => {
    const before = clock.now();
    clock.advance(6 * 60_000);
    await t.subgraph.schedules.find(({ name }) => name === 'look-for-calendar-changes')?.run(systemOf(ACME, clock));
    await isInStep(id, before);
  };
  const isOffered = async ({ serviceId, providerIds: [providerId] }: Shop, start: string): Promise<boolean> => {
    const wanted = { serviceId, providerId, from: start.slice(0, 10), days: 1, first: 100 };
    const found = await t.subgraph.services.availability.search(asOwner(), wanted);
    return (found?.edges ?? []).some(({ node }) => node.startsAt.getTime() === Date.parse(start));
  };
  const connect = async (kind: 'GOOGLE' | 'MICROSOFT'): Promise<{ readonly id: string; readonly shop: Shop }> => {
    const { calendarConnections } = t.subgraph.services;
    const shop = await openShop(t.subgraph.services, ACME, { clock, price: 0 });
    const begun = await calendarConnections.begin(asOwner(), shop.providerIds[0] ?? '', kind);
    const { id } = await calendarConnections.finish(asOwner(), (kind === 'GOOGLE' ? google : microsoft).allow(begun));
    await isInStep(id);
    return { id, shop };
  };

  describe.each([['GOOGLE', () => google], ['MICROSOFT', () => microsoft]] as const)('%s', (kind, server) => {
    let id: string;
    let shop: Shop;
    beforeAll(async () => {
      ({ id, shop } = await connect(kind));
    });

    it('are looked at as soon as they do, with nobody asking from time to time', async () => {
      const start = '2027-03-29T15:00:00.000Z';
      expect(await isOffered(shop, start)).toBe(true);
      const dentist = server().add({ summary: 'Dentist', start: { dateTime: start }, end: { dateTime: '2027-03-29T16:00:00.000Z' } });
      await eventually(async () => !(await isOffered(shop, start)), PATIENCE);
      await eventually(async () => (await connectionOf(id))?.leasedUntil === null, PATIENCE);
      server().remove(dentist);
      await eventually(() => isOffered(shop, start), PATIENCE);
      await eventually(async () => (await connectionOf(id))?.leasedUntil === null, PATIENCE);
    });

    it('are believed by what they were given alone, and one look answers all that they tell before it', async () => {
      const [watch] = await watchesOf(id);
      const path = noticePathOf({ tenantId: ACME.id, watchId: watch?.id ?? '' });
      const genuine = heard.findLast((notice) => notice.path === path && notice.search === '');
      if (!genuine) throw new Error('Nothing was told');
      const token = genuine.headers['x-goog-channel-token'] ?? (JSON.parse(genuine.body) as { value: [{ clientState: string }] }).value[0].clientState;
      expect(JSON.stringify(await watchesOf(id))).not.toContain(token);
      const forgedToken = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
      const saying = (said: string): Heard => JSON.parse(JSON.stringify(genuine).replaceAll(token, said)) as Heard;
      const unknown = { ...genuine, path: noticePathOf({ tenantId: ACME.id, watchId: uuidv7() }) };
      const told = await jobsOf(id);
      const refused = await deliver(unknown);
      expect(refused.status).toBe(404);
      const bare = { ...genuine, headers: {}, body: '' };
      const withoutState = { ...genuine, headers: {}, body: JSON.stringify({ value: [] }) };
      for (const forged of [saying(forgedToken), saying(''), bare, withoutState]) expect(await deliver(forged)).toEqual(refused);
      expect(await deliver(genuine, GLOBEX)).toEqual(refused);
      expect(await deliver({ ...genuine, path: noticePathOf({ tenantId: GLOBEX.id, watchId: watch?.id ?? '' }) }, GLOBEX)).toEqual(refused);
      expect(await jobsOf(id)).toBe(told);

      await db().calendarConnection.updateMany({ where: { id }, data: { noticedAt: clock.now() } });
      for (let n = 0; n < 5; n += 1) expect((await deliver(genuine)).status).toBe(202);
      expect(await jobsOf(id)).toBe(told);
      await db().calendarConnection.updateMany({ where: { id }, data: { noticedAt: null } });
      expect((await deliver(genuine)).status).toBe(202);
      await eventually(async () => (await connectionOf(id))?.noticedAt === null, PATIENCE);
      await isInStep(id);
      expect(await jobsOf(id)).toBe(told + 1);
    });

    it('go on telling before their time is over, and anew when they have stopped', async () => {
      const [before] = [...server().watches()];
      clock.advance(WATCH_LASTS_MS - RENEWED_EARLY_MS - HOUR);
      await look(id);
      expect([...server().watches()]).toEqual([before]);
      clock.advance(2 * HOUR);
      await look(id);
      const [after, ...others] = [...server().watches()];
      expect(others).toEqual([]);
      expect(after?.[0] === before?.[0]).toBe(kind === 'MICROSOFT');
      // The clock of the test goes on.
      expect(after?.[1].getTime()).toBeGreaterThan(clock.now().getTime() + WATCH_LASTS_MS - HOUR);
      server().endWatches();
      clock.advance(WATCH_LASTS_MS - HOUR);
      await look(id);
      expect(server().watches().size).toBe(1);
      expect(await watchesOf(id)).toHaveLength(1);
    });

    it('tell nothing of what is disconnected', async () => {
      const [watch] = await watchesOf(id);
      await t.subgraph.services.calendarConnections.disconnect(asOwner(), id);
      await eventually(async () => (await connectionOf(id)) === null, PATIENCE);
      expect(server().watches().size).toBe(0);
      const genuine = heard.findLast(({ path }) => noticeAddressIn(path)?.watchId === watch?.id);
      expect((await deliver(genuine ?? { path: '', search: '', headers: {}, body: '' })).status).toBe(404);
    });

    it('are kept in step even when they refuse to tell anything', async () => {
      server().disturb({ kind: 'status', status: 403, on: ({ url }) => /watch$|subscriptions$/.test(url.pathname) });
      const refusing = await connect(kind);
      expect(await connectionOf(refusing.id)).toMatchObject({ status: 'ACTIVE', lastError: null });
      expect(server().watches().size).toBe(0);
      await look(refusing.id);
      expect(server().watches().size).toBe(1);
      expect(await watchesOf(refusing.id)).toHaveLength(1);
    });
  });

  it('hear again what they ask to hear only where something is awaited from them', async () => {
    const validation = { search: '?validationToken=Say%20%26%20hear', headers: {}, body: '' };
    const [ofMicrosoft, ofGoogle] = await Promise.all(
      (['MICROSOFT', 'GOOGLE'] as const).map((kind) => db().calendarWatch.findFirst({ where: { connection: { kind } } })),
    );
    const ask = (watchId = '', search = validation.search) =>
      deliver({ ...validation, search, path: noticePathOf({ tenantId: ACME.id, watchId }) });
    expect(await ask(ofMicrosoft?.id)).toMatchObject({ status: 200, body: 'Say & hear', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    for (const watchId of [ofGoogle?.id, uuidv7()]) expect((await ask(watchId)).status).toBe(404);
    expect((await ask(ofMicrosoft?.id, `?validationToken=${'x'.repeat(2_001)}`)).status).toBe(404);
  });
});
