import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findGroupMembers, findGroupsByIds, type BookingGroupRow } from './booking-group.store.js';

export interface BookingGroupLoaders {
  readonly byId: LoaderDefinition<string, BookingGroupRow | null>;
  /** Ids of bookings. */
  readonly membersOf: LoaderDefinition<string, string[]>;
}

export const createBookingGroupLoaders = (tenants: TenantDatabase): BookingGroupLoaders => ({
  byId: {
    name: 'bookingGroupById',
    batch: async (context, ids) => inKeyOrder(ids, await findGroupsByIds(tenants.of(context), ids), ({ id }) => id),
  },
  membersOf: {
    name: 'bookingIdsByGroupId',
    async batch(context, ids) {
      const members = await findGroupMembers(tenants.of(context), ids);
      return groupByKey(ids, members, ({ groupId }) => groupId ?? '').map((all) => all.map(({ id }) => id));
    },
  },
});
