import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findNotificationsByIds, type NotificationRow } from './notification.store.js';

/** By id, those of whoever asks; null for anybody else's. */
export type NotificationLoader = LoaderDefinition<string, NotificationRow | null>;

export const createNotificationLoader = (tenants: TenantDatabase): NotificationLoader => ({
  name: 'notificationById',
  batch: async (context, ids) => {
    const { principal } = context;
    if (principal.kind !== 'member') return ids.map(() => null);
    const rows = await findNotificationsByIds(tenants.of(context), principal.userId, ids);
    return inKeyOrder(ids, rows, (row) => row.id);
  },
});
