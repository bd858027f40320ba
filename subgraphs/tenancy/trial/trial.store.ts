import type { Prisma } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { WARNED_AT_DAYS } from './trial.js';

const DAY_MS = 86_400_000;

/** Companies about whose trial something is due, those whose trial ends first before the others. */
export async function findTrialsDue(db: PlatformDb, now: Date, limit: number): Promise<readonly string[]> {
  const warnings = WARNED_AT_DAYS.map((days): Prisma.TenantWhereInput => ({
    trialEndsAt: { lte: new Date(now.getTime() + days * DAY_MS) },
    OR: [{ trialWarnedDays: null }, { trialWarnedDays: { gt: days } }],
  }));
  const rows = await db.tenant.findMany({
    where: { status: 'ACTIVE', deletedAt: null, OR: [{ trialEndsAt: { lte: now } }, ...warnings] },
    orderBy: [{ trialEndsAt: 'asc' }, { id: 'asc' }],
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

export async function markWarned(db: PlatformDb, id: string, trialWarnedDays: number): Promise<void> {
  await db.tenant.updateMany({ where: { id }, data: { trialWarnedDays } });
}
