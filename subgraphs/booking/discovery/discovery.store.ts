import { joined, named, nothing, sql, type Sql } from '../../_kernel/tenancy/sql.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { cellsAround, qualityOf, type DiscoverySort, type Near } from './discovery.js';

/** A provider that was found. */
export interface Hit {
  readonly providerId: string;
  /** Minor units; null where she does nothing. */
  readonly lowestPrice: number | null;
  /** Mean of her ratings; null before there are any. */
  readonly rating: number | null;
  readonly reviews: number;
  /** Null where no place was asked for. */
  readonly distanceKm: number | null;
}

export interface Wanted {
  /** For each word that was typed, those of which a listing must have one. */
  readonly words: readonly (readonly string[])[];
  readonly near: Near | null;
  readonly highestPrice: number | null;
  readonly lowestRating: number | null;
  readonly sort: DiscoverySort;
  /** How many are wanted, best first. */
  readonly most: number;
}

/** Of a word that very many have, the best of them are looked at. */
const MOST_LOOKED_AT = 1_000;
/** What a word may weigh: in a name, in a service, in what somebody says of herself. */
const WEIGHTS = [3, 2, 1];
/** How many listings with a word are counted, and read to be compared with those of another. */
const MOST_COUNTED = 10_000;
/** Words of a company that are looked at before those that stand in no listing any more are left out. */
const MOST_TERMS = 60;
const MOST_COMPLETIONS = 20;
const MOST_CORRECTIONS = 3;
/** Trigrams that words must have in common of all they have, to be taken for the same one misspelt. */
const LEAST_LIKENESS = 0.3;

/** Behind every word that begins with another, whatever follows. */
const LAST = '\u{10FFFF}';

/** The words of a text as they are searched for, and the one at its end that somebody may still be typing. */
export async function wordsIn(db: TenantDb, said: string): Promise<{ readonly words: readonly string[]; readonly last: string | undefined }> {
  const ending = /\S*$/.exec(said)?.[0] ?? '';
  const [found] = await db.$queryRaw<{ words: string[]; endings: string[] }[]>`
    SELECT ARRAY(SELECT booking.words_of(${said})) AS words, ARRAY(SELECT booking.words_of(${ending})) AS endings`;
  const { words = [], endings = [] } = found ?? {};
  return { words, last: endings.length === 1 ? endings[0] : undefined };
}

/** Words of listings that begin with this one, the word itself first. */
export async function findCompletions(db: TenantDb, word: string, most = MOST_COMPLETIONS): Promise<string[]> {
  const rows = await db.$queryRaw<{ word: string }[]>`
    SELECT begun.word FROM (
      SELECT word FROM booking.listing_term WHERE word >= ${word} AND word < ${word + LAST}
      ORDER BY word LIMIT ${MOST_TERMS}
    ) AS begun
    CROSS JOIN LATERAL (SELECT 1 FROM booking.listing_word AS w WHERE w.word = begun.word LIMIT 1) AS standing
    ORDER BY begun.word LIMIT ${most}`;
  return rows.map((row) => row.word);
}

const isKnown = async (db: TenantDb, word: string): Promise<boolean> =>
  (await db.$queryRaw<unknown[]>`SELECT 1 FROM booking.listing_word WHERE word = ${word} LIMIT 1`).length > 0;

/** Words of listings that are spelt alike, the likest first. Few trigrams in common make nothing alike, and are left out early. */
export async function findCorrections(db: TenantDb, word: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ word: string }[]>`
    SELECT alike.word FROM (
      SELECT near.word, shared / (cardinality(show_trgm(${word})) + cardinality(show_trgm(near.word)) - shared) AS likeness
      FROM (
        SELECT t.word, count(*)::real AS shared FROM booking.listing_term_trigram AS t
        WHERE t.trigram = ANY(show_trgm(${word}))
        GROUP BY t.word HAVING count(*) >= ${LEAST_LIKENESS}::float8 * cardinality(show_trgm(${word}))
      ) AS near
      ORDER BY likeness DESC, near.word LIMIT ${MOST_TERMS}
    ) AS alike
    CROSS JOIN LATERAL (SELECT 1 FROM booking.listing_word AS w WHERE w.word = alike.word LIMIT 1) AS standing
    WHERE likeness >= ${LEAST_LIKENESS}
    ORDER BY likeness DESC, alike.word LIMIT ${MOST_CORRECTIONS}`;
  return rows.map((row) => row.word);
}

