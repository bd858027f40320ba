import type { CalendarWatch, Prisma } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { CalendarKind } from '../remote/remote-calendar.js';

export type CalendarWatchRow = CalendarWatch;

/** With the kind of calendar that tells by it. */
export const findWatch = (
  db: TenantDb,
  id: string,
): Promise<(CalendarWatchRow & { readonly connection: { readonly kind: CalendarKind } }) | null> =>
  db.calendarWatch.findFirst({ where: { id }, include: { connection: { select: { kind: true } } } });

/** Those of a connection, newest first. */
export const findWatches = (db: TenantDb, connectionId: string): Promise<CalendarWatchRow[]> =>
  db.calendarWatch.findMany({ where: { connectionId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });

export const insertWatch = async (
  db: TenantDb,
  watch: Omit<Prisma.CalendarWatchUncheckedCreateInput, 'tenantId'>,
): Promise<void> => {
  await db.calendarWatch.create({ data: watch });
};

export const updateWatch = async (
  db: TenantDb,
  id: string,
  data: Pick<Prisma.CalendarWatchUncheckedUpdateManyInput, 'externalId' | 'expiresAt'>,
): Promise<void> => {
  await db.calendarWatch.updateMany({ where: { id }, data });
};

export const deleteWatch = async (db: TenantDb, id: string): Promise<void> => {
  await db.calendarWatch.deleteMany({ where: { id } });
};

/** What is told by them from now on is believed no more. */
export const deleteWatches = async (db: TenantDb, connectionId: string): Promise<void> => {
  await db.calendarWatch.deleteMany({ where: { connectionId } });
};

/** Notes that a calendar has told of a change. @returns false when one that was noted before waits still, or nobody follows */
export async function noteNotice(db: TenantDb, connectionId: string, at: Date): Promise<boolean> {
  const where = { id: connectionId, status: 'ACTIVE' as const, noticedAt: null };
  return (await db.calendarConnection.updateMany({ where, data: { noticedAt: at } })).count > 0;
}
