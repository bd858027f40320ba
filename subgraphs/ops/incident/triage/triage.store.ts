import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { IncidentRow } from '../incident.store.js';

/** The newest that are not over; more than that nobody ranks by hand, either. */
export const findOpenIncidents = (db: TenantDb | PlatformDb): Promise<IncidentRow[]> =>
  db.incident.findMany({ where: { resolvedAt: null }, orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }], take: 500 });

/** How many incidents each group has, as far as the handle sees. */
export async function countByGroup(db: TenantDb | PlatformDb, groupIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const groups = await db.incident.groupBy({ by: ['groupId'], where: { groupId: { in: [...groupIds] } }, _count: { _all: true } });
  return new Map(groups.flatMap(({ groupId, _count }) => (groupId === null ? [] : [[groupId, _count._all] as const])));
}
