import type { Prisma, WaitlistEntry } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type WaitlistEntryRow = WaitlistEntry;

/** First come first served. */
export const WAITLIST_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const insertEntry = (
  db: TenantDb,
  entry: Omit<Prisma.WaitlistEntryUncheckedCreateInput, 'tenantId'>,
): Promise<WaitlistEntryRow> => db.waitlistEntry.create({ data: entry });

export const findEntry = (db: TenantDb, id: string): Promise<WaitlistEntryRow | null> =>
  db.waitlistEntry.findFirst({ where: { id } });

export const findEntryOfBooking = (db: TenantDb, bookingId: string): Promise<WaitlistEntryRow | null> =>
  db.waitlistEntry.findFirst({ where: { bookingId } });

/** Locks an entry until the transaction ends. */
export async function lockEntry(db: TenantDb, id: string): Promise<WaitlistEntryRow | null> {
  await db.$queryRaw`SELECT 1 FROM booking.waitlist_entry WHERE id = ${id}::uuid FOR UPDATE`;
  return findEntry(db, id);
}

export const countWaiting = (db: TenantDb, clientId: string): Promise<number> =>
  db.waitlistEntry.count({ where: { clientId, status: 'WAITING' } });

export const findEntriesOfClient = (db: TenantDb, clientId: string): Promise<WaitlistEntryRow[]> =>
  db.waitlistEntry.findMany({
    where: { clientId, status: { in: ['WAITING', 'OFFERED'] } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });

export function findWaitingPage(db: TenantDb, serviceId: string | undefined, page: Page): Promise<WaitlistEntryRow[]> {
  const { where, ...rest } = keysetQuery(page, WAITLIST_SORT);
  const wanted = { status: 'WAITING' as const, ...(serviceId === undefined ? {} : { serviceId }) };
  return db.waitlistEntry.findMany({ where: { AND: [wanted, where] }, ...rest });
}

/** Those who would take a start of a provider that lies between two, first come first; of services that she does. */
export const findWaitingFor = (
  db: TenantDb,
  { providerId, first, last }: { readonly providerId: string; readonly first: Date; readonly last: Date },
  most: number,
): Promise<WaitlistEntryRow[]> =>
  db.waitlistEntry.findMany({
    where: {
      status: 'WAITING',
      earliest: { lte: last },
      latest: { gte: first },
      OR: [{ providerId: null }, { providerId }],
      service: { offerings: { some: { providerId } } },
    },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: most,
  });

/** The entry must be locked. */
export async function updateEntry(
  db: TenantDb,
  id: string,
  change: Pick<Prisma.WaitlistEntryUncheckedUpdateInput, 'status' | 'bookingId'>,
): Promise<void> {
  await db.waitlistEntry.updateMany({ where: { id }, data: change });
}
