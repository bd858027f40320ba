import { Temporal } from 'temporal-polyfill';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs, type SortKey } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { AvailabilityService } from '../availability/availability.service.js';
import type { CatalogueService } from '../catalogue/catalogue.service.js';
import { findLocationsByIds, type LocationRow } from '../resource/resource.store.js';
import { discoverySchema, MOST_HITS, type DiscoverySort, type Near } from './discovery.js';
import { findCompletions, findCorrections, findHits, meaningsOf, placeLocation, wordsIn, type Hit } from './discovery.store.js';

export interface Discovery extends PageArgs {
  readonly query?: string | null | undefined;
  readonly near?: Near | null | undefined;
  /** Minor units. */
  readonly highestPrice?: number | null | undefined;
  readonly lowestRating?: number | null | undefined;
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
const COMPLETIONS = 10;
/** No window of slots is longer, in days. */
const LOOK_AHEAD = 28;
/** Services of one provider that are looked at for a free start. */
const SERVICES_LOOKED_AT = 5;

export function createDiscoveryService(parts: {
  readonly tenants: TenantDatabase;
  readonly availability: Pick<AvailabilityService, 'search'>;
  readonly catalogue: Pick<CatalogueService, 'offeringsOf'>;
}): DiscoveryService {
  const { tenants, availability, catalogue } = parts;
  return {
    async discover(context, { sort, query, near, highestPrice, lowestRating, ...args }) {
      const wanted = validate(discoverySchema, { query, near, highestPrice, lowestRating });
      const page = pageOf(args, HIT_SORT);
      const from = page.from === null ? null : Number(page.from[0]);
      const most = page.direction === 'forward' ? Math.min(MOST_HITS, (from ?? -1) + page.limit + 2) : MOST_HITS;
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
      const placed = hits.map((hit, place) => ({ hit, place }));
      const isAhead = page.direction === 'forward';
      const rest = placed.filter(({ place }) => from === null || (isAhead ? place > from : place < from));
      const rows = (isAhead ? rest : rest.reverse()).slice(0, page.limit + 1);
      const { edges, pageInfo } = connectionOf(page, rows, ({ place }) => [place]);
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

    async nextFree(context, providerId) {
      const offerings = (await catalogue.offeringsOf(context, providerId)).slice(0, SERVICES_LOOKED_AT);
      const from = Temporal.Instant.fromEpochMilliseconds(context.clock.now().getTime())
        .toZonedDateTimeISO(context.tenant.timeZone)
        .toPlainDate()
        .subtract({ days: 1 })
        .toString();
      const firsts = await Promise.all(
        offerings.map(({ serviceId }) => availability.search(context, { serviceId, providerId, from, days: LOOK_AHEAD, first: 1 })),
      );
      const starts = firsts.flatMap((found) => found?.edges.map(({ node }) => node.startsAt.getTime()) ?? []);
      return starts.length === 0 ? null : new Date(Math.min(...starts));
    },

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
