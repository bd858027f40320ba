import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { MarketingEvents } from '../../marketing/events.js';
import type { NewService } from '../catalogue/catalogue.service.js';
import { LocationId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import { cellsAround, qualityOf } from './discovery.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));
const owner = memberOf(['settings:update', 'settings:read'], { roles: ['OWNER'] });
const BERLIN = { latitude: 52.52, longitude: 13.405 };
const POTSDAM = { latitude: 52.39, longitude: 13.065 };

describe('discovery', () => {
  let t: HostedSubgraph<BookingServices, MarketingEvents>;
  const ids = new Map<string, string>();

  const PLACE = `mutation ($input: PlaceLocationInput!) { placeLocation(input: $input) { __typename ... on UserError { code } } }`;
  const place = async (locationId: string, at: object, tenant = ACME, as = owner) => {
    const variables = { input: { locationId: LocationId.encode(locationId), ...at } };
    const { data, errors } = await t.graphql(PLACE, { as, tenant, variables });
    return data?.['placeLocation'] ?? errors?.[0]?.extensions;
  };
  const open = async (name: string, service: string, of: { price: number; bio?: string; at?: object; tenant?: TenantIdentity }) => {
    const { price: priceAmount, bio = null, at, tenant = ACME } = of;
    const context = systemOf(tenant, clock);
    const { services } = t.subgraph;
    const provider = await services.providers.create(context, { name, type: 'PARTNER', bio });
    const { id: serviceId } = await services.catalogue.create(context, { name: service, durationMinutes: 60, priceAmount });
    const location = at ? await services.resources.createLocation(context, { name: `${name}'s place` }) : undefined;
    await services.catalogue.offer(context, { providerId: provider.id, serviceId, locationId: location?.id });
    if (location && at) await place(location.id, at, tenant);
    ids.set(name, provider.id);
  };

  beforeAll(async () => {
    t = await startHostedSubgraph(createBooking, clock);
    await open('Anna Müller', 'Deep tissue massage', { price: 9_000, at: BERLIN, bio: 'Quiet rooms near the river.' });
    await open('Bela Massage Studio', 'Hot stones', { price: 12_000, at: POTSDAM });
    await open('Carla Lenz', 'Yoga for beginners', { price: 2_500 });
    await open('Globex Massage', 'Massage', { price: 100, at: BERLIN, tenant: GLOBEX });
  });
  afterAll(() => t.stop());

  const DISCOVER = `query ($query: String, $near: NearInput, $highestPrice: Int, $lowestRating: Float, $free: Int, $sort: DiscoverySort, $first: Int, $after: String) {
    discover(query: $query, near: $near, highestPrice: $highestPrice, lowestRating: $lowestRating, freeWithinDays: $free, sort: $sort, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { provider { name } lowestPrice { amount currency } rating reviewCount distanceKm nextFreeAt } }
    }
  }`;
  interface Found {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly edges: readonly { readonly node: { readonly provider: { readonly name: string }; readonly distanceKm: number | null; readonly nextFreeAt: string | null } }[];
  }
  const search = async (variables: Record<string, unknown>, tenant = ACME): Promise<Found> => {
    const { data, errors } = await t.graphql(DISCOVER, { variables, tenant });
    expect(errors).toBeUndefined();
    return data?.['discover'] as Found;
  };
  const names = async (variables: Record<string, unknown>, tenant = ACME) => (await search(variables, tenant)).edges.map(({ node }) => node.provider.name);

  it('finds by names, services and words of their own, names first, and by what is only begun', async () => {
    expect(await names({ query: 'massage' })).toEqual(['Bela Massage Studio', 'Anna Müller']);
    expect(await names({ query: 'RIVER quiet' })).toEqual(['Anna Müller']);
    expect(await names({ query: 'mass' })).toHaveLength(2);
    expect(await names({ query: 'yoga massage' })).toEqual([]);
  });

  it('finds what is misspelt, and what is written without its accents', async () => {
    expect(await names({ query: 'masage' })).toHaveLength(2);
    expect(await names({ query: 'anna muller' })).toEqual(['Anna Müller']);
    expect(await names({ query: 'yogga beginers' })).toEqual(['Carla Lenz']);
    expect(await names({ query: 'xyzzy' })).toEqual([]);
  });

  it('finds around a place, at a price, well spoken of, and sorts by each', async () => {
    const near = { ...BERLIN, withinKm: 50 };
    const around = await search({ near, sort: 'DISTANCE' });
    expect(around.edges.map(({ node }) => node.provider.name)).toEqual(['Anna Müller', 'Bela Massage Studio']);
    expect(around.edges[1]?.node.distanceKm).toBeCloseTo(27.2, 0);
    expect(await names({ near: { ...BERLIN, withinKm: 5 }, query: 'massage' })).toEqual(['Anna Müller']);
    expect(await names({ highestPrice: 9_000, sort: 'PRICE' })).toEqual(['Carla Lenz', 'Anna Müller']);

    const review = (name: string, rating: number) =>
      t.tell('marketing.review_submitted', { reviewId: uuidv7(), bookingId: uuidv7(), providerId: ids.get(name) ?? '', rating });
    for (const rating of [5, 4, 5]) await review('Carla Lenz', rating);
    await review('Anna Müller', 2);
    await t.settle();
    expect(await names({ lowestRating: 4.5 })).toEqual(['Carla Lenz']);
    expect((await names({ sort: 'RATING' }))[0]).toBe('Carla Lenz');
  });

  it('says when somebody is next free, and gives page after page', async () => {
    const providerId = ids.get('Carla Lenz') ?? '';
    await t.subgraph.services.workingHours.set(systemOf(ACME, clock), { providerId, hours: [{ weekday: 3, start: '09:00', end: '17:00' }] });
    expect((await search({ query: 'carla' })).edges[0]?.node).toMatchObject({
      lowestPrice: { amount: 2_500, currency: 'USD' },
      nextFreeAt: '2027-03-10T14:00:00.000Z',
      reviewCount: 3,
    });
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 5; pages += 1) {
      const { pageInfo, edges } = await search({ first: 1, after });
      seen.push(...edges.map(({ node }) => node.provider.name));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen.sort()).toEqual(['Anna Müller', 'Bela Massage Studio', 'Carla Lenz']);
  });

  it('puts first who can be booked soonest, exactly as the slots say, page after page', async () => {
    const context = systemOf(ACME, clock);
    const { services } = t.subgraph;
    const idOf = (name: string): string => ids.get(name) ?? '';
    const works = (name: string, weekday: number, start: string) =>
      services.workingHours.set(context, { providerId: idOf(name), hours: [{ weekday, start, end: '17:00' }] });
    await works('Carla Lenz', 3, '09:00');
    await works('Anna Müller', 2, '15:00');
    await works('Bela Massage Studio', 2, '09:00');
    const soonest = async (more: object = {}) =>
      (await search({ sort: 'NEXT_FREE', ...more })).edges.map(({ node }) => [node.provider.name, node.nextFreeAt]);
    expect(await soonest()).toEqual([
      ['Bela Massage Studio', '2027-03-09T14:00:00.000Z'],
      ['Anna Müller', '2027-03-09T20:00:00.000Z'],
      ['Carla Lenz', '2027-03-10T14:00:00.000Z'],
    ]);
    expect((await names({ free: 2 })).sort()).toEqual(['Anna Müller', 'Bela Massage Studio']);
    expect(await names({ free: 2, query: 'yoga' })).toEqual([]);

    // Once the first starts of one are taken, another is sooner.
    const [offering] = await services.catalogue.offeringsOf(context, idOf('Bela Massage Studio'));
    const serviceId = offering?.serviceId ?? '';
    await services.calendarExceptions.add(context, {
      providerId: idOf('Bela Massage Studio'),
      kind: 'CLOSED',
      firstDay: '2027-03-09',
      start: '09:00',
      end: '15:30',
    });
    const slots = await services.availability.search(context, { serviceId, providerId: idOf('Bela Massage Studio'), from: '2027-03-08', days: 7, first: 1 });
    expect(slots?.edges[0]?.node.startsAt.toISOString()).toBe('2027-03-09T20:30:00.000Z');
    expect(await soonest()).toEqual([
      ['Anna Müller', '2027-03-09T20:00:00.000Z'],
      ['Bela Massage Studio', '2027-03-09T20:30:00.000Z'],
      ['Carla Lenz', '2027-03-10T14:00:00.000Z'],
    ]);

    // A cursor stands for a time, so what moves in front of it is not seen twice and nobody behind it is left out.
    const first = await search({ sort: 'NEXT_FREE', first: 1 });
    await works('Anna Müller', 2, '16:00');
    const rest = await search({ sort: 'NEXT_FREE', first: 5, after: first.pageInfo.endCursor });
    expect(rest.edges.map(({ node }) => node.provider.name)).toEqual(['Bela Massage Studio', 'Anna Müller', 'Carla Lenz']);
    await services.workingHours.set(context, { providerId: idOf('Anna Müller'), hours: [] });
    expect((await soonest()).at(-1)).toEqual(['Anna Müller', null]);
    expect(await names({ free: 28 })).toEqual(expect.not.arrayContaining(['Anna Müller']));
    const wrong = await t.graphql(DISCOVER, { variables: { free: 29 } });
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('completes what is being typed, and corrects it', async () => {
    const complete = async (typed: string, tenant = ACME) =>
      (await t.graphql('query ($typed: String!) { autocomplete(typed: $typed) }', { tenant, variables: { typed } })).data?.['autocomplete'];
    expect(await complete('mas')).toEqual(['massage']);
    expect(await complete('deep tis')).toEqual(['deep tissue']);
    expect(await complete('masagge')).toEqual(['massage']);
    expect(await complete('')).toEqual([]);
    expect(await complete('yog', GLOBEX)).toEqual([]);
  });

  it('follows what changes, and hides who cannot be booked', async () => {
    const context = systemOf(ACME, clock);
    const hidden = await t.subgraph.services.providers.create(context, { name: 'Dora Hidden', type: 'PARTNER', awaitsApproval: true });
    expect(await names({ query: 'dora' })).toEqual([]);
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    await db.provider.updateMany({ where: { id: hidden.id }, data: { bookable: true, name: 'Dora Found' } });
    expect(await names({ query: 'dora found' })).toEqual(['Dora Found']);
    expect(await names({ query: 'hidden' })).toEqual([]);
    await db.provider.updateMany({ where: { id: hidden.id }, data: { status: 'INACTIVE' } });
    expect(await names({ query: 'dora' })).toEqual([]);
  });

  it('finds nothing of another company, by whatever way', async () => {
    expect(await names({ query: 'massage' }, GLOBEX)).toEqual(['Globex Massage']);
    expect(await names({ query: 'globex' })).toEqual([]);
    expect(await names({}, GLOBEX)).toEqual(['Globex Massage']);
    expect(await names({ near: { ...BERLIN, withinKm: 1 } })).toEqual(['Anna Müller']);
    const unknown = await place(uuidv7(), BERLIN);
    const { rows } = await t.runtime.pools.platform.query<{ id: string }>('SELECT id::text FROM booking.location WHERE tenant_id = $1', [GLOBEX.id]);
    expect(await place(rows[0]?.id ?? '', BERLIN)).toEqual(unknown);
    expect(await place(rows[0]?.id ?? '', BERLIN, GLOBEX, memberOf([]))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await place(uuidv7(), { latitude: 91, longitude: 0 })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('asks when many are free as often as when one is', async () => {
    const context = systemOf(GLOBEX, clock);
    const { services } = t.subgraph;
    const { id: room } = await services.catalogue.create(context, {
      name: 'Chalet',
      durationMinutes: 1_440,
      priceAmount: 1,
      stay: { checkIn: '15:00', checkOut: '10:00', minNights: 2 },
    });
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: '00:00', end: '24:00' }));
    const statements = async (): Promise<number> => {
      let count = 0;
      const counter = (): void => void (count += 1);
      t.runtime.pools.app.on('acquire', counter);
      await search({ query: 'chalet', sort: 'NEXT_FREE', first: 20 }, GLOBEX);
      t.runtime.pools.app.off('acquire', counter);
      return count;
    };
    const open = async (n: number): Promise<void> => {
      const { id } = await services.providers.create(context, { name: `Chalet ${n}`, type: 'VENDOR' });
      await services.workingHours.set(context, { providerId: id, hours });
      await services.catalogue.offer(context, { providerId: id, serviceId: room });
    };
    await open(1);
    const ofOne = await statements();
    for (let n = 2; n <= 12; n += 1) await open(n);
    expect(await statements()).toBe(ofOne);
    const found = await search({ query: 'chalet', sort: 'NEXT_FREE', first: 20 }, GLOBEX);
    // What is let by the night is free from the next check-in on, on the calendar of the company.
    expect(new Set(found.edges.map(({ node }) => node.nextFreeAt))).toEqual(new Set(['2027-03-08T14:00:00.000Z']));
  });

  it('says when somebody is free for any of all she does, however much that is', async () => {
    // One moment for everything: what is free changes with every minute.
    const now = clock.now();
    const still = { now: () => now };
    const context = systemOf(GLOBEX, still);
    const { services } = t.subgraph;
    const { id } = await services.providers.create(context, { name: 'Polymath', type: 'PARTNER' });
    await services.workingHours.set(context, { providerId: id, hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: '09:00', end: '17:00' })) });
    const free = async (): Promise<Date | null> => services.discovery.nextFree(contextFor(GLOBEX, memberOf([]), still), id);
    const made: string[] = [];
    const offer = async (n: number, service: Partial<NewService> = {}) => {
      const { id: serviceId } = await services.catalogue.create(context, { name: `Art ${n}`, durationMinutes: 60, priceAmount: 1, ...service });
      await services.catalogue.offer(context, { providerId: id, serviceId });
      made.push(serviceId);
      return serviceId;
    };
    // Thirty that nobody can have, for want of what they need or because they ask to be booked long before.
    for (let n = 0; n < 30; n += 1) {
      const serviceId = await offer(n, n % 2 === 0 ? { noticeMinutes: 43_200 } : { durationMinutes: 30 + n });
      if (n % 2 === 1) await services.resources.require(context, serviceId, { resources: [{ kind: 'a lathe', units: 1 }], qualifications: [] });
    }
    expect(await free()).toBeNull();
    await offer(30, { noticeMinutes: 2_880 });
    const twoDaysOn = await free();
    // Later by its notice, and yet not looked at in vain: longer ones end too late, shorter ones begin sooner.
    for (const [n, [durationMinutes, slotStepMinutes, noticeMinutes]] of ([[90, 45, 60], [20, 7, 61], [470, 5, 0], [60, 15, 75]] as const).entries()) {
      await offer(31 + n, { durationMinutes, slotStepMinutes, noticeMinutes });
    }
    const soonest = await free();
    expect(twoDaysOn?.getTime()).toBeGreaterThan(soonest?.getTime() ?? Number.POSITIVE_INFINITY);
    const firsts = await Promise.all(made.map(async (serviceId) => {
      const page = await services.availability.search(context, { serviceId, providerId: id, from: '2027-03-08', days: 28, first: 1 });
      return page?.edges[0]?.node.startsAt.getTime() ?? Number.POSITIVE_INFINITY;
    }));
    expect(made).toHaveLength(35);
    expect(soonest?.getTime()).toBe(Math.min(...firsts));
  });

  it('reads by its indexes behind row level security, and never all there is', async () => {
    const owners = new pg.Client({ connectionString: t.runtime.url });
    await owners.connect();
    await owners.query(
      `INSERT INTO booking.provider (tenant_id, id, name, type, updated_at)
       SELECT CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END, gen_random_uuid(), 'Person ' || n, 'PARTNER', now() FROM generate_series(1, 3000) AS n`,
      [ACME.id, GLOBEX.id],
    );
    await owners.query('ANALYZE booking.listing, booking.listing_word, booking.listing_term, booking.listing_term_trigram');
    await owners.end();
    const planOf = async (sql: string): Promise<string> => {
      const client = await t.runtime.pools.app.connect();
      try {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [ACME.id]);
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    };
    const searches = {
      listing_word_tenant_id_word_weight_quality_provider_id_idx: `SELECT provider_id FROM booking.listing_word WHERE word = 'person' ORDER BY weight DESC, quality DESC, provider_id LIMIT 10`,
      listing_term_pkey: `SELECT word FROM booking.listing_term WHERE word >= 'person1' AND word < 'person1\u{10FFFF}' LIMIT 20`,
      listing_term_trigram_pkey: `SELECT word, count(*) FROM booking.listing_term_trigram WHERE trigram = ANY(show_trgm('123')) GROUP BY word`,
      listing_tenant_id_cell_idx: `SELECT provider_id FROM booking.listing WHERE cell = ANY('{1,2,3}')`,
      listing_tenant_id_shown_quality_provider_id_idx: `SELECT provider_id FROM booking.listing WHERE shown ORDER BY quality DESC, provider_id LIMIT 10`,
    };
    for (const [index, sql] of Object.entries(searches)) {
      const plan = await planOf(sql);
      expect(plan).toContain(index);
      expect(plan).not.toContain('Seq Scan');
    }
  });
});

describe('the squares around a place', () => {
  it('hold everything within the distance, also across the date line and near the poles', () => {
    const cellOf = (latitude: number, longitude: number): number => Math.floor((latitude + 90) * 10) * 3_600 + (Math.floor((longitude + 180) * 10) % 3_600);
    expect(cellsAround({ latitude: 0, longitude: 179.99, withinKm: 5 })).toContain(cellOf(0.01, -179.99));
    expect(cellsAround({ ...BERLIN, withinKm: 40 })).toContain(cellOf(POTSDAM.latitude, POTSDAM.longitude));
    expect(cellsAround({ latitude: 89.95, longitude: 0, withinKm: 1 })).toContain(cellOf(89.95, 0));
  });

  it('are few for a walk', () => expect(cellsAround({ ...BERLIN, withinKm: 2 }).length).toBeLessThanOrEqual(4));
});

describe('quality', () => {
  it('takes many good ratings for more than one perfect one, and none for nothing', () => {
    expect(qualityOf(480, 100)).toBeGreaterThan(qualityOf(5, 1));
    expect(qualityOf(0, 0)).toBe(0);
  });
});
