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
import { createRuntime } from '../../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../../subgraphs/_kernel/secrets/secret-box.js';
import type { DiscoveryService } from '../../../subgraphs/booking/discovery/discovery.service.js';
import { createBooking } from '../../../subgraphs/booking/subgraph.js';
import { ACME, contextFor, GLOBEX } from '../../support/runtime.js';
import { keepBusy } from '../keep-busy.js';
import { quantile } from '../quantile.js';

/**
 * How fast providers are found among very many, nine tenths of them of one company, beside the way that first comes
 * to mind: to compare every name of the company with what was typed.
 */
const PROVIDERS = Number(process.argv[2] ?? 1_000_000);
const SECONDS = Number(process.argv[3] ?? 5);
const AT_ONCE = 1;
const logger = createLogger({ name: 'bench', level: 'silent' });

const SYLLABLES = ['ba', 'ro', 'mi', 'ten', 'sal', 'ver', 'ku', 'lin', 'do', 'gar', 'pe', 'ston', 'wi', 'mar', 'zel', 'han', 'fu', 'rik', 'no', 'bel'];
const SERVICES = 400;
const SURNAMES = 20_000;

/** Written by the server itself: nothing is faster than to move no rows at all. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = (sql: string, values: readonly unknown[] = []): Promise<unknown> => client.query(sql, [...values]);
  try {
    // The triggers that keep listings are for providers that come one by one.
    await run('SET session_replication_role = replica');
    await run('SET work_mem = "256MB"');
    await run('SET maintenance_work_mem = "512MB"');
    await run('CREATE TEMP TABLE syllable AS SELECT n - 1 AS n, s FROM unnest($1::text[]) WITH ORDINALITY AS t(s, n)', [SYLLABLES]);
    await run(
      `CREATE FUNCTION pg_temp.word(seed int) RETURNS text LANGUAGE sql AS $f$
         SELECT a.s || b.s || c.s || d.s FROM syllable a, syllable b, syllable c, syllable d
         WHERE a.n = seed % 20 AND b.n = (seed / 20) % 20 AND c.n = (seed / 400) % 20 AND d.n = (seed / 8000) % 20 $f$`,
    );
    await run(`CREATE TEMP TABLE surname AS SELECT n, pg_temp.word(n * 7 + 13) AS word FROM generate_series(0, ${SURNAMES - 1}) AS n`);
    await run('CREATE UNIQUE INDEX ON surname (n)');
    await run(
      `CREATE TEMP TABLE made AS
       SELECT n, CASE WHEN n % 10 = 0 THEN $2::uuid ELSE $1::uuid END AS tenant_id,
              ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
              (SELECT word FROM surname AS s WHERE s.n = made.n % ${SURNAMES}) AS surname,
              'given' || (n * 31) % 1000 AS given, 'service' || (n * 17) % ${SERVICES} AS service,
              'about' || (n * 13) % 5000 AS about, 40 + (n % 2000) / 100.0 AS latitude, (n / 2000 % 2000) / 100.0 AS longitude,
              (n % 500) * 10 AS rating_sum
       FROM generate_series(1, ${PROVIDERS}) AS made(n)`,
      [ACME.id, GLOBEX.id],
    );
    await run(
      `INSERT INTO booking.provider (tenant_id, id, name, type, bio, updated_at)
       SELECT tenant_id, id, given || ' ' || surname, 'PARTNER', service || ' ' || about, now() FROM made ORDER BY tenant_id, id`,
    );
    await run(
      `INSERT INTO booking.listing (tenant_id, provider_id, shown, lowest_price, latitude, longitude, cell, rating_sum, reviews, quality)
       SELECT tenant_id, id, true, 1000 + n % 9000, latitude, longitude, booking.cell_of(latitude, longitude),
              rating_sum, rating_sum / 4, CASE WHEN rating_sum = 0 THEN 0 ELSE (rating_sum + 15) / (rating_sum / 4 + 5.0) END
       FROM made ORDER BY tenant_id, id`,
    );
    await run('DROP INDEX booking.listing_word_tenant_id_word_weight_quality_provider_id_idx');
    await run(
      `INSERT INTO booking.listing_word (tenant_id, provider_id, word, weight, quality)
       SELECT m.tenant_id, m.id, w.word, w.weight, l.quality
       FROM made AS m JOIN booking.listing AS l ON l.tenant_id = m.tenant_id AND l.provider_id = m.id
       CROSS JOIN LATERAL (VALUES (m.given, 3), (m.surname, 3), (m.service, 2), (m.about, 1)) AS w(word, weight)
       ORDER BY m.tenant_id, m.id`,
    );
    await run(
      `CREATE INDEX listing_word_tenant_id_word_weight_quality_provider_id_idx
       ON booking.listing_word (tenant_id, word, weight DESC, quality DESC, provider_id)`,
    );
    await run('INSERT INTO booking.listing_term (tenant_id, word) SELECT DISTINCT tenant_id, word FROM booking.listing_word');
    await run(
      `INSERT INTO booking.listing_term_trigram (tenant_id, trigram, word)
       SELECT DISTINCT tenant_id, trigram, word FROM booking.listing_term, unnest(show_trgm(word)) AS trigram`,
    );
    // As the server does by itself a moment after so much was written.
    await run('VACUUM (ANALYZE)');
  } finally {
    await client.end();
  }
}

async function measure(name: string, work: (turn: number) => Promise<number>): Promise<void> {
  for (let early = 0; early < 3; early += 1) await work(early);
  let found = 0;
  let turn = 0;
  const { took } = await keepBusy({ atOnce: AT_ONCE, seconds: SECONDS }, async () => {
    found += await work((turn += 1));
  });
  const at = (share: number): string => quantile(took, share).toFixed(1).padStart(9);
  const each = (found / Math.max(1, took.length)).toFixed(1);
  process.stdout.write(`  ${name.padEnd(44)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   found ${each.padStart(5)}\n`);
}

/** What was typed, and the same with two letters in each other's places. */
async function surnames(pools: Pools): Promise<readonly string[]> {
  const { rows } = await pools.platform.query<{ name: string }>('SELECT name FROM booking.provider WHERE tenant_id = $1 ORDER BY id LIMIT 300', [ACME.id]);
  return rows.map(({ name }) => name.split(' ')[1] ?? '');
}
const misspelt = (word: string): string => word.slice(0, 3) + (word[4] ?? '') + (word[3] ?? '') + word.slice(5);

