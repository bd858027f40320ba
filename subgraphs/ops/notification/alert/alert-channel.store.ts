import type { AlertChannel } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type AlertChannelRow = AlertChannel;

export const findAlertChannels = (db: TenantDb): Promise<AlertChannelRow[]> => db.alertChannel.findMany({ orderBy: { id: 'asc' } });

export const findAlertChannel = (db: TenantDb, id: string): Promise<AlertChannelRow | null> =>
  db.alertChannel.findFirst({ where: { id } });

export async function insertAlertChannel(db: TenantDb, row: Omit<AlertChannelRow, 'tenantId'>): Promise<void> {
  await db.alertChannel.create({ data: row, select: { id: true } });
}

/** Removes the one that the company's integration keeps, if it does. */
export async function deleteIntegrationChannel(db: TenantDb): Promise<void> {
  await db.alertChannel.deleteMany({ where: { fromIntegration: true } });
}

/** @returns false when it is not there */
export async function deleteAlertChannel(db: TenantDb, id: string): Promise<boolean> {
  const { count } = await db.alertChannel.deleteMany({ where: { id } });
  return count > 0;
}
