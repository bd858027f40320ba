import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** A client as the provider knows her; null while it does not. */
export async function findCustomerRef(db: TenantDb, clientId: string): Promise<string | null> {
  const known = await db.payerCustomer.findFirst({ where: { clientId }, select: { providerRef: true } });
  return known?.providerRef ?? null;
}

/** @returns the one that was kept first, should two have been made at once */
export async function keepCustomerRef(db: TenantDb, clientId: string, providerRef: string): Promise<string> {
  await db.payerCustomer.createMany({ data: [{ clientId, providerRef }], skipDuplicates: true });
  return (await findCustomerRef(db, clientId)) ?? providerRef;
}
