import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
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
  readonly holdOf: LoaderDefinition<string, BookingHoldRow | null>;
  readonly historyOf: LoaderDefinition<string, BookingStatusChangeRow[]>;
}

export const createReservationLoaders = (tenants: TenantDatabase, policies: TenantPolicies): ReservationLoaders => ({
  visibleById: {
    name: 'visibleBookingById',
    async batch(context, ids) {
      const db = tenants.of(context);
      const [rows, judge] = await Promise.all([findBookingsByIds(db, ids), policies.of(context)]);
      const clients = judge.looksAtRows('booking:read', 'Booking')
        ? await findClientsByIds(db, [...new Set(rows.map(({ clientId }) => clientId))])
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
    batch: async (context, ids) =>
      inKeyOrder(ids, await findHolds(tenants.of(context), ids), (row) => row.bookingId),
  },
  historyOf: {
    name: 'statusChangesByBookingId',
    batch: async (context, ids) =>
      groupByKey(ids, await findStatusChanges(tenants.of(context), ids), (row) => row.bookingId),
  },
});
