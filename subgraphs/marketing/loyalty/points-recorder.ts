import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { afterChange, type PointsHeld } from './loyalty.js';
import { insertEntry, setPoints, type HeldAccount, type LoyaltyEntryRow } from './loyalty.store.js';

/**
 * Writes a change of points and the balance that follows from it, in the caller's transaction.
 * @param account locked by this transaction
 * @returns what the account holds then; null when the change's source was written before, and nothing was done
 */
export async function recordPoints(
  db: TenantDb,
  account: HeldAccount,
  entry: Omit<LoyaltyEntryRow, 'tenantId' | 'accountId'>,
): Promise<PointsHeld | null> {
  const isNew = await insertEntry(db, { ...entry, accountId: account.id });
  if (!isNew) return null;
  const held = afterChange(account, entry);
  await setPoints(db, account.id, held, entry.createdAt);
  return held;
}
