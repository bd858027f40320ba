import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { connectionOfAll, pageOf, risingKeys, type Connection, type PageArgs, type SortKey } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { findLocationsByIds, type LocationRow } from '../resource/resource.store.js';
import { discoverySchema, MOST_HITS, type DiscoverySort, type Near } from './discovery.js';
import { findCompletions, findCorrections, findHits, meaningsOf, placeLocation, wordsIn, type Hit } from './discovery.store.js';
import type { NextFreeLoader } from './next-free.js';

export interface Discovery extends PageArgs {
  readonly query?: string | null | undefined;
  readonly near?: Near | null | undefined;
  /** Minor units. */
  readonly highestPrice?: number | null | undefined;
  readonly lowestRating?: number | null | undefined;
  /** Only those with something free as soon as that; up to 28. */
  readonly freeWithinDays?: number | null | undefined;
  readonly sort: DiscoverySort;
}

export interface DiscoveryService {
  /**
   * Providers of the company whom everybody may find, best first: those whose name, services or words of their own
   * have every word that was typed, or one that is spelt alike. The last word may still be being typed.
   * @throws {ValidationError}
   */
  discover(context: RequestContext, wanted: Discovery): Promise<Connection<Hit>>;
  /** What somebody may be about to type, ten at the most. @throws {ValidationError} */
  complete(context: RequestContext, typed: string): Promise<readonly string[]>;
  /** The next start within four weeks at which a provider can be booked for anything; null where there is none. */
  nextFree(context: RequestContext, providerId: string): Promise<Date | null>;
  /**
   * Says where a location is.
   * @throws {ForbiddenError} without `settings:update` @throws {ValidationError} @throws {NotFoundError}
   */
  placeLocation(context: RequestContext, id: string, place: { readonly latitude: number; readonly longitude: number }): Promise<LocationRow>;
}

const HIT_SORT: readonly SortKey[] = [{ field: 'place', order: 'asc', type: 'number' }];
const FREE_SORT: readonly SortKey[] = [
  { field: 'free', order: 'asc', type: 'number' },
  { field: 'providerId', order: 'asc', type: 'uuid' },
];
const COMPLETIONS = 10;
const DAY_MS = 86_400_000;

/** Behind every time. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** A hit, where it stands among all, and when she is next free, as epoch milliseconds. */
interface Placed {
  readonly hit: Hit;
  readonly place: number;
  readonly free: number;
}

const freeKey = ({ free, hit }: Placed): readonly [number, string] => [free, hit.providerId];

export function createDiscoveryService(parts: {
  readonly tenants: TenantDatabase;
  readonly nextFreeLoader: NextFreeLoader;
}): DiscoveryService {
  const { tenants, nextFreeLoader } = parts;

  /** Says of each when she is free, and leaves out who is not so soon. */
  const freeWithin = async (context: RequestContext, placed: readonly Placed[], days: number | null): Promise<Placed[]> => {
    const loader = context.loaders.of(context, nextFreeLoader);
    const starts = await Promise.all(placed.map(({ hit }) => loader.load(hit.providerId)));
    const known = placed.map((one, at) => ({ ...one, free: starts[at]?.getTime() ?? NEVER }));
    const latest = days === null ? NEVER : context.clock.now().getTime() + days * DAY_MS;
    return known.filter(({ free }) => free <= latest);
  };

  return {
    async discover(context, { sort, query, near, highestPrice, lowestRating, freeWithinDays, ...args }) {
      const wanted = validate(discoverySchema, { query, near, highestPrice, lowestRating, freeWithinDays });
      const page = pageOf(args, sort === 'NEXT_FREE' ? FREE_SORT : HIT_SORT);
      const from = page.from === null ? null : Number(page.from[0]);
      // When somebody is free is looked up for all of them, as the last may be the first.
      const asksTime = sort === 'NEXT_FREE' || wanted.freeWithinDays != null;
      const most = page.direction === 'forward' && !asksTime ? Math.min(MOST_HITS, (from ?? -1) + page.limit + 2) : MOST_HITS;
      const db = tenants.of(context);
      const { words, last } = await wordsIn(db, wanted.query ?? '');
      const meanings = await Promise.all(words.map((word) => meaningsOf(db, word, word === last)));
      const hits = await findHits(db, {
        words: meanings,
        near: wanted.near ?? null,
        highestPrice: wanted.highestPrice ?? null,
        lowestRating: wanted.lowestRating ?? null,
        sort,
        most,
      });
      const placed = hits.map((hit, place): Placed => ({ hit, place, free: NEVER }));
      const timely = asksTime ? await freeWithin(context, placed, wanted.freeWithinDays ?? null) : placed;
      const { edges, pageInfo } =
        sort === 'NEXT_FREE'
          ? connectionOfAll(page, timely.toSorted((a, b) => risingKeys(freeKey(a), freeKey(b))), freeKey, risingKeys)
          : connectionOfAll(page, timely, ({ place }) => [place], risingKeys);
      return { pageInfo, edges: edges.map(({ cursor, node }) => ({ cursor, node: node.hit })) };
    },

    async complete(context, typed) {
      const { query } = validate(discoverySchema, { query: typed });
      const text = query ?? '';
      const db = tenants.of(context);
      const { last } = await wordsIn(db, text);
      if (last === undefined) return [];
      const begun = await findCompletions(db, last, COMPLETIONS);
      const meant = begun.length > 0 ? begun : await findCorrections(db, last);
      const before = text.slice(0, text.length - (/\S*$/.exec(text)?.[0].length ?? 0));
      return meant.map((word) => before + word);
    },

    nextFree: (context, providerId) => context.loaders.of(context, nextFreeLoader).load(providerId),

    async placeLocation(context, id, place) {
      requirePermission(context, 'settings:update');
      validate(discoverySchema, { near: { ...place, withinKm: 1 } });
      return tenants.transaction(context, async (db) => {
        if (!(await placeLocation(db, id, place))) throw new NotFoundError('Location');
        const [location] = await findLocationsByIds(db, [id]);
        if (!location) throw new NotFoundError('Location');
        return location;
      });
    },
  };
}
