import type { ScimUser } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { domainOf } from '../identity-provider/identity-provider.js';
import type { UserRow } from '../user/user.store.js';
import type { AccountFacts } from './address-change.js';

export async function findAccountFacts(
  db: PlatformDb,
  tenantId: string,
  user: Pick<UserRow, 'id' | 'email'>,
  next: string,
): Promise<AccountFacts> {
  const [present, wanted] = [domainOf(user.email), domainOf(next)];
  const owned = await db.verifiedEmailDomain.findMany({ where: { tenantId, domain: { in: [present, wanted] } }, select: { domain: true } });
  const owns = (domain: string): boolean => owned.some((row) => row.domain === domain);
  const elsewhere = await db.membership.count({ where: { userId: user.id, tenantId: { not: tenantId } } });
  return { ownsPresent: owns(present), ownsNext: owns(wanted), hasPlaceElsewhere: elsewhere > 0 };
}

/** What the directory of a company says of a person. */
export const findDirectoryEntry = (db: PlatformDb, tenantId: string, userId: string): Promise<ScimUser | null> =>
  db.scimUser.findFirst({ where: { tenantId, userId } });

/**
 * Makes an address a person's, and known to be: who was pending is active. Of two accounts that want it one gets it.
 * @returns false when it is somebody's already, or hers was changed meanwhile
 */
export async function changeEmail(db: PlatformDb, user: Pick<UserRow, 'id' | 'email'>, next: string): Promise<boolean> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`identity.email:${next}`}, 0))`;
  const changed = await db.$executeRaw`
    UPDATE identity."user" SET email = ${next}, former_emails = array_append(former_emails, email), updated_at = now(),
      status = CASE status WHEN 'PENDING' THEN 'ACTIVE'::identity."UserStatus" ELSE status END
    WHERE id = ${user.id}::uuid AND email = ${user.email}
      AND NOT EXISTS (SELECT 1 FROM identity."user" other WHERE other.email = ${next})`;
  return changed > 0;
}
