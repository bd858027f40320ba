import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findAttempts, type WebhookAttemptRow } from './webhook-delivery.store.js';

/** Attempts by delivery, in order. */
export type WebhookAttemptLoader = LoaderDefinition<string, readonly WebhookAttemptRow[]>;

export const createWebhookAttemptLoader = (tenants: TenantDatabase): WebhookAttemptLoader => ({
  name: 'webhookAttemptsByDelivery',
  batch: async (context, deliveryIds) => {
    const rows = await findAttempts(tenants.of(context), deliveryIds);
    return deliveryIds.map((id) => rows.filter(({ deliveryId }) => deliveryId === id));
  },
});
