import type { Passkey } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type PasskeyRow = Passkey;

export const findPasskeysOf = (db: TenantDb, userId: string): Promise<PasskeyRow[]> =>
  db.passkey.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } });

/** @param domain that it has to be good at; null for the company's subdomain */
export const findPasskeyByCredential = (db: TenantDb, credentialId: string, domain: string | null): Promise<PasskeyRow | null> =>
  db.passkey.findFirst({ where: { credentialId, domain } });

/** @returns null when the credential is kept already */
export async function insertPasskey(
  db: TenantDb,
  row: Omit<PasskeyRow, 'tenantId' | 'lastUsedAt' | 'publicKey'> & { readonly publicKey: Uint8Array<ArrayBuffer> },
): Promise<PasskeyRow | null> {
  const [created] = await db.passkey.createManyAndReturn({ data: [row], skipDuplicates: true });
  return created ?? null;
}

/**
 * Notes a use. A counter that goes back means that there are two of what there can be one of.
 * @returns whether the counter has not gone back meanwhile
 */
export async function notePasskeyUse(db: TenantDb, id: string, signCount: bigint, lastUsedAt: Date): Promise<boolean> {
  const { count } = await db.passkey.updateMany({
    where: { id, OR: [{ signCount: { lt: signCount } }, { signCount: 0 }] },
    data: { signCount, lastUsedAt },
  });
  return count > 0;
}

/** @returns null when it is not hers */
export async function deletePasskey(db: TenantDb, userId: string, id: string): Promise<PasskeyRow | null> {
  const row = await db.passkey.findFirst({ where: { id, userId } });
  const { count } = await db.passkey.deleteMany({ where: { id, userId } });
  return count > 0 ? row : null;
}

export async function insertPasskeyChallenge(
  db: TenantDb,
  row: { readonly hash: string; readonly userId: string | null; readonly expiresAt: Date },
): Promise<void> {
  await db.passkeyChallenge.create({ data: row, select: { hash: true } });
}

/** Uses a challenge up. @returns whether it was there, for that purpose, and not too old */
export async function takePasskeyChallenge(db: TenantDb, hash: string, userId: string | null, now: Date): Promise<boolean> {
  const { count } = await db.passkeyChallenge.deleteMany({ where: { hash, userId, expiresAt: { gt: now } } });
  return count > 0;
}

export async function deleteExpiredPasskeyChallenges(db: PlatformDb, now: Date): Promise<void> {
  await db.passkeyChallenge.deleteMany({ where: { expiresAt: { lt: now } } });
}
