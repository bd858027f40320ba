import type { WitnessedLog } from '../../../../prisma/generated/client.js';
import type { PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';

export type WitnessedLogRow = WitnessedLog;

/** The log until the end of the transaction nobody else's; null for one that is not witnessed here. */
export async function lockWitnessedLog(db: PlatformDb, origin: string): Promise<WitnessedLogRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.witnessed_log WHERE origin = ${origin} FOR UPDATE`;
  return db.witnessedLog.findFirst({ where: { origin } });
}

export async function keepWitnessed(
  db: PlatformDb,
  origin: string,
  { size, root, at }: { readonly size: number; readonly root: Uint8Array; readonly at: Date },
): Promise<void> {
  const seen = size === 0 ? {} : { root: new Uint8Array(root) };
  await db.witnessedLog.updateMany({ where: { origin }, data: { size, ...seen, updatedAt: at } });
}

/** @returns the log as it is kept; one that was known keeps its key and what was seen of it */
export async function insertWitnessedLog(
  db: PlatformDb,
  row: Pick<WitnessedLogRow, 'origin' | 'verifierKey' | 'updatedAt'>,
): Promise<WitnessedLogRow | null> {
  await db.witnessedLog.createMany({ data: [row], skipDuplicates: true });
  return db.witnessedLog.findFirst({ where: { origin: row.origin } });
}

export const findWitnessedLogs = (db: PlatformDb): Promise<WitnessedLogRow[]> =>
  db.witnessedLog.findMany({ orderBy: { origin: 'asc' } });
