import type { Prisma } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { CalendarException } from './day-hours.js';

/** An exception as it is kept; null for everybody's. */
export interface KeptException extends CalendarException {
  readonly id: string;
  readonly providerId: string | null;
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Exceptions that bear on days, of some providers and of everybody, in order of their first day. */
export async function findExceptions(
  db: TenantDb,
  of: { readonly providerIds: readonly string[]; readonly from: string; readonly to: string },
): Promise<KeptException[]> {
  const rows = await db.calendarException.findMany({
    where: {
      OR: [{ providerId: null }, { providerId: { in: [...of.providerIds] } }],
      firstDay: { lte: new Date(of.to) },
      lastDay: { gte: new Date(of.from) },
    },
    orderBy: [{ firstDay: 'asc' }, { startMinute: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ id, providerId, kind, name, firstDay, lastDay, startMinute, endMinute }) => ({
    id,
    providerId,
    everybody: providerId === null,
    kind,
    name,
    firstDay: dayOf(firstDay),
    lastDay: dayOf(lastDay),
    startMinute,
    endMinute,
  }));
}

export async function insertException(
  db: TenantDb,
  exception: Omit<Prisma.CalendarExceptionUncheckedCreateInput, 'tenantId'>,
): Promise<void> {
  await db.calendarException.create({ data: exception });
}

/** @returns whether there was one */
export const deleteException = async (db: TenantDb, id: string): Promise<boolean> =>
  (await db.calendarException.deleteMany({ where: { id } })).count > 0;
