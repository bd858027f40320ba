import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createLogger } from '../../../infra/runtime/log.js';
import { startEmbeddedPostgres } from '../../../infra/runtime/postgres/embedded.js';
import { createPools, type Pools } from '../../../infra/runtime/postgres/pools.js';
import { migrate } from '../../../prisma/migrate.js';
import { createSignal } from '../../../subgraphs/_kernel/events/create-signal.js';
import { systemClock } from '../../../subgraphs/_kernel/request/clock.js';
import { uuidv7 } from '../../../subgraphs/_kernel/request/ids.js';
import { createRuntime } from '../../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../../subgraphs/_kernel/secrets/secret-box.js';
import type { BookingServices } from '../../../subgraphs/booking/services.js';
import { createBooking } from '../../../subgraphs/booking/subgraph.js';
import { openShop, systemOf, type Shop } from '../../support/booking.js';
import { ACME, contextFor, memberOf } from '../../support/runtime.js';
import { keepBusy } from '../keep-busy.js';
import { quantile } from '../quantile.js';

/**
 * How fast slots are found and booked, beside the way that first comes to mind: a query a provider and a day, and a
 * look followed by an insert. The naive way is also asked how many of its bookings overlap.
 */
const PROVIDERS = 50;
const SECONDS = Number(process.argv[2] ?? 5);
const AT_ONCE = 8;
const AT_THE_SAME_MOMENT = 1_000;
const BOOKINGS = 10_000;
const DAY_MS = 86_400_000;
const FROM = new Date(Math.ceil(Date.now() / DAY_MS + 2) * DAY_MS);
const logger = createLogger({ name: 'bench', level: 'silent' });

/** How often a second it is done, by several at once where nothing else is said, and how long it takes. */
async function measure(work: () => Promise<unknown>, atOnce = AT_ONCE): Promise<string> {
  const { took, perSecond } = await keepBusy({ atOnce, seconds: SECONDS }, work);
  return `${perSecond.toFixed(1).padStart(8)}/s   p95 ${quantile(took, 0.95).toFixed(0).padStart(6)} ms`;
}

/** Slots of a month, a query a provider and a day, hour by hour. */
async function searchNaively(pools: Pools, shop: Shop): Promise<number> {
  let found = 0;
  for (const providerId of shop.providerIds) {
    for (let day = 0; day < 30; day += 1) {
      const from = new Date(FROM.getTime() + day * DAY_MS);
      const { rows } = await pools.platform.query<{ starts_at: Date; ends_at: Date }>(
        'SELECT starts_at, ends_at FROM booking.booking WHERE tenant_id = $1 AND provider_id = $2 AND starts_at >= $3 AND starts_at < $4',
        [ACME.id, providerId, from, new Date(from.getTime() + DAY_MS)],
      );
      for (let hour = 14; hour < 22; hour += 1) {
        const start = from.getTime() + hour * 3_600_000;
        if (!rows.some((row) => row.starts_at.getTime() < start + 3_600_000 && row.ends_at.getTime() > start)) found += 1;
      }
    }
  }
  return found;
}

/** Looks whether a time is free, and then takes it. */
async function bookNaively(pools: Pools, providerId: string, start: Date): Promise<void> {
  const end = new Date(start.getTime() + 3_600_000);
  const { rowCount } = await pools.platform.query(
    'SELECT 1 FROM public.naive_booking WHERE provider_id = $1 AND starts_at < $3 AND ends_at > $2',
    [providerId, start, end],
  );
  if (rowCount === 0) await pools.platform.query('INSERT INTO public.naive_booking VALUES ($1, $2, $3)', [providerId, start, end]);
}

const random = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;
/** One of few starts, so that several want the same. */
const anyStart = (): Date => new Date(FROM.getTime() + Math.floor(Math.random() * 30) * DAY_MS + 15 * 3_600_000);

type Print = (what: string, figure: string) => void;

/** A thousand ask for one slot at the same moment. */
async function rush(services: BookingServices, print: Print): Promise<void> {
  const { serviceId, providerIds } = await openShop(services, ACME, { price: 0 });
  const slot = { serviceId, providerId: providerIds[0] ?? '', startsAt: new Date(FROM.getTime() + 15 * 3_600_000) };
  const began = performance.now();
  const outcomes = await Promise.allSettled(
    Array.from({ length: AT_THE_SAME_MOMENT }, () =>
      services.reservations.create(contextFor(ACME, memberOf()), { ...slot, idempotencyKey: uuidv7() }),
    ),
  );
  const seconds = ((performance.now() - began) / 1_000).toFixed(1).padStart(8);
  const booked = outcomes.filter(({ status }) => status === 'fulfilled').length;
  print(`${AT_THE_SAME_MOMENT} at once for one slot`, `${seconds} s   ${booked} booked`);
}