/** The words of listings that somebody may mean by one. @param isBeginning whether she may be about to type on */
export async function meaningsOf(db: TenantDb, word: string, isBeginning: boolean): Promise<string[]> {
  const exact = isBeginning ? await findCompletions(db, word) : (await isKnown(db, word)) ? [word] : [];
  return exact.length > 0 ? exact : findCorrections(db, word);
}

/** How many listings have one of the words; no further than matters. */
async function countOf(db: TenantDb, words: readonly string[]): Promise<number> {
  const rows = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM booking.listing_word WHERE word = ANY(${[...words]}) LIMIT ${MOST_COUNTED + 1}
    ) AS sample`;
  return rows[0]?.count ?? 0;
}

const ORDERS: Readonly<Record<DiscoverySort, Sql>> = {
  RELEVANCE: sql`weight DESC, quality DESC`,
  RATING: sql`quality DESC`,
  PRICE: sql`"lowestPrice" ASC NULLS LAST, quality DESC`,
  // What is found is put in that order afterwards: no index knows when somebody is free.
  NEXT_FREE: sql`weight DESC, quality DESC`,
  DISTANCE: sql`"distanceKm" ASC NULLS LAST, quality DESC`,
};

/** Words of which a listing must have one, and how many listings have; counted no further than matters. */
interface Meant {
  readonly words: readonly string[];
  readonly count: number;
}

/**
 * The weight of the words of which a listing must have one. Where few have them they are read in one go, as they
 * stand side by side in the index; otherwise each listing is looked up by itself.
 */
const havingOneOf = ({ words, count }: Meant, at: number): Sql => {
  const name = named(`also${at}`);
  if (count <= MOST_COUNTED) {
    return sql`JOIN (
      SELECT w.provider_id, max(w.weight) AS weight FROM booking.listing_word AS w WHERE w.word = ANY(${[...words]}) GROUP BY w.provider_id
    ) AS ${name} ON ${name}.provider_id = l.provider_id`;
  }
  return sql`CROSS JOIN LATERAL (
    SELECT max(w.weight) AS weight FROM booking.listing_word AS w
    WHERE w.provider_id = l.provider_id AND w.word = ANY(${[...words]})
    HAVING count(*) > 0
  ) AS ${name}`;
};

/** The same for each of several words. */
const havingAll = (others: readonly Meant[]): Sql =>
  others.length === 0 ? nothing : joined(others.map(havingOneOf), ' ');

/** What a listing's words weigh together. */
const weightWith = (others: readonly Meant[]): Sql =>
  joined([sql`l.weight`, ...others.map((_words, at) => sql`${named(`also${at}`)}.weight`)], ' + ');

/** Whether what is best by its words and its ratings is best. */
const isByWords = ({ sort }: Pick<Wanted, 'sort'>): boolean => sort === 'RELEVANCE' || sort === 'NEXT_FREE';

/** Those with one of the words, each word read in the order of the index, and no further than wanted. */
function havingRarest(wanted: Wanted, rarest: readonly string[], most: number): Sql {
  const words = sql`unnest(${[...rarest]}::text[]) AS asked(word)`;
  const found = isByWords(wanted)
    ? sql`${words} CROSS JOIN LATERAL (
        SELECT w.provider_id, w.weight, w.quality FROM booking.listing_word AS w WHERE w.word = asked.word
        ORDER BY w.weight DESC, w.quality DESC, w.provider_id LIMIT ${most}
      ) AS found`
    : sql`${words} CROSS JOIN unnest(${WEIGHTS}::smallint[]) AS ranked(weight) CROSS JOIN LATERAL (
        SELECT w.provider_id, w.weight, w.quality FROM booking.listing_word AS w
        WHERE w.word = asked.word AND w.weight = ranked.weight
        ORDER BY w.quality DESC, w.provider_id LIMIT ${most}
      ) AS found`;
  return sql`(
    SELECT found.provider_id, max(found.weight) AS weight, max(found.quality) AS quality FROM ${found} GROUP BY found.provider_id
  )`;
}

/** Listings from which those that fit are picked: around a place, with all of the words, or the best of all. */
function sourceOf(wanted: Wanted, rarest: readonly string[] | undefined, others: readonly Meant[]): Sql {
  const { near, highestPrice, lowestRating, sort, most } = wanted;
  const isByQuality = sort === 'RATING' || isByWords(wanted);
  if (near) return sql`(SELECT *, 0 AS weight FROM booking.listing WHERE cell = ANY(${[...cellsAround(near)]}::int[])) AS l`;
  if (rarest) {
    // Nothing else is asked for: the best by their words are the best.
    const isFinal = isByQuality && highestPrice === null && lowestRating === null;
    const read = isFinal && others.length === 0 ? most : MOST_LOOKED_AT;
    return sql`(
      SELECT candidate.weight, known.* FROM (
        SELECT l.provider_id, ${weightWith(others)} AS weight, l.quality
        FROM ${havingRarest(wanted, rarest, read)} AS l ${havingAll(others)}
        ORDER BY ${isByWords(wanted) ? ORDERS.RELEVANCE : ORDERS.RATING}, l.provider_id
        LIMIT ${isFinal ? most : MOST_LOOKED_AT * MOST_COMPLETIONS}
      ) AS candidate
      CROSS JOIN LATERAL (SELECT * FROM booking.listing WHERE provider_id = candidate.provider_id LIMIT 1) AS known
    ) AS l`;
  }
  const fits = fitting(highestPrice, lowestRating);
  return sql`(
    SELECT *, 0 AS weight FROM booking.listing AS l WHERE shown AND ${fits} ORDER BY quality DESC, provider_id
    LIMIT ${isByQuality ? most : MOST_LOOKED_AT}
  ) AS l`;
}

const fitting = (highestPrice: number | null, lowestRating: number | null): Sql =>
  joined(
    [
      sql`true`,
      ...(highestPrice === null ? [] : [sql`l.lowest_price <= ${highestPrice}`]),
      ...(lowestRating === null ? [] : [sql`l.rating_sum >= ${lowestRating}::float8 * l.reviews AND l.reviews > 0`]),
    ],
    ' AND ',
  );

const distanceFrom = (near: Near | null): Sql =>
  near
    ? sql`2 * 6371 * asin(least(1, sqrt(
        power(sin(radians(l.latitude - ${near.latitude}::float8) / 2), 2) + cos(radians(${near.latitude}::float8))
        * cos(radians(l.latitude)) * power(sin(radians(l.longitude - ${near.longitude}::float8) / 2), 2))))`
    : sql`NULL::float8`;

/** Providers that fit, best first; as many as anybody reads. */
export async function findHits(db: TenantDb, wanted: Wanted): Promise<Hit[]> {
  const { words, near, highestPrice, lowestRating, sort, most } = wanted;
  if (words.some((meant) => meant.length === 0)) return [];
  // Around a place there are few enough to ask each; elsewhere the source has asked already.
  const mustCount = !near && words.length > 1;
  const meant = await Promise.all(
    words.map(async (one): Promise<Meant> => ({ words: one, count: mustCount ? await countOf(db, one) : Number.POSITIVE_INFINITY })),
  );
  const [rarest, ...others] = meant.toSorted((a, b) => (a.count < b.count ? -1 : Number(a.count > b.count)));
  const askedLast = near ? meant : [];
  const distance = distanceFrom(near);
  const conditions = joined(
    [
      sql`l.shown AND ${fitting(highestPrice, lowestRating)}`,
      ...(near ? [sql`${distance} <= ${near.withinKm}::float8`] : []),
    ],
    ' AND ',
  );
  return db.$queryRaw<Hit[]>`
    SELECT l.provider_id::text AS "providerId", l.lowest_price::float8 AS "lowestPrice", l.reviews, l.quality,
           CASE WHEN l.reviews > 0 THEN l.rating_sum::float8 / l.reviews END AS rating,
           ${distance} AS "distanceKm", ${weightWith(askedLast)} AS weight
    FROM ${sourceOf(wanted, rarest?.words, others)} ${havingAll(askedLast)}
    WHERE ${conditions}
    ORDER BY ${ORDERS[sort]}, "providerId" LIMIT ${most}`;
}

/** Counts a rating in. */
export async function addRating(db: TenantDb, providerId: string, rating: number): Promise<void> {
  const [known] = await db.$queryRaw<{ sum: number; reviews: number }[]>`
    UPDATE booking.listing SET rating_sum = rating_sum + ${rating}::int, reviews = reviews + 1
    WHERE provider_id = ${providerId}::uuid RETURNING rating_sum AS sum, reviews`;
  if (!known) return;
  const quality = qualityOf(known.sum, known.reviews);
  await db.listing.updateMany({ where: { providerId }, data: { quality } });
  await db.listingWord.updateMany({ where: { providerId }, data: { quality } });
}

/** @returns whether there is such a location */
export const placeLocation = async (db: TenantDb, id: string, place: { readonly latitude: number; readonly longitude: number }): Promise<boolean> =>
  (await db.location.updateMany({ where: { id }, data: place })).count > 0;
