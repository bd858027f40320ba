import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { encodePosition } from '../../_kernel/events/event.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import type { BookingEvents } from '../events.js';
import { BookingId, ProviderId, ResourceId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import type { PositionSubject } from './position.js';
import type { NewPosition } from './position.service.js';

const NOW = new Date('2027-01-11T08:00:00Z');
const hosts = createTestClock(NOW);
const HARBOUR = { latitude: 53.5436, longitude: 9.9661 };
const STATION = { latitude: 53.5528, longitude: 10.0067 };
const dispatch = memberOf(['appointments:read', 'appointments:update']);

const REPORT = `mutation ($input: ReportPositionInput!) { reportPosition(input: $input) {
  __typename ... on Position { latitude longitude accuracyMeters } ... on UserError { code }
} }`;
const FOLLOW = `subscription ($after: String) {
  positionReported(after: $after) { cursor provider { name } resource { name } position { latitude } }
}`;

interface Told {
  readonly cursor: string;
  readonly position: { readonly latitude: number } | null;
}

describe('a position that is reported', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;

  beforeAll(async () => {
    t = await startHostedSubgraph((runtime) => createBooking(runtime), hosts);
  });
  afterAll(() => t.stop());

  /** A clock that stands still until it is moved. */
  const stillClock = () => {
    let at = NOW;
    const clock: Clock = { now: () => at };
    return { clock, advance: (seconds: number) => void (at = new Date(at.getTime() + seconds * 1_000)) };
  };
  const van = async (tenant = ACME): Promise<PositionSubject> => {
    const { id } = await t.subgraph.services.resources.create(systemOf(tenant), { name: 'Van', kind: `van ${uuidv7()}`, capacity: 1 });
    return { is: 'RESOURCE', id };
  };
  const ask = async (source: string, variables: Record<string, unknown>, as: Principal = dispatch, tenant = ACME) => {
    const { data, errors } = await t.graphql(source, { as, tenant, variables });
    return Object.values(data ?? {})[0] ?? errors?.[0]?.extensions;
  };

  it('is the last one that was measured, however late reports of earlier ones come', async () => {
    const { clock, advance } = stillClock();
    const subject = await van();
    const as = contextFor(ACME, dispatch, clock);
    const report = (position: NewPosition) => t.subgraph.services.positions.report(as, subject, position);
    expect(await t.subgraph.services.positions.of(as, subject)).toBeNull();
    expect(await report({ ...HARBOUR, accuracyMeters: 12 })).toMatchObject({ ...HARBOUR, accuracyMeters: 12, measuredAt: NOW });
    advance(10);
    const late = await report({ ...STATION, measuredAt: new Date(NOW.getTime() - 60_000) });
    expect(late).toMatchObject({ ...HARBOUR, measuredAt: NOW });
    expect(await report(STATION)).toMatchObject({ ...STATION, accuracyMeters: null });
    expect(await t.subgraph.services.positions.of(as, subject)).toMatchObject(STATION);
  });

  it('is taken every five seconds, from a place on earth and a time that has just been', async () => {
    const { clock, advance } = stillClock();
    const subject = await van();
    const report = (position: NewPosition) => t.subgraph.services.positions.report(contextFor(ACME, dispatch, clock), subject, position);
    await report(HARBOUR);
    advance(4);
    await expect(report(STATION)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 5 });
    advance(1);
    await expect(report(STATION)).resolves.toMatchObject(STATION);
    const after = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
    for (const [wrong, field] of [
      [{ ...HARBOUR, latitude: 90.1 }, 'latitude'],
      [{ ...HARBOUR, longitude: -181 }, 'longitude'],
      [{ ...HARBOUR, accuracyMeters: -1 }, 'accuracyMeters'],
      [{ ...HARBOUR, measuredAt: after(2) }, 'measuredAt'],
      [{ ...HARBOUR, measuredAt: after(-61) }, 'measuredAt'],
    ] as const) {
      await expect(report(wrong)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ field }] });
    }
  });

  it('is reported by staff, and by a provider of herself; of another company it is what there is not', async () => {
    const { id: resourceId } = await van();
    const { id } = await t.subgraph.services.providers.create(systemOf(ACME), { name: 'Dana', type: 'VENDOR' });
    const herself = memberOf([]);
    await t.subgraph.services.providers.link(systemOf(ACME), id, herself.kind === 'member' ? herself.userId : null);
    const ofVan = { input: { resourceId: ResourceId.encode(resourceId), ...HARBOUR } };
    const ofDana = { input: { providerId: ProviderId.encode(id), ...HARBOUR } };
    expect(await ask(REPORT, ofDana, herself)).toEqual({ __typename: 'Position', ...HARBOUR, accuracyMeters: null });
    expect(await ask(REPORT, ofVan)).toMatchObject(HARBOUR);
    for (const [variables, as] of [
      [ofVan, herself],
      [ofVan, memberOf(['appointments:read'])],
      [ofVan, ANONYMOUS],
      [ofDana, memberOf([])],
      [{ input: { providerId: ProviderId.encode(uuidv7()), ...HARBOUR } }, herself],
    ] as const) {
      expect(await ask(REPORT, variables, as)).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await ask(REPORT, ofVan, dispatch, GLOBEX)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ask(REPORT, ofDana, dispatch, GLOBEX)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ask(REPORT, { input: HARBOUR })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await ask(REPORT, { input: { ...ofVan.input, ...ofDana.input } })).toMatchObject({ code: 'BAD_USER_INPUT' });
    const WHERE = 'query ($id: ID!) { provider(id: $id) { name position { latitude } } }';
    const seenBy = (as: Principal) => ask(WHERE, { id: ProviderId.encode(id) }, as);
    const shown = { name: 'Dana', position: { latitude: HARBOUR.latitude } };
    expect([await seenBy(herself), await seenBy(dispatch)]).toEqual([shown, shown]);
    expect(await seenBy(memberOf(['settings:read']))).toEqual({ name: 'Dana', position: null });
  });

  it('is followed live by staff of the company alone, from behind a cursor', async () => {
    const { clock, advance } = stillClock();
    const [one, other] = [await van(), await van()];
    const report = async (subject: PositionSubject, position: NewPosition) => {
      advance(5);
      return t.subgraph.services.positions.report(contextFor(ACME, dispatch, clock), subject, position);
    };
    await t.runtime.everythingTold();
    const after = encodePosition(await t.runtime.log.head());
    const follow = async (behind: string, tenant = ACME) => t.follow(FOLLOW, { as: dispatch, tenant, variables: { after: behind } });
    const [all, theirs] = [await follow(after), await follow(after, GLOBEX)];
    const next = async (stream: typeof all): Promise<Told> => {
      const { value } = await stream.next();
      return (value as { data: { positionReported: Told } }).data.positionReported;
    };
    await report(one, HARBOUR);
    const first = await next(all);
    expect(first).toMatchObject({ provider: null, resource: { name: 'Van' }, position: { latitude: HARBOUR.latitude } });
    await report(other, STATION);
    const told = await next(all);
    expect(told).toMatchObject({ position: { latitude: STATION.latitude } });
    const resumed = await follow(first.cursor);
    expect(await next(resumed)).toEqual(told);
    const strange = await van(GLOBEX);
    await t.subgraph.services.positions.report(contextFor(GLOBEX, dispatch, clock), strange, { latitude: 1, longitude: 1 });
    expect(await next(theirs)).toMatchObject({ position: { latitude: 1 } });
    await Promise.all([all, theirs, resumed].map((stream) => stream.return(undefined)));
    const refused = t.follow(FOLLOW, { as: memberOf(['settings:read']), variables: {} });
    await expect(refused).rejects.toThrow('FORBIDDEN');
    await expect(t.follow(FOLLOW, { as: dispatch, variables: { after: 'nonsense' } })).rejects.toThrow('BAD_USER_INPUT');
  });

  it('is shown to who has a booking from an hour before its start to its end', async () => {
    const { services } = t.subgraph;
    const shop = await openShop(services, ACME, { clock: hosts, price: 0 });
    const [providerId = ''] = shop.providerIds;
    const resource = await services.resources.create(systemOf(ACME), { name: 'Van', kind: `van ${uuidv7()}`, capacity: 1 });
    await services.resources.require(systemOf(ACME), shop.serviceId, { resources: [{ kind: resource.kind, units: 1 }], qualifications: [] });
    const person = memberOf([]);
    const startsAt = new Date('2027-01-12T15:00:00Z');
    const booking = await services.reservations.create(contextFor(ACME, person, hosts), { ...shop, providerId, startsAt, idempotencyKey: uuidv7() });
    const seen = async (at: string) => services.positions.ofBooking(contextFor(ACME, person, { now: () => new Date(at) }), booking);
    const report = (subject: PositionSubject, position: NewPosition) => services.positions.report(contextFor(ACME, dispatch, stillClock().clock), subject, position);
    expect(await seen('2027-01-12T14:30:00Z')).toBeNull();
    await report({ is: 'PROVIDER', id: providerId }, STATION);
    expect(await seen('2027-01-12T14:30:00Z')).toMatchObject(STATION);
    await report({ is: 'RESOURCE', id: resource.id }, HARBOUR);
    expect(await seen('2027-01-12T14:00:00Z')).toMatchObject(HARBOUR);
    expect(await seen('2027-01-12T13:59:59Z')).toBeNull();
    expect(await seen('2027-01-12T15:59:59Z')).toMatchObject(HARBOUR);
    expect(await seen('2027-01-12T16:00:00Z')).toBeNull();
    const OF_BOOKING = 'query ($id: ID!) { booking(id: $id) { reference position { latitude } } }';
    const id = BookingId.encode(booking.id);
    expect(await ask(OF_BOOKING, { id }, person)).toMatchObject({ position: null });
    expect(await ask(OF_BOOKING, { id }, memberOf([]))).toBeUndefined();
    await services.reservationStatus.cancel(contextFor(ACME, memberOf(TENANT_PERMISSIONS), hosts), booking.id, null);
    const cancelled = await services.reservationQueries.find(contextFor(ACME, person, hosts), booking.id);
    expect(cancelled && (await services.positions.ofBooking(contextFor(ACME, person, { now: () => startsAt }), cancelled))).toBeNull();
  });
});
