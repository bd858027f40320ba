import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MEETING_CLIENT, startMeetingDouble, type MeetingDouble } from '../../../infra/local/doubles/meeting/meeting-double.js';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { MAIL_PURPOSE } from '../../_kernel/mail/mail.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import { ON_THIS_MACHINE } from '../booking-config.js';
import type { BookingEvents } from '../events.js';
import { BookingId, ServiceId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));
const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
const ROOMS = 'https://rooms.example';
const PATIENCE = 45_000;

describe('a service over video', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;
  let double: MeetingDouble;

  beforeAll(async () => {
    double = await startMeetingDouble();
    const hosted = { ...MEETING_CLIENT, apiBase: double.url, tokenUrl: `${double.url}/oauth/token` };
    t = await startHostedSubgraph((runtime) => createBooking(runtime, { ...ON_THIS_MACHINE, meetings: { roomsUrl: ROOMS, hosted } }), clock);
  });
  afterAll(async () => {
    await t.stop();
    await double.stop();
  });

  const SET = `mutation ($input: SetServiceMeetingsInput!) {
    setServiceMeetings(input: $input) { __typename ... on Service { meetingKind } ... on UserError { code } }
  }`;
  const set = async (serviceId: string, kind: string, as: Principal = owner, tenant = ACME) => {
    const variables = { input: { serviceId: ServiceId.encode(serviceId), kind } };
    const { data, errors } = await t.graphql(SET, { as, tenant, variables });
    return data?.['setServiceMeetings'] ?? errors?.[0]?.extensions;
  };
  const shopFor = async (kind: string) => {
    const shop = await openShop(t.subgraph.services, ACME, { clock, price: 0 });
    expect(await set(shop.serviceId, kind)).toEqual({ __typename: 'Service', meetingKind: kind });
    return shop;
  };
  const book = async (shop: { serviceId: string; providerIds: readonly string[] }, email: string) => {
    const person = memberOf([]);
    const userId = person.kind === 'member' ? person.userId : '';
    await t.subgraph.services.clients.create(systemOf(ACME, clock), { displayName: 'Nora', email, userId });
    const { id } = await t.subgraph.services.reservations.create(contextFor(ACME, person, clock), {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: new Date('2027-03-09T15:00:00Z'),
      idempotencyKey: uuidv7(),
    });
    return { id, person };
  };
  const urlSeenBy = async (bookingId: string, as: Principal): Promise<unknown> => {
    const source = 'query ($id: ID!) { booking(id: $id) { meetingUrl } }';
    const { data } = await t.graphql(source, { as, variables: { id: BookingId.encode(bookingId) } });
    return (data?.['booking'] as { meetingUrl: unknown } | null)?.meetingUrl ?? null;
  };
  const mailsTo = async (address: string): Promise<readonly string[]> => {
    await t.runtime.everythingTold();
    const { rows } = await t.runtime.pools.platform.query<{ sealed: string }>(
      `SELECT payload->>'sealed' AS sealed FROM kernel.outbox_event WHERE type = 'booking.mail_requested' ORDER BY xact_id, id`,
    );
    return rows
      .map(({ sealed }) => JSON.parse(t.runtime.secretBox.open(sealed, MAIL_PURPOSE)) as { to: string; values: { calendar: { body: string } } })
      .filter(({ to }) => to === address)
      .map(({ values }) => values.calendar.body.replaceAll('\r\n ', ''));
  };

  it('has a room of its own for each booking, without a call, that only those see who take part; it is in the invitation', async () => {
    const shop = await shopFor('OPEN_ROOM');
    const { id, person } = await book(shop, 'rooms@acme.example');
    await t.settle();
    const url = await urlSeenBy(id, person);
    expect(url).toMatch(/^https:\/\/rooms\.example\/spine-[0-9a-f]{32}$/);
    expect(await urlSeenBy(id, owner)).toBe(url);
    expect(await urlSeenBy(id, memberOf([]))).toBeNull();
    expect(await urlSeenBy(id, ANONYMOUS)).toBeNull();
    const [invitation] = await mailsTo('rooms@acme.example');
    expect(invitation).toContain(`URL;VALUE=URI:${String(url)}`);
    expect(double.meetings().size).toBe(0);
    await t.subgraph.services.reservationStatus.cancel(contextFor(ACME, owner, clock), id, null);
    expect(await urlSeenBy(id, person)).toBeNull();
  });

  it('has a meeting that a service keeps, once though an answer is lost; it moves and ends with its booking', async () => {
    const shop = await shopFor('HOSTED');
    double.disturb({ kind: 'lose', on: ({ method, url }) => method === 'POST' && url.pathname === '/users/me/meetings' });
    const { id, person } = await book(shop, 'hosted@acme.example');
    await t.settle();
    const job = async () => (await t.runtime.pools.platform.query<{ last_failure: string | null }>(`SELECT * FROM kernel.job WHERE kind = 'booking.keep_meeting' AND payload->>'bookingId' = $1`, [id])).rows[0];
    await eventually(async () => JSON.stringify(await job()).includes('gave no answer'), PATIENCE);
    expect(await mailsTo('hosted@acme.example')).toEqual([]);
    clock.advance(10_000);
    const url = await eventually(async () => urlSeenBy(id, person), PATIENCE);
    expect(double.meetings().size).toBe(1);
    const [[externalId] = ['']] = [...double.meetings()];
    const [invitation] = await mailsTo('hosted@acme.example');
    expect(invitation).toContain(`URL;VALUE=URI:${String(url)}`);

    const startsAt = new Date('2027-03-09T18:00:00Z');
    await t.subgraph.services.reservationMoves.move(contextFor(ACME, owner, clock), { bookingId: id, startsAt, scope: 'ONE' });
    await eventually(async () => double.meetings().get(externalId)?.['start_time'] === startsAt.toISOString(), PATIENCE);
    await t.subgraph.services.reservationStatus.cancel(contextFor(ACME, owner, clock), id, null);
    await eventually(async () => double.meetings().size === 0, PATIENCE);
  });

  it('invites the client without its meeting when that cannot be made for long, and once more when it can be after all', async () => {
    const shop = await shopFor('HOSTED');
    const attempts = 6;
    const on = ({ method, url }: { method: string; url: URL }) => method === 'POST' && url.pathname === '/users/me/meetings';
    double.disturb(...Array.from({ length: attempts }, () => ({ kind: 'status' as const, status: 503, on })));
    const { id, person } = await book(shop, 'patient@acme.example');
    const hasFailed = async (times: number): Promise<boolean> => {
      const { rows } = await t.runtime.pools.platform.query(
        `SELECT 1 FROM kernel.job WHERE kind = 'booking.keep_meeting' AND payload->>'bookingId' = $1
           AND attempts = $2 AND status = 'PENDING' AND lease_id IS NULL`,
        [id, times],
      );
      return rows.length > 0;
    };
    for (let times = 1; times < attempts; times += 1) {
      await eventually(() => hasFailed(times), PATIENCE);
      expect(await mailsTo('patient@acme.example')).toEqual([]);
      clock.advance(30 * 60_000);
    }
    await eventually(() => hasFailed(attempts), PATIENCE);
    const [first, ...others] = await mailsTo('patient@acme.example');
    expect(first).toContain('METHOD:REQUEST');
    expect(first).not.toContain('URL;');
    expect(others).toEqual([]);
    expect(await urlSeenBy(id, person)).toBeNull();

    clock.advance(30 * 60_000);
    const url = await eventually(() => urlSeenBy(id, person), PATIENCE);
    const [, again, ...more] = await mailsTo('patient@acme.example');
    expect(again).toContain(`URL;VALUE=URI:${String(url)}`);
    expect(more).toEqual([]);
  }, 360_000);

  it('is settled by nobody else', async () => {
    const { serviceId } = await openShop(t.subgraph.services, ACME, { clock });
    expect(await set(serviceId, 'OPEN_ROOM', memberOf(['settings:read']))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await set(serviceId, 'OPEN_ROOM', owner, GLOBEX)).toEqual(await set(uuidv7(), 'OPEN_ROOM'));
  });
});
