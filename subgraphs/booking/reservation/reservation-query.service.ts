import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { requireFeature } from '../../_kernel/flags/plan-feature.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { ClientService } from '../client/client.service.js';
import type { ReservationLoaders } from './reservation.loader.js';
import { bookingsLeftBy } from './reservation-policy.js';
import {
  BOOKING_SORT,
  findBookingsOfClientPage,
  findBookingsPage,
  OWN_BOOKING_SORT,
  type BookingFilter,
  type BookingRow,
  type BookingStatusChangeRow,
} from './reservation.store.js';

export interface ReservationQueryService {
  /** Your own, and with `appointments:read` anybody's, as policies leave it; null for what you may not see. */
  find(context: RequestContext, id: string): Promise<BookingRow | null>;
  /** Earliest start first. @throws {ForbiddenError} without `appointments:read` */
  list(context: RequestContext, args: PageArgs, filter: BookingFilter): Promise<Connection<BookingRow>>;
  /**
   * Your own, latest start first.
   * @throws {UnauthenticatedError}
   * @throws {ForbiddenError} FEATURE_NOT_IN_PLAN where clients see nothing of their bookings
   */
  mine(context: RequestContext, args: PageArgs): Promise<Connection<BookingRow>>;
  /** Every state a booking has been in, oldest first. */
  historyOf(context: RequestContext, bookingId: string): Promise<readonly BookingStatusChangeRow[]>;
  /** Until when a booking waits for its payment; null when it does not wait. */
  heldUntil(context: RequestContext, bookingId: string): Promise<Date | null>;
}

export function createReservationQueryService(parts: {
  readonly tenants: TenantDatabase;
  readonly loaders: ReservationLoaders;
  readonly clients: ClientService;
  readonly policies: TenantPolicies;
  readonly flags: Pick<Flags, 'isOn'>;
}): ReservationQueryService {
  const { tenants, loaders, clients, policies, flags } = parts;

  const visibleTo = async (context: RequestContext) =>
    bookingsLeftBy((await policies.of(context)).rowFilter('booking:read', 'Booking'));

  return {
    find: (context, id) => context.loaders.of(context, loaders.visibleById).load(id),
    async list(context, args, filter) {
      requirePermission(context, 'appointments:read');
      const page = pageOf(args, BOOKING_SORT);
      const rows = await findBookingsPage(tenants.of(context), { ...filter, visible: await visibleTo(context) }, page);
      return connectionOf(page, rows, (row) => [row.startsAt, row.id]);
    },
    async mine(context, args) {
      requireMember(context);
      requireFeature(flags, context, 'patient_portal');
      const page = pageOf(args, OWN_BOOKING_SORT);
      const client = await clients.own(context);
      const db = tenants.of(context);
      const rows = client ? await findBookingsOfClientPage(db, client.id, await visibleTo(context), page) : [];
      return connectionOf(page, rows, (row) => [row.startsAt, row.id]);
    },
    historyOf: (context, bookingId) => context.loaders.of(context, loaders.historyOf).load(bookingId),
    async heldUntil(context, bookingId) {
      const hold = await context.loaders.of(context, loaders.holdOf).load(bookingId);
      return hold?.expiresAt ?? null;
    },
  };
}
