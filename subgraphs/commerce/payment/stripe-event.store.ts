import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/**
 * Notes that an event of the provider is being dealt with in this transaction. A second delivery waits for the first
 * one's end.
 * @returns false when it was dealt with before
 */
export async function insertStripeEvent(
  db: TenantDb,
  event: { readonly id: string; readonly type: string; readonly receivedAt: Date },
): Promise<boolean> {
  const { count } = await db.stripeEvent.createMany({ data: [event], skipDuplicates: true });
  return count > 0;
}