async function compare(pools: Pools, discovery: DiscoveryService): Promise<void> {
  const names = await surnames(pools);
  const nameAt = (turn: number): string => names[(turn * 37) % names.length] ?? '';
  const searching = async (wanted: Omit<Parameters<DiscoveryService['discover']>[1], 'sort'>): Promise<number> =>
    (await discovery.discover(contextFor(ACME), { sort: 'RELEVANCE', first: 20, ...wanted })).edges.length;
  const near = (turn: number) => ({ latitude: 40 + ((turn * 7) % 190) / 10, longitude: ((turn * 3) % 40) / 10, withinKm: 10 });

  process.stdout.write('Spine\n');
  await measure('a name', (turn) => searching({ query: nameAt(turn) }));
  await measure('a name, misspelt', (turn) => searching({ query: `${misspelt(nameAt(turn))} ` }));
  await measure('a service that thousands do', (turn) => searching({ query: `service${(turn * 11) % SERVICES} ` }));
  await measure('two words', (turn) => searching({ query: `given${(turn * 31) % 1000} service${(turn * 17) % SERVICES} ` }));
  await measure('a word, around a place', (turn) => searching({ query: `service${(turn * 11) % SERVICES} `, near: near(turn) }));
  await measure('price and rating alone', (turn) => searching({ highestPrice: 2_000 + (turn % 50) * 10, lowestRating: 3 }));
  await measure('what is being typed', async (turn) => (await discovery.complete(contextFor(ACME), nameAt(turn).slice(0, 3))).length);

  process.stdout.write('Every name compared\n');
  const naive = `SELECT id FROM booking.provider
    WHERE tenant_id = $1 AND status = 'ACTIVE' AND bookable AND (name ILIKE '%' || $2 || '%' OR word_similarity($2, name) >= 0.45)
    ORDER BY word_similarity($2, name) DESC LIMIT 20`;
  await measure('a name', async (turn) => (await pools.platform.query(naive, [ACME.id, nameAt(turn)])).rows.length);
  await measure('a name, misspelt', async (turn) => (await pools.platform.query(naive, [ACME.id, misspelt(nameAt(turn))])).rows.length);
}

const folder = await mkdtemp(path.join(tmpdir(), 'spine-bench-'));
const server = await startEmbeddedPostgres({ directory: path.join(folder, 'postgres') });
try {
  await migrate(server.url);
  process.stdout.write(`${PROVIDERS.toLocaleString('en')} providers, nine tenths of one company; writing them\n`);
  await fill(server.url);
  const pools = createPools({ url: server.url, max: 8 });
  const signal = await createSignal({ redisUrl: undefined, databaseUrl: server.url, pool: pools.platform, logger });
  const runtime = createRuntime({ pools, signal, secretBox: createSecretBox('a secret of a benchmark that is long'), clock: systemClock, logger });
  try {
    await compare(pools, createBooking(runtime).services.discovery);
  } finally {
    await runtime.close();
    await signal.close();
    await pools.end();
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
