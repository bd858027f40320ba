import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { findLocationsByIds } from '../resource/resource.store.js';
import { travelTimeSchema, usualTravelTimeSchema } from './travel.js';
import {
  findTravelTimesPage,
  findUsualTravelTime,
  putTravelTime,
  putUsualTravelTime,
  TRAVEL_SORT,
  type TravelTimeRow,
} from './travel.store.js';

export interface NewTravelTime {
  readonly fromLocationId: string;
  readonly toLocationId: string;
  /** Left to what is usual when left out. */
  readonly minutes?: number | null | undefined;
}

/** How long two places are apart, both ways. */
export type Way = Pick<TravelTimeRow, 'locationId' | 'otherLocationId' | 'minutes'>;

/**
 * How long it takes a provider to get from one place to another: so long she is neither offered nor booked between
 * bookings at both. Whatever is set here bears on what is offered from then on; what is booked stays booked.
 */
export interface TravelService {
  /** Between places for which nothing else is set, in minutes. @throws {ForbiddenError} as `list` does */
  usual(context: RequestContext): Promise<number>;
  /** @throws {ForbiddenError} without `appointments:read` or `settings:read` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<TravelTimeRow>>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError} location; @throws {ValidationError} */
  set(context: RequestContext, input: NewTravelTime): Promise<Way>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {ValidationError} */
  setUsual(context: RequestContext, minutes: number): Promise<void>;
}

export const createTravelService = ({ tenants }: { readonly tenants: TenantDatabase }): TravelService => ({
  async usual(context) {
    requirePermission(context, 'appointments:read', 'settings:read');
    return findUsualTravelTime(tenants.of(context));
  },
  async list(context, args) {
    requirePermission(context, 'appointments:read', 'settings:read');
    const page = pageOf(args, TRAVEL_SORT);
    const rows = await findTravelTimesPage(tenants.of(context), page);
    return connectionOf(page, rows, (row) => [row.locationId, row.otherLocationId]);
  },
  async set(context, input) {
    requirePermission(context, 'settings:update');
    const { fromLocationId, toLocationId, minutes = null } = validate(travelTimeSchema, input);
    return tenants.transaction(context, async (db) => {
      const places = await findLocationsByIds(db, [fromLocationId, toLocationId]);
      if (places.length < 2) throw new NotFoundError('Location');
      await putTravelTime(db, fromLocationId, toLocationId, minutes);
      const counts = minutes ?? (await findUsualTravelTime(db));
      return { locationId: fromLocationId, otherLocationId: toLocationId, minutes: counts };
    });
  },
  async setUsual(context, given) {
    requirePermission(context, 'settings:update');
    const { minutes } = validate(usualTravelTimeSchema, { minutes: given });
    await putUsualTravelTime(tenants.of(context), minutes);
  },
});
