import type { LoyaltyAccount, LoyaltyEntry } from '../../../prisma/generated/client.js';
import type { Page, SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { PointsHeld } from './loyalty.js';

export type LoyaltyAccountRow = LoyaltyAccount;
export type LoyaltyEntryRow = LoyaltyEntry;

export const ENTRY_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewAccount {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string | null;
  readonly createdAt: Date;
}

/** What changing an account takes to know of it. */
export interface HeldAccount extends PointsHeld {
  readonly id: string;
  readonly userId: string | null;
}

export const findAccountsOfClients = (db: TenantDb, clientIds: readonly string[]): Promise<LoyaltyAccountRow[]> =>
  db.loyaltyAccount.findMany({ where: { clientId: { in: [...clientIds] } } });

export const findAccountsOfUsers = (db: TenantDb, userIds: readonly string[]): Promise<LoyaltyAccountRow[]> =>
  db.loyaltyAccount.findMany({ where: { userId: { in: [...userIds] } } });

/**
 * Opens a client's account, or finds the one there is and learns who its client is. Locks it until the
 * transaction ends.
 */
export async function openAccount(db: TenantDb, account: NewAccount): Promise<HeldAccount> {
  const { id, clientId, userId, createdAt } = account;
  const rows = await db.$queryRaw<HeldAccount[]>`
    INSERT INTO marketing.loyalty_account AS held (id, client_id, user_id, created_at, updated_at)
    VALUES (${id}::uuid, ${clientId}::uuid, ${userId}::uuid, ${createdAt}, ${createdAt})
    ON CONFLICT (tenant_id, client_id) DO UPDATE SET user_id = coalesce(held.user_id, excluded.user_id)
    RETURNING id, user_id AS "userId", points, lifetime_points AS "lifetimePoints"`;
  const opened = rows[0];
  if (!opened) throw new Error('an upsert answered no row');
  return opened;
}

/** Locks a client's account until the transaction ends, so that no two changes see the same balance. */
export async function lockAccountOfClient(db: TenantDb, clientId: string): Promise<HeldAccount | null> {
  const rows = await db.$queryRaw<HeldAccount[]>`
    SELECT id, user_id AS "userId", points, lifetime_points AS "lifetimePoints"
    FROM marketing.loyalty_account WHERE client_id = ${clientId}::uuid FOR UPDATE`;
  return rows[0] ?? null;
}

/** @returns false when an entry of that source is there already; then nothing was written */
export async function insertEntry(db: TenantDb, entry: Omit<LoyaltyEntryRow, 'tenantId'>): Promise<boolean> {
  const { count } = await db.loyaltyEntry.createMany({ data: [entry], skipDuplicates: true });
  return count > 0;
}

export async function setPoints(db: TenantDb, accountId: string, held: PointsHeld, now: Date): Promise<void> {
  const { points, lifetimePoints } = held;
  await db.loyaltyAccount.updateMany({ where: { id: accountId }, data: { points, lifetimePoints, updatedAt: now } });
}

/** A page of each account's entries, newest first. */
export function findEntriesOfAccounts(
  db: TenantDb,
  accountIds: readonly string[],
  { direction, from, limit }: Page,
): Promise<LoyaltyEntryRow[]> {
  const [at, id] = from ? [new Date(String(from[0])), String(from[1])] : [null, null];
  if (direction === 'forward') {
    return db.$queryRaw<LoyaltyEntryRow[]>`
      SELECT entry.* FROM unnest(${accountIds}::uuid[]) AS wanted (account_id) CROSS JOIN LATERAL (
        SELECT tenant_id AS "tenantId", id, account_id AS "accountId", reason::text, points, source,
               booking_id AS "bookingId", note, actor_id AS "actorId", created_at AS "createdAt"
        FROM marketing.loyalty_entry AS e
        WHERE e.account_id = wanted.account_id
          AND (${at}::timestamptz IS NULL OR (e.created_at, e.id) < (${at}::timestamptz, ${id}::uuid))
        ORDER BY e.created_at DESC, e.id DESC LIMIT ${limit + 1}) AS entry
      ORDER BY entry."createdAt" DESC, entry.id DESC`;
  }
  return db.$queryRaw<LoyaltyEntryRow[]>`
    SELECT entry.* FROM unnest(${accountIds}::uuid[]) AS wanted (account_id) CROSS JOIN LATERAL (
      SELECT tenant_id AS "tenantId", id, account_id AS "accountId", reason::text, points, source,
             booking_id AS "bookingId", note, actor_id AS "actorId", created_at AS "createdAt"
      FROM marketing.loyalty_entry AS e
      WHERE e.account_id = wanted.account_id
        AND (${at}::timestamptz IS NULL OR (e.created_at, e.id) > (${at}::timestamptz, ${id}::uuid))
      ORDER BY e.created_at, e.id LIMIT ${limit + 1}) AS entry
    ORDER BY entry."createdAt", entry.id`;
}
