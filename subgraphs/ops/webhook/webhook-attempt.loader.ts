import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import { findAttempts, type WebhookAttemptRow } from './webhook-delivery.store.js';

/** Attempts by delivery, in order. */
export type WebhookAttemptLoader = LoaderDefinition<string, readonly WebhookAttemptRow[]>;

export const createWebhookAttemptLoader = ({ tenants, platform }: Database): WebhookAttemptLoader => ({
  name: 'webhookAttemptsByDelivery',
  batch: async (context, deliveryIds) => {
    const db = context.principal.kind === 'platform' ? platform.db : tenants.of(context);
    const rows = await findAttempts(db, deliveryIds);
    return deliveryIds.map((id) => rows.filter(({ deliveryId }) => deliveryId === id));
  },
});
