import type { Prisma, StoredFile } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type FileRow = StoredFile;

export const FILE_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const insertFile = (db: TenantDb, file: Omit<Prisma.StoredFileUncheckedCreateInput, 'tenantId'>): Promise<FileRow> =>
  db.storedFile.create({ data: file });

/** One that was not deleted. */
export const findFile = (db: TenantDb, id: string): Promise<FileRow | null> =>
  db.storedFile.findFirst({ where: { id, status: { not: 'DELETED' } } });

/** Changes a file that is as it was seen. @returns null when it no longer is */
export async function changeFile(
  db: TenantDb,
  { id, status }: Pick<FileRow, 'id' | 'status'>,
  data: Pick<Prisma.StoredFileUncheckedUpdateManyInput, 'status' | 'reason' | 'completedAt' | 'clearAt'>,
): Promise<FileRow | null> {
  const [row] = await db.storedFile.updateManyAndReturn({ where: { id, status }, data });
  return row ?? null;
}

export function findFilesPage(db: TenantDb, visible: Prisma.StoredFileWhereInput, page: Page): Promise<FileRow[]> {
  const { where, ...rest } = keysetQuery(page, FILE_SORT);
  return db.storedFile.findMany({ where: { AND: [{ status: { not: 'DELETED' } }, visible, where] }, ...rest });
}

/** How many of somebody's are announced and have not come yet. */
export const countAwaited = (db: TenantDb, uploadedBy: string): Promise<number> =>
  db.storedFile.count({ where: { uploadedBy, status: 'AWAITED' } });

/** Whether there is a file that can be read. */
export const isReady = async (db: TenantDb, id: string): Promise<boolean> =>
  (await db.storedFile.count({ where: { id, status: 'READY' } })) > 0;

/** Files of every tenant whose bytes are to go, longest due first. */
export const findFilesToClear = (db: PlatformDb, now: Date, limit: number): Promise<FileRow[]> =>
  db.storedFile.findMany({ where: { clearAt: { lte: now } }, orderBy: [{ clearAt: 'asc' }, { id: 'asc' }], take: limit });

/** Nothing is left to clear away. One that was still awaited is no more; unless it has changed since it was seen. */
export async function noteCleared(db: PlatformDb, { tenantId, id, status }: Pick<FileRow, 'tenantId' | 'id' | 'status'>): Promise<void> {
  await db.storedFile.updateMany({
    where: { tenantId, id, status },
    data: { status: status === 'AWAITED' ? 'DELETED' : status, clearAt: null },
  });
}
