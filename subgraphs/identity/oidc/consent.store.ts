import type { OidcClient, OidcConsent } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type OidcConsentRow = OidcConsent & { readonly client: OidcClient };

export async function findConsentedScopes(db: TenantDb, userId: string, clientId: string): Promise<readonly string[]> {
  return (await db.oidcConsent.findFirst({ where: { userId, clientId } }))?.scopes ?? [];
}

export const findConsentsOf = (db: TenantDb, userId: string): Promise<OidcConsentRow[]> =>
  db.oidcConsent.findMany({ where: { userId }, include: { client: true }, orderBy: { createdAt: 'desc' }, take: 500 });

/** Adds to what was allowed before. */
export async function addConsent(
  db: TenantDb,
  consent: { readonly id: string; readonly userId: string; readonly clientId: string; readonly scopes: readonly string[]; readonly at: Date },
): Promise<void> {
  const { id, userId, clientId, at } = consent;
  const scopes = [...consent.scopes];
  await db.$executeRaw`
    INSERT INTO identity.oidc_consent AS kept (id, user_id, client_id, scopes, created_at, updated_at)
    VALUES (${id}::uuid, ${userId}::uuid, ${clientId}::uuid, ${scopes}, ${at}, ${at})
    ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE
    SET scopes = (SELECT array_agg(DISTINCT scope) FROM unnest(kept.scopes || EXCLUDED.scopes) AS scope), updated_at = ${at}`;
}

export async function deleteConsent(db: TenantDb, id: string, userId: string): Promise<OidcConsentRow | null> {
  const consent = await db.oidcConsent.findFirst({ where: { id, userId }, include: { client: true } });
  const { count } = await db.oidcConsent.deleteMany({ where: { id, userId } });
  return count > 0 ? consent : null;
}
