import type { OidcClient, Prisma } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type OidcClientRow = OidcClient;

/** @returns null when there is one of that name */
export async function insertOidcClient(
  db: TenantDb,
  client: Prisma.OidcClientUncheckedCreateInput & Prisma.OidcClientCreateManyInput,
): Promise<OidcClientRow | null> {
  const rows = await db.oidcClient.createManyAndReturn({ data: [client], skipDuplicates: true });
  return rows[0] ?? null;
}

export const findOidcClients = (db: TenantDb): Promise<OidcClientRow[]> =>
  db.oidcClient.findMany({ orderBy: { name: 'asc' }, take: 500 });

export const findOidcClient = (db: TenantDb, id: string): Promise<OidcClientRow | null> =>
  db.oidcClient.findFirst({ where: { id } });

export const findOidcClientByName = (db: TenantDb, name: string): Promise<OidcClientRow | null> =>
  db.oidcClient.findFirst({ where: { name } });

export async function updateOidcClient(
  db: TenantDb,
  id: string,
  changes: Prisma.OidcClientUncheckedUpdateManyInput,
): Promise<OidcClientRow | null> {
  const rows = await db.oidcClient.updateManyAndReturn({ where: { id }, data: changes });
  return rows[0] ?? null;
}

/** The clients that act as a service account. @returns what they were */
export async function deleteOidcClientsOf(db: TenantDb, serviceAccountId: string): Promise<OidcClientRow[]> {
  const clients = await db.oidcClient.findMany({ where: { serviceAccountId } });
  await db.oidcClient.deleteMany({ where: { serviceAccountId } });
  return clients;
}

/** Its consents and grants go with it. @returns what it was */
export async function deleteOidcClient(db: TenantDb, id: string): Promise<OidcClientRow | null> {
  const client = await findOidcClient(db, id);
  const { count } = await db.oidcClient.deleteMany({ where: { id } });
  return count > 0 ? client : null;
}
