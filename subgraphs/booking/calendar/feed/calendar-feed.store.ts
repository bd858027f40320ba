import type { CalendarFeed, Prisma } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

/** A feed without what it is read with. */
export type CalendarFeedRow = Omit<CalendarFeed, 'hash'>;

const omit = { hash: true } as const;

/** Newest first. */
export const CALENDAR_FEED_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

/** Only whose; everybody's when null. */
type Maker = string | null;

const madeBy = (maker: Maker): Prisma.CalendarFeedWhereInput => (maker === null ? {} : { createdBy: maker });

export const insertFeed = (
  db: TenantDb,
  feed: Omit<Prisma.CalendarFeedUncheckedCreateInput, 'tenantId'>,
): Promise<CalendarFeedRow> => db.calendarFeed.create({ data: feed, omit });

export const countStandingFeeds = (db: TenantDb, createdBy: string): Promise<number> =>
  db.calendarFeed.count({ where: { createdBy, revokedAt: null } });

export function findFeedsPage(db: TenantDb, maker: Maker, page: Page): Promise<CalendarFeedRow[]> {
  const { where, ...rest } = keysetQuery(page, CALENDAR_FEED_SORT);
  return db.calendarFeed.findMany({ where: { AND: [madeBy(maker), where] }, omit, ...rest });
}

/** One that counts, with the name of whose it is. */
export const findStandingFeed = (db: TenantDb, hash: string) =>
  db.calendarFeed.findFirst({ where: { hash, revokedAt: null }, omit, include: { provider: { select: { name: true } } } });

/** @returns null when it is unknown, somebody else's or revoked already */
export async function revokeFeed(db: TenantDb, id: string, maker: Maker, revokedAt: Date): Promise<CalendarFeedRow | null> {
  const where = { AND: [{ id, revokedAt: null }, madeBy(maker)] };
  const rows = await db.calendarFeed.updateManyAndReturn({ where, data: { revokedAt }, omit });
  return rows[0] ?? null;
}
