import type { OidcGrant } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { SessionRow } from '../session/session.store.js';

export type OidcGrantRow = OidcGrant;

export type GrantWithSession = OidcGrantRow & { readonly session: SessionRow };

export interface NewGrant extends Omit<OidcGrantRow, 'tenantId' | 'tenant'> {
  readonly tenant: TenantIdentity;
}

export async function insertGrant(db: TenantDb, { tenant, ...grant }: NewGrant): Promise<void> {
  await db.oidcGrant.createMany({ data: [{ ...grant, tenant: { ...tenant } }], skipDuplicates: true });
}

/** Has a client told that a session is over that goes on elsewhere; once for whatever it was given by it. */
export async function queueLogoutNotice(db: TenantDb, clientId: string, sid: string, at: Date): Promise<void> {
  await db.$executeRaw`
    WITH latest AS (
      SELECT g FROM identity.oidc_grant AS g WHERE g.client_id = ${clientId}::uuid AND g.sid = ${sid}
      ORDER BY g.created_at DESC LIMIT 1)
    SELECT identity.queue_logout_notice(latest.g, ${at}::timestamptz) FROM latest`;
}

export const findGrant = (db: TenantDb, hash: string): Promise<GrantWithSession | null> =>
  db.oidcGrant.findFirst({ where: { hash }, include: { session: true } });

/** The grants of a client, of one person's or of everybody's. @returns their hashes */
export async function findGrantsOfClient(db: TenantDb, clientId: string, userId?: string): Promise<readonly OidcGrantRow[]> {
  return db.oidcGrant.findMany({ where: { clientId, ...(userId === undefined ? {} : { userId }) } });
}

export async function deleteGrants(db: TenantDb, hashes: readonly string[]): Promise<void> {
  await db.oidcGrant.deleteMany({ where: { hash: { in: [...hashes] } } });
}

/** Lets a session go on for as long as what was given out by it is good. */
export async function prolongSession(db: TenantDb, id: string, expiresAt: Date): Promise<void> {
  await db.session.updateMany({ where: { id, revokedAt: null, expiresAt: { lt: expiresAt } }, data: { expiresAt } });
}

/** Grants of sessions that are over. */
export async function deleteEndedGrants(db: PlatformDb, now: Date): Promise<void> {
  await db.oidcGrant.deleteMany({ where: { session: { OR: [{ expiresAt: { lt: now } }, { revokedAt: { lt: now } }] } } });
}
