import type { ErrorGroup, SlowOperation } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

export type ErrorGroupRow = ErrorGroup;
export type SlowOperationRow = SlowOperation;

/** Those seen last first. */
export const ERROR_SORT: readonly SortKey[] = [
  { field: 'lastSeenAt', order: 'desc', type: 'date' },
  { field: 'fingerprint', order: 'desc' },
];

export function findErrorPage(db: PlatformDb, page: Page, source: string | undefined): Promise<ErrorGroupRow[]> {
  const { where, ...rest } = keysetQuery(page, ERROR_SORT);
  return db.errorGroup.findMany({ where: { AND: [source === undefined ? {} : { source }, where] }, ...rest });
}

/** Those that took longest first. */
export const findSlowest = (db: PlatformDb, most: number): Promise<SlowOperationRow[]> =>
  db.slowOperation.findMany({ orderBy: [{ longestMs: 'desc' }, { source: 'asc' }, { name: 'asc' }], take: most });

/** Forgets what has not been seen since. */
export async function deleteReportsBefore(db: PlatformDb, before: Date): Promise<void> {
  await db.errorGroup.deleteMany({ where: { lastSeenAt: { lt: before } } });
  await db.slowOperation.deleteMany({ where: { lastSeenAt: { lt: before } } });
}
