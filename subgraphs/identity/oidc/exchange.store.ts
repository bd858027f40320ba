import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { SessionRow } from '../session/session.store.js';

/** A session of whichever tenant; both ids are to be a genuine token's. */
export const findSessionAnywhere = (db: PlatformDb, tenantId: string, id: string): Promise<SessionRow | null> =>
  db.session.findFirst({ where: { tenantId, id } });

export async function endSessionAt(db: TenantDb, id: string, expiresAt: Date): Promise<void> {
  await db.session.updateMany({ where: { id }, data: { expiresAt } });
}

/** Whether a tenant, of which nothing but its id is known, has shown that a domain is its own. */
export async function isDomainOf(db: PlatformDb, tenantId: string, domain: string): Promise<boolean> {
  return (await db.verifiedEmailDomain.count({ where: { tenantId, domain } })) > 0;
}
