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

/**
 * How fast slots are found and booked, beside the way that first comes to mind: a query a provider and a day, and a
 * look followed by an insert. The naive way is also asked how many of its bookings overlap.
 */
const PROVIDERS = 50;
const SECONDS = Number(process.argv[2] ?? 5);
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
const FROM = new Date(Math.ceil(Date.now() / DAY_MS + 2) * DAY_MS);
const logger = createLogger({ name: 'bench', level: 'silent' });

/** Runs `work` by several at once until the time is over. @returns how often a second, and the 95th percentile in ms */
async function measure(work: () => Promise<unknown>): Promise<string> {
  const took: number[] = [];
  const began = performance.now();
  const until = began + SECONDS * 1_000;
  const run = async (): Promise<void> => {
    while (performance.now() < until) {
      const from = performance.now();
      await work();
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  const perSecond = took.length / ((performance.now() - began) / 1_000);
  took.sort((one, other) => one - other);
  return `${perSecond.toFixed(1).padStart(8)}/s   p95 ${(took[Math.floor(took.length * 0.95)] ?? 0).toFixed(0).padStart(6)} ms`;
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

async function compare(pools: Pools, services: BookingServices): Promise<void> {
  const shop = await openShop(services, ACME, { providers: PROVIDERS, price: 0 });
  const print = (what: string, figure: string): void => void process.stdout.write(`${what.padEnd(46)}${figure}\n`);
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
  const search = { serviceId: shop.serviceId, from: FROM.toISOString().slice(0, 10), days: 30, first: 100 };
  print(`slots of 30 days and ${PROVIDERS} providers, Spine`, await measure(() => services.availability.search(systemOf(ACME), search)));
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
