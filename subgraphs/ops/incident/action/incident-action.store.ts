import type { IncidentAction, Prisma } from '../../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { IncidentRow, TimelineLine } from '../incident.store.js';

export type IncidentActionRow = IncidentAction;

/** Locks an incident of the tenant until the transaction ends. */
export async function lockIncidentAt(db: PlatformDb, tenantId: string, id: string): Promise<IncidentRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.incident WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  return db.incident.findFirst({ where: { tenantId, id } });
}

/** Locks an action of the tenant until the transaction ends, so that it is undone once. */
export async function lockAction(db: PlatformDb, tenantId: string, id: string): Promise<IncidentActionRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.incident_action WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  return db.incidentAction.findFirst({ where: { tenantId, id } });
}

export const insertAction = (
  db: PlatformDb,
  action: Prisma.IncidentActionUncheckedCreateInput,
): Promise<IncidentActionRow> => db.incidentAction.create({ data: action });

export async function markRolledBack(
  db: PlatformDb,
  { tenantId, id }: IncidentActionRow,
  by: { readonly rolledBackBy: string | null; readonly rolledBackByKind: string; readonly rolledBackAt: Date },
): Promise<IncidentActionRow> {
  const [row] = await db.incidentAction.updateManyAndReturn({ where: { tenantId, id }, data: by });
  if (!row) throw new Error(`Action ${id} has gone`);
  return row;
}

export async function insertTimelineLineAt(db: PlatformDb, tenantId: string, line: TimelineLine): Promise<void> {
  await db.incidentChange.create({ data: { tenantId, id: uuidv7(), ...line }, select: { id: true } });
}

/** Oldest first. */
export const findActions = (db: TenantDb | PlatformDb, incidentId: string): Promise<IncidentActionRow[]> =>
  db.incidentAction.findMany({ where: { incidentId }, orderBy: [{ appliedAt: 'asc' }, { id: 'asc' }], take: 100 });

export const findAction = (db: TenantDb | PlatformDb, id: string): Promise<IncidentActionRow | null> =>
  db.incidentAction.findFirst({ where: { id } });
