import type { CalendarConnection, CalendarConflict, Prisma } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

/** A connection without its credentials. */
export type CalendarConnectionRow = Omit<CalendarConnection, 'sealed'>;
export type CalendarConflictRow = CalendarConflict;

const omit = { sealed: true } as const;

/** Newest first. */
export const CALENDAR_CONNECTION_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

/** What is being disconnected is there for nobody any more. */
const standing = { status: { not: 'LEAVING' } } as const satisfies Prisma.CalendarConnectionWhereInput;

export function findConnectionsPage(db: TenantDb, providerId: string | undefined, page: Page): Promise<CalendarConnectionRow[]> {
  const { where, ...rest } = keysetQuery(page, CALENDAR_CONNECTION_SORT);
  const wanted = { ...standing, ...(providerId === undefined ? {} : { providerId }) };
  return db.calendarConnection.findMany({ where: { AND: [wanted, where] }, omit, ...rest });
}

/** With its credentials, for the work itself. */
export const findConnection = (db: TenantDb, id: string): Promise<CalendarConnection | null> =>
  db.calendarConnection.findFirst({ where: { id } });

export const countConnections = (db: TenantDb, providerId: string): Promise<number> =>
  db.calendarConnection.count({ where: { providerId, ...standing } });

/** The calendar of a provider, with new credentials where it is connected already. */
export async function keepConnection(
  db: TenantDb,
  connection: Omit<Prisma.CalendarConnectionUncheckedCreateInput, 'tenantId'>,
): Promise<CalendarConnectionRow> {
  const { providerId, kind, address, sealed, account, namesClients, nextSyncAt } = connection;
  const known = await db.calendarConnection.updateManyAndReturn({
    where: { providerId, kind, address },
    data: { sealed, account, namesClients, nextSyncAt: nextSyncAt ?? null, status: 'ACTIVE', lastError: null, syncToken: null },
    omit,
  });
  return known[0] ?? db.calendarConnection.create({ data: connection, omit });
}

/** @returns null for one that is not there, or not in such a state */
export async function changeConnection(
  db: TenantDb,
  id: string,
  from: readonly CalendarConnection['status'][],
  data: Pick<Prisma.CalendarConnectionUncheckedUpdateManyInput, 'status' | 'nextSyncAt'>,
): Promise<CalendarConnectionRow | null> {
  const where = { id, status: { in: [...from] } };
  return (await db.calendarConnection.updateManyAndReturn({ where, data, omit }))[0] ?? null;
}

/** Forgets what was read, so that everything is read when it is next asked for. */
export const forgetBusyTimes = async (db: TenantDb, connectionId: string): Promise<void> => {
  await db.calendarConnection.updateMany({ where: { id: connectionId }, data: { syncToken: null } });
  await db.externalBusyTime.deleteMany({ where: { connectionId } });
  await db.calendarConflict.deleteMany({ where: { connectionId } });
};

export const findConflicts = (db: TenantDb, connectionIds: readonly string[]): Promise<CalendarConflictRow[]> =>
  db.calendarConflict.findMany({
    where: { connectionId: { in: [...connectionIds] } },
    orderBy: [{ busyFrom: 'asc' }, { bookingId: 'asc' }],
  });

/** The calendars that a provider's bookings are to be written into. */
export const findWritableConnections = (db: TenantDb, providerId: string): Promise<{ readonly id: string }[]> =>
  db.calendarConnection.findMany({ where: { providerId, status: 'ACTIVE' }, select: { id: true } });

/** Calendars of every tenant that are to be looked at again; `most` of them. */
export const findDueConnections = (
  db: PlatformDb,
  now: Date,
  most: number,
): Promise<{ readonly tenantId: string; readonly id: string; readonly nextSyncAt: Date | null; readonly tenant: unknown }[]> =>
  db.calendarConnection.findMany({
    where: { nextSyncAt: { lte: now } },
    select: { tenantId: true, id: true, nextSyncAt: true, tenant: true },
    orderBy: { nextSyncAt: 'asc' },
    take: most,
  });

export const postponeSync = async (db: TenantDb, id: string, nextSyncAt: Date): Promise<void> => {
  await db.calendarConnection.updateMany({ where: { id, status: 'ACTIVE' }, data: { nextSyncAt } });
};
