import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openShop, systemOf, type Shop } from '../../../tests/support/booking.js';
import { compiledPolicy, enforcePolicies } from '../../../tests/support/policies.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import type { CompiledPolicy } from '../../_kernel/policy/policy.js';
import { createPolicySet } from '../../_kernel/policy/policy-set.js';
import { publishPolicies } from '../../_kernel/policy/policy-set.store.js';
import { rowFilterOf } from '../../_kernel/policy/row-filter.js';
import { policyDocuments, resources, USERS } from '../../_kernel/policy/support/random-policies.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import { bookingResource, bookingsLeftBy } from './reservation-policy.js';
import type { BookingRow } from './reservation.store.js';

const MORNING = new Date('2027-01-11T08:00:00Z');
const DAY_MS = 24 * 3_600_000;
const clock = createTestClock(MORNING);

const OTHERS = { attribute: 'resource.ownerId', operator: 'NOT_EQUALS', otherAttribute: 'user.id' } as const;

const denyOthers = (...actions: readonly string[]): CompiledPolicy =>
  compiledPolicy({
    description: 'Only her own',
    effect: 'DENY',
    actions,
    resources: ['Booking'],
    principals: { roles: [], families: [], users: [] },
    conditions: [OTHERS],
  });

describe('policies about bookings', () => {
  let hosted: HostedSubgraph<BookingServices, never>;
  let services: BookingServices;
  let shop: Shop;
  let starts = 0;
  const [ana, ben] = [uuidv7(), uuidv7()];

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking, clock);
    services = hosted.subgraph.services;
    shop = await openShop(services, ACME, { clock, providers: 2 });
  });
  afterAll(() => hosted.stop());
  beforeEach(() => enforce([]));

  const as = (userId: string, permissions: readonly TenantPermission[] = [], tenant = ACME, roles = ['STAFF']) =>
    contextFor(tenant, memberOf(permissions, { userId, roles }), clock);
  const staff = (userId = ana) => as(userId, ['appointments:read', 'appointments:update', 'appointments:create']);

  const enforce = (policies: readonly CompiledPolicy[], tenant: TenantIdentity = ACME): Promise<void> =>
    enforcePolicies(hosted.runtime, tenant, policies);

  /** A day of its own for each. */
  const book = (userId: string, of = shop, tenant = ACME, provider = 0): Promise<BookingRow> => {
    starts += 1;
    return services.reservations.create(as(userId, [], tenant), {
      serviceId: of.serviceId,
      providerId: of.providerIds[provider] ?? '',
      startsAt: new Date(Date.UTC(2027, 0, 11 + starts, 15)),
      idempotencyKey: uuidv7(),
    });
  };

  const listed = async (context = staff()): Promise<readonly string[]> => {
    const { edges } = await services.reservationQueries.list(context, { first: 500 }, {});
    return edges.map(({ node }) => node.id).sort();
  };

  it('take away what roles give: another’s booking is forbidden, one’s own is not', async () => {
    const [hers, his] = [await book(ana), await book(ben)];
    await enforce([denyOthers('booking:update', 'booking:cancel')]);
    await expect(services.reservationStatus.cancel(staff(), his.id, null)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.reservationStatus.markNoShow(staff(), his.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.reservationStatus.cancel(staff(), hers.id, null)).resolves.toMatchObject({ status: 'CANCELLED' });
  });

  it('hide a booking everywhere: by its id, in lists, and to who would change it', async () => {
    const [hers, his] = [await book(ana), await book(ben)];
    await enforce([denyOthers('booking:*')]);
    const queries = services.reservationQueries;
    expect(await Promise.all([hers, his].map(({ id }) => queries.find(staff(), id)))).toMatchObject([{ id: hers.id }, null]);
    expect(await listed()).toContain(hers.id);
    expect(await listed()).not.toContain(his.id);
    await expect(services.reservationStatus.cancel(staff(), his.id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('give what roles do not, for what they say and nothing else', async () => {
    const [one, other] = [await book(ben), await book(ben)];
    const allow = compiledPolicy({
      description: 'A helper for one booking',
      effect: 'ALLOW',
      actions: ['booking:read', 'booking:cancel'],
      resources: ['Booking'],
      principals: { roles: [], families: [], users: [`usr_${ana.replaceAll('-', '')}`] },
      conditions: [{ attribute: 'resource.id', operator: 'EQUALS', value: `bkg_${one.id.replaceAll('-', '')}` }],
    });
    await enforce([allow]);
    await expect(services.reservationStatus.cancel(as(ana), one.id, null)).resolves.toMatchObject({ status: 'CANCELLED' });
    await expect(services.reservationStatus.cancel(as(ana), other.id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('of one company never touch another’s', async () => {
    const theirs = await openShop(services, GLOBEX, { clock });
    const his = await book(ben, theirs, GLOBEX);
    await enforce([denyOthers('booking:*')]);
    const context = as(ana, ['appointments:read'], GLOBEX);
    expect(await services.reservationQueries.find(context, his.id)).toMatchObject({ id: his.id });
    expect(await listed(context)).toEqual([his.id]);
  });

  it('that fail deny everything, in lists as one by one', async () => {
    const hers = await book(ana);
    const broken: CompiledPolicy = {
      ...denyOthers('booking:*'),
      conditions: [
        {
          left: { from: 'resource', name: 'colour', optional: false },
          comparison: 'equals',
          right: { from: 'value', value: 'red' },
          negated: false,
          swapped: false,
        },
      ],
      cedar: 'forbid (principal, action, resource) when { resource.colour == "red" };',
    };
    await enforce([broken]);
    expect(await services.reservationQueries.find(staff(), hers.id)).toBeNull();
    expect(await listed()).toEqual([]);
    await expect(services.reservationStatus.cancel(staff(), hers.id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that Cedar cannot read deny everything, and so does a database that cannot be read', async () => {
    const hers = await book(ana);
    const unreadable = { ...denyOthers('booking:*'), cedar: 'forbid (principal' };
    await hosted.runtime.database.tenants.transaction(systemOf(ACME, clock), (db) =>
      publishPolicies(db, { version: uuidv7(), policies: [unreadable] }, clock.now()),
    );
    await eventually(async () => (await services.reservationQueries.find(staff(), hers.id)) === null, 2_000);
    expect(await listed()).toEqual([]);
  });

  it('leave in lists exactly what they allow one by one, in the database as in Cedar', async () => {
    const bookings = [];
    for (const userId of [USERS[0], USERS[1], USERS[0], USERS[2]]) bookings.push(await book(userId));
    const rows = await varied(bookings);
    const db = hosted.runtime.database.tenants.of({ tenant: ACME });
    const seen = { shown: 0, hidden: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(policyDocuments, { maxLength: 4 }),
        fc.constantFrom(...USERS),
        fc.subarray(['STAFF', 'VIEWER']),
        fc.boolean(),
        async (documents, userId, roles, reads) => {
          const policies = documents.map(compiledPolicy);
          const { principal } = as(userId, reads ? ['appointments:read'] : [], ACME, roles);
          const asking = { tenant: ACME, principal, now: new Date('2027-01-11T12:00:00Z'), ip: null };
          const set = createPolicySet('differential', policies);
          const one = rows.filter(({ row, ownerId }) => set.decide(asking, 'booking:read', bookingResource(row, ownerId)).allowed);
          const where = bookingsLeftBy(rowFilterOf(policies, asking, 'booking:read', 'Booking'));
          const ids = rows.map(({ row }) => row.id);
          const left = await db.booking.findMany({ where: { AND: [{ id: { in: ids } }, where] }, select: { id: true } });
          expect(left.map(({ id }) => id).sort()).toEqual(one.map(({ row }) => row.id).sort());
          seen.shown += left.length;
          seen.hidden += ids.length - left.length;
        },
      ),
      { numRuns: 250 },
    );
    expect(Math.min(seen.shown, seen.hidden)).toBeGreaterThan(100);
  });

  /** Bookings with the values that random policies speak of, one in four of a client who does not sign in. */
  async function varied(bookings: readonly BookingRow[]) {
    const db = hosted.runtime.database.tenants.of({ tenant: ACME });
    const samples = fc.sample(resources, { numRuns: 24, seed: 7 });
    const walkIn = await services.clients.create(systemOf(ACME, clock), { displayName: 'Walk-in' });
    const [example] = bookings;
    if (!example) throw new Error('No booking to go by');
    const ids: string[] = [];
    for (const [at, { attributes }] of samples.entries()) {
      const id = uuidv7();
      const of = bookings[at % bookings.length] ?? example;
      const startsAt = at % 3 === 0 ? (attributes['startsAt'] as Date) : new Date(MORNING.getTime() + (100 + at) * DAY_MS);
      const after = (time: Date): Date => new Date(time.getTime() - of.startsAt.getTime() + startsAt.getTime());
      await db.booking.create({
        data: {
          ...of,
          id,
          sessionId: id,
          blockedFrom: after(of.blockedFrom),
          reference: `BK-20270111-9${String(at).padStart(5, '0')}`,
          clientId: at % 4 === 3 ? walkIn.id : of.clientId,
          providerId: shop.providerIds[at % 2] ?? '',
          status: 'CANCELLED',
          priceAmount: BigInt(Number(attributes['priceAmount'])),
          startsAt,
          endsAt: after(of.endsAt),
          blockedUntil: after(of.blockedUntil),
        },
      });
      ids.push(id);
    }
    const found = await db.booking.findMany({
      where: { id: { in: [...ids, ...bookings.map(({ id }) => id)] } },
      include: { client: { select: { userId: true } } },
    });
    return found.map(({ client, ...row }) => ({ row, ownerId: client.userId }));
  }
});
