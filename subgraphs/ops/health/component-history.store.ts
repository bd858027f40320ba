import type { ComponentState } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

export type ComponentStateRow = ComponentState;

/** As they were found last, by component. */
export async function findLatestStates(db: PlatformDb): Promise<ReadonlyMap<string, ComponentStateRow>> {
  const rows = await db.$queryRaw<ComponentStateRow[]>`
    SELECT DISTINCT ON (component) component, since, ok, detail, seen_at AS "seenAt"
    FROM ops.component_state ORDER BY component, since DESC`;
  return new Map(rows.map((row) => [row.component, row]));
}

/** Newest first. */
export const findStates = (db: PlatformDb, component: string, most: number): Promise<ComponentStateRow[]> =>
  db.componentState.findMany({ where: { component }, orderBy: { since: 'desc' }, take: most });

/** Nothing happens where one is noted since then: the next time tells it anew. */
export async function insertState(db: PlatformDb, state: ComponentStateRow): Promise<void> {
  await db.componentState.createMany({ data: [state], skipDuplicates: true });
}

/** It is still as it was. */
export async function prolongState(db: PlatformDb, { component, since }: ComponentStateRow, seenAt: Date): Promise<void> {
  await db.componentState.updateMany({ where: { component, since }, data: { seenAt } });
}

export async function forgetStates(db: PlatformDb, before: Date): Promise<void> {
  await db.componentState.deleteMany({ where: { seenAt: { lt: before } } });
}
