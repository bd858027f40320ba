import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { groupByKey, inKeyOrder, type LoaderDefinition, type TenantLoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findClientsByIds } from '../client/client.store.js';
import { bookingResource } from './reservation-policy.js';
import {
  findBookingsByIds,
  findHolds,
  findStatusChanges,
  type BookingHoldRow,
  type BookingRow,
  type BookingStatusChangeRow,
} from './reservation.store.js';

export interface ReservationLoaders {
  /** Null for an unknown one, and for one that whoever asks may not see. */
  readonly visibleById: LoaderDefinition<string, BookingRow | null>;
  readonly holdOf: TenantLoaderDefinition<string, BookingHoldRow | null>;
  readonly historyOf: TenantLoaderDefinition<string, BookingStatusChangeRow[]>;
}

/** Whoever asks: only to be looked at behind the policies. */
const rowById = (tenants: TenantDatabase): TenantLoaderDefinition<string, BookingRow | null> => ({
  name: 'bookingById',
  ofTenant: true,
  batch: async (context, ids) => inKeyOrder(ids, await findBookingsByIds(tenants.of(context), ids), (row) => row.id),
});

export function createReservationLoaders(tenants: TenantDatabase, policies: TenantPolicies): ReservationLoaders {
  const anyById = rowById(tenants);
  return {
    visibleById: {
      name: 'visibleBookingById',
      async batch(context, ids) {
        const loaded = context.loaders.of(context, anyById).loadMany(ids);
        const [found, judge] = await Promise.all([loaded, policies.of(context)]);
        const rows = found.flatMap((row) => {
          if (row instanceof Error) throw row;
          return row ?? [];
        });
        const clients = judge.looksAtRows('booking:read', 'Booking')
          ? await findClientsByIds(tenants.of(context), [...new Set(rows.map(({ clientId }) => clientId))])
          : [];
        const owners = new Map(clients.map(({ id, userId }) => [id, userId]));
        const decisions = judge.decideAll(
          'booking:read',
          rows.map((row) => bookingResource(row, owners.get(row.clientId) ?? null)),
        );
        const visible = rows.filter((_row, at) => decisions[at]?.allowed === true);
        return inKeyOrder(ids, visible, (row) => row.id);
      },
    },
    holdOf: {
      name: 'holdByBookingId',
      ofTenant: true,
      batch: async (context, ids) =>
        inKeyOrder(ids, await findHolds(tenants.of(context), ids), (row) => row.bookingId),
    },
    historyOf: {
      name: 'statusChangesByBookingId',
      ofTenant: true,
      batch: async (context, ids) =>
        groupByKey(ids, await findStatusChanges(tenants.of(context), ids), (row) => row.bookingId),
    },
  };
}
