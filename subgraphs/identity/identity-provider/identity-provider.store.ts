import type { IdentityProvider, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type IdentityProviderRow = IdentityProvider;

/** Oldest first. */
export const IDENTITY_PROVIDER_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const insertProvider = (db: TenantDb, row: Prisma.IdentityProviderUncheckedCreateInput): Promise<IdentityProviderRow> =>
  db.identityProvider.create({ data: row });

export function findProvidersPage(db: TenantDb, page: Page): Promise<IdentityProviderRow[]> {
  return db.identityProvider.findMany(keysetQuery(page, IDENTITY_PROVIDER_SORT));
}

export const findProvider = (db: TenantDb, id: string): Promise<IdentityProviderRow | null> =>
  db.identityProvider.findFirst({ where: { id } });

export const findEnabledProviders = (db: TenantDb): Promise<IdentityProviderRow[]> =>
  db.identityProvider.findMany({ where: { enabled: true }, orderBy: { name: 'asc' }, take: 50 });

export async function updateProvider(
  db: TenantDb,
  id: string,
  changes: Prisma.IdentityProviderUpdateManyMutationInput,
): Promise<IdentityProviderRow | null> {
  const rows = await db.identityProvider.updateManyAndReturn({ where: { id }, data: changes });
  return rows[0] ?? null;
}

/** With all that people began and linked there. @returns null when it is unknown */
export async function deleteProvider(db: TenantDb, id: string): Promise<IdentityProviderRow | null> {
  const row = await findProvider(db, id);
  if (row) await db.identityProvider.deleteMany({ where: { id } });
  return row;
}

/** Whether the company has shown that a domain is its own. */
export async function isVerifiedDomain(db: TenantDb, domain: string): Promise<boolean> {
  return (await db.verifiedEmailDomain.count({ where: { domain } })) > 0;
}

export async function rememberVerifiedDomain(db: TenantDb, domain: string, verifiedAt: Date): Promise<void> {
  await db.verifiedEmailDomain.createMany({ data: [{ domain, verifiedAt }], skipDuplicates: true });
}

export async function forgetVerifiedDomain(db: TenantDb, domain: string): Promise<void> {
  await db.verifiedEmailDomain.deleteMany({ where: { domain } });
}
