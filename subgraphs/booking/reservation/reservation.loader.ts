import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import {
  findBookingsByIds,
  findHolds,
  findStatusChanges,
  type BookingHoldRow,
  type BookingRow,
  type BookingStatusChangeRow,
} from './reservation.store.js';

export interface ReservationLoaders {
  readonly byId: LoaderDefinition<string, BookingRow | null>;
  readonly holdOf: LoaderDefinition<string, BookingHoldRow | null>;
  readonly historyOf: LoaderDefinition<string, BookingStatusChangeRow[]>;
}

export const createReservationLoaders = (tenants: TenantDatabase): ReservationLoaders => ({
  byId: {
    name: 'bookingById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findBookingsByIds(tenants.of(context), ids), (row) => row.id),
  },
  holdOf: {
    name: 'holdByBookingId',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findHolds(tenants.of(context), ids), (row) => row.bookingId),
  },
  historyOf: {
    name: 'statusChangesByBookingId',
    batch: async (context, ids) =>
      groupByKey(ids, await findStatusChanges(tenants.of(context), ids), (row) => row.bookingId),
  },
});