/** Calendars of a month with seven bookings a day, beside what has been booked by then. */
async function fill(pools: Pools, services: BookingServices, { serviceId, providerIds }: Shop): Promise<void> {
  const { id: clientId } = await services.clients.create(systemOf(ACME), { displayName: 'Everybody' });
  await pools.platform.query(
    `INSERT INTO booking.booking (tenant_id, id, reference, status, provider_id, service_id, client_id, session_id,
                                  blocked_from, starts_at, ends_at, blocked_until, time_zone, price_amount, price_currency, updated_at)
     SELECT $1, gen_random_uuid(), 'BK-20260101-' || lpad((p.n * 1000 + b)::text, 6, '0'), 'CONFIRMED', p.id, $2, $3,
            gen_random_uuid(), at, at, at + interval '30 minutes', at + interval '30 minutes', 'America/New_York', 0, 'USD', now()
     FROM unnest($4::uuid[]) WITH ORDINALITY AS p(id, n), generate_series(0, $5::int - 1) AS b,
          LATERAL (SELECT $6::timestamptz + (b / 7) * interval '1 day' + (16 + b % 7) * interval '1 hour' AS at) AS slot
     ON CONFLICT DO NOTHING`,
    [ACME.id, serviceId, clientId, providerIds, BOOKINGS / PROVIDERS, FROM],
  );
  await pools.platform.query('ANALYZE booking.booking');
}

async function compare(pools: Pools, services: BookingServices): Promise<void> {
  const shop = await openShop(services, ACME, { providers: PROVIDERS, price: 0 });
  const print: Print = (what, figure) => void process.stdout.write(`${what.padEnd(46)}${figure}\n`);
  const book = async (): Promise<void> => {
    const input = {
      serviceId: shop.serviceId,
      providerId: random(shop.providerIds),
      startsAt: anyStart(),
      idempotencyKey: uuidv7(),
    };
    await services.reservations.create(contextFor(ACME, memberOf()), input).catch(() => undefined);
  };
  // The first ones plan queries and fill caches.
  for (let n = 0; n < 20; n += 1) await book();
  print('booking attempts, Spine', await measure(book));
  print('booking attempts, look and insert', await measure(() => bookNaively(pools, random(shop.providerIds), anyStart())));
  const overlaps = async (table: string): Promise<string> => {
    const { rows } = await pools.platform.query<{ count: string }>(
      `SELECT count(*) FROM (SELECT 1 FROM ${table} GROUP BY provider_id, starts_at HAVING count(*) > 1) AS twice`,
    );
    return `${rows[0]?.count ?? '0'} slots given away twice`.padStart(28);
  };
  print('  Spine', await overlaps('booking.booking'));
  print('  look and insert', await overlaps('public.naive_booking'));
  await rush(services, print);
  await fill(pools, services, shop);
  const search = { serviceId: shop.serviceId, from: FROM.toISOString().slice(0, 10), days: 30, first: 100 };
  const find = () => services.availability.search(systemOf(ACME), search);
  print(`slots of 30 days, ${PROVIDERS} providers, ${BOOKINGS} bookings`, await measure(find, 1));
  print(`the same, ${AT_ONCE} at once`, await measure(find));
  print('the same, a query a provider and a day', await measure(() => searchNaively(pools, shop)));
}

/** A table for the naive way, which nothing keeps from overlaps. */
async function createNaiveTable(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query('CREATE TABLE public.naive_booking (provider_id uuid, starts_at timestamptz, ends_at timestamptz)');
  await owner.query('GRANT SELECT, INSERT ON public.naive_booking TO spine_platform');
  await owner.end();
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-bench-'));
  const server = await startEmbeddedPostgres({ directory: path.join(folder, 'postgres'), onProgress: () => undefined });
  await migrate(server.url);
  await createNaiveTable(server.url);
  const pools = createPools({ url: server.url });
  const signal = await createSignal({ redisUrl: undefined, databaseUrl: server.url, pool: pools.platform, logger });
  const runtime = createRuntime({ pools, signal, secretBox: createSecretBox('x'.repeat(32)), clock: systemClock, logger });
  try {
    await compare(pools, createBooking(runtime).services);
  } finally {
    await runtime.close();
    await signal.close();
    await pools.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
