import type { Prisma, SigningKey } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

export type SigningKeyRow = SigningKey;

export const findSigningKeys = (db: PlatformDb): Promise<SigningKeyRow[]> =>
  db.signingKey.findMany({ orderBy: { createdAt: 'asc' } });

/** Holds back every other process that would make a key of the realm, until this transaction ends. */
export async function lockRealm(db: PlatformDb, realm: string): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`spine:signing-key:${realm}`}, 0))`;
}

export const insertSigningKey = (
  db: PlatformDb,
  key: Prisma.SigningKeyUncheckedCreateInput,
): Promise<SigningKeyRow> => db.signingKey.create({ data: key });

export async function retireKeys(db: PlatformDb, kids: readonly string[], retiredAt: Date): Promise<void> {
  await db.signingKey.updateMany({ where: { kid: { in: [...kids] }, retiredAt: null }, data: { retiredAt } });
}
