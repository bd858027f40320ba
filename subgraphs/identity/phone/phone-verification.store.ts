import type { PhoneVerification } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { UserRow } from '../user/user.store.js';

export type PhoneVerificationRow = PhoneVerification;

/** When a person was sent codes, at whichever company, newest first. */
export async function codesSentTo(db: PlatformDb, userId: string, since: Date): Promise<readonly Date[]> {
  const rows = await db.phoneVerification.findMany({
    where: { userId, createdAt: { gt: since } },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true },
  });
  return rows.map(({ createdAt }) => createdAt);
}

/** Codes sent to a number by whomever; those who ask for the same one wait for each other until the transaction ends. */
export async function countCodesToNumber(db: PlatformDb, phone: string, since: Date): Promise<number> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`identity.phone:${phone}`}, 0))`;
  return db.phoneVerification.count({ where: { phone, createdAt: { gt: since } } });
}

export const countCodesOfTenant = (db: PlatformDb, tenantId: string, since: Date): Promise<number> =>
  db.phoneVerification.count({ where: { tenantId, createdAt: { gt: since } } });

/** Makes what was sent to a person before worthless, save for one number. */
export async function voidCodes(db: PlatformDb, userId: string, usedAt: Date, exceptFor: string | null = null): Promise<void> {
  const others = exceptFor === null ? {} : { phone: { not: exceptFor } };
  await db.phoneVerification.updateMany({ where: { userId, usedAt: null, ...others }, data: { usedAt } });
}

export async function insertCode(
  db: PlatformDb,
  row: Omit<PhoneVerificationRow, 'wrongCodes' | 'usedAt'>,
): Promise<void> {
  await db.phoneVerification.create({ data: row, select: { id: true } });
}

export const findNewestCode = (db: PlatformDb, tenantId: string, userId: string): Promise<PhoneVerificationRow | null> =>
  db.phoneVerification.findFirst({ where: { tenantId, userId, usedAt: null }, orderBy: { createdAt: 'desc' } });

export async function countWrongPhoneCode(db: PlatformDb, { tenantId, id }: PhoneVerificationRow): Promise<void> {
  await db.phoneVerification.updateMany({ where: { tenantId, id }, data: { wrongCodes: { increment: 1 } } });
}

/** The number becomes a person's, and is known to be. */
export async function keepVerifiedPhone(db: PlatformDb, userId: string, phone: string, at: Date): Promise<UserRow | null> {
  const rows = await db.user.updateManyAndReturn({ where: { id: userId }, data: { phone, phoneVerifiedAt: at } });
  return rows[0] ?? null;
}

export async function deleteOldPhoneCodes(db: PlatformDb, before: Date): Promise<void> {
  await db.phoneVerification.deleteMany({ where: { createdAt: { lt: before } } });
}
