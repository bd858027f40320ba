import type { Client } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ClientRow = Client;

export const CLIENT_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export interface NewClientRow {
  readonly id: string;
  readonly userId: string | null;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly createdAt: Date;
}

export const findClientsByIds = (db: TenantDb, ids: readonly string[]): Promise<ClientRow[]> =>
  db.client.findMany({ where: { id: { in: [...ids] } } });

export const findClientsOfUsers = (db: TenantDb, userIds: readonly string[]): Promise<ClientRow[]> =>
  db.client.findMany({ where: { userId: { in: [...userIds] } } });

export function findClientsPage(db: TenantDb, page: Page): Promise<ClientRow[]> {
  return db.client.findMany(keysetQuery(page, CLIENT_SORT));
}

/** @returns the record as it is now; null when there is none */
export async function updateClient(
  db: TenantDb,
  id: string,
  change: { readonly displayName?: string; readonly email?: string | null; readonly phone?: string | null },
): Promise<ClientRow | null> {
  const [row] = await db.client.updateManyAndReturn({ where: { id }, data: change });
  return row ?? null;
}

/** Puts one address of a person's in another's place, where that is the one on record. */
export async function moveClientAddress(db: TenantDb, userId: string, from: string, to: string): Promise<void> {
  await db.client.updateMany({ where: { userId, email: from }, data: { email: to } });
}

/**
 * Keeps a record of a person, one for each user. Where there is one already, only what it lacks is filled in.
 * @returns whether the record is new or knows more than before
 */
export async function keepClient(
  db: TenantDb,
  client: NewClientRow,
): Promise<{ readonly client: ClientRow; readonly created: boolean; readonly changed: boolean }> {
  const { userId } = client;
  const [created] = await db.client.createManyAndReturn({ data: [client], skipDuplicates: true });
  if (created || userId === null) {
    const kept = created ?? (await db.client.findFirstOrThrow({ where: { id: client.id } }));
    return { client: kept, created: created !== undefined, changed: true };
  }
  const { displayName, email, phone } = client;
  const filled = await db.$executeRaw`
    UPDATE booking.client
    SET display_name = coalesce(display_name, ${displayName}), email = coalesce(email, ${email}),
        phone = coalesce(phone, ${phone}), updated_at = now()
    WHERE user_id = ${userId}::uuid
      AND (display_name, email, phone) IS DISTINCT FROM
          (coalesce(display_name, ${displayName}), coalesce(email, ${email}), coalesce(phone, ${phone}))`;
  return { client: await db.client.findFirstOrThrow({ where: { userId } }), created: false, changed: filled > 0 };
}
