import type { TrustedDevice } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type TrustedDeviceRow = Omit<TrustedDevice, 'tokenHash'>;

const omit = { tokenHash: true } as const;

export const insertDevice = (
  db: TenantDb,
  row: {
    readonly id: string;
    readonly userId: string;
    readonly tokenHash: string;
    readonly userAgent: string | null;
    readonly createdAt: Date;
    readonly lastUsedAt: Date;
    readonly expiresAt: Date;
  },
): Promise<TrustedDeviceRow> => db.trustedDevice.create({ data: row, omit });

export const findDeviceByToken = (db: TenantDb, tokenHash: string, now: Date): Promise<TrustedDeviceRow | null> =>
  db.trustedDevice.findFirst({ where: { tokenHash, revokedAt: null, expiresAt: { gt: now } }, omit });

export async function noteUse(db: TenantDb, id: string, lastUsedAt: Date, expiresAt: Date): Promise<void> {
  await db.trustedDevice.updateMany({ where: { id }, data: { lastUsedAt, expiresAt } });
}

export const findDevicesOf = (db: TenantDb, userId: string, now: Date): Promise<TrustedDeviceRow[]> =>
  db.trustedDevice.findMany({
    where: { userId, revokedAt: null, expiresAt: { gt: now } },
    orderBy: { lastUsedAt: 'desc' },
    take: 100,
    omit,
  });

/** @returns the device as it is now; null when it is not hers, or not trusted any more */
export async function revokeDevice(
  db: TenantDb,
  userId: string,
  id: string,
  revokedAt: Date,
): Promise<TrustedDeviceRow | null> {
  const rows = await db.trustedDevice.updateManyAndReturn({
    where: { id, userId, revokedAt: null },
    data: { revokedAt },
    omit,
  });
  return rows[0] ?? null;
}

/** A person's devices in every tenant. */
export async function revokeDevicesOfUser(db: PlatformDb, userId: string, revokedAt: Date): Promise<void> {
  await db.trustedDevice.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt } });
}
