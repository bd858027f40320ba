import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { IncidentSeverity } from '../incident.js';
import type { IncidentRow } from '../incident.store.js';
import { nextCallAt, type EscalationPlan } from './escalation.js';

export const findPlan = (db: TenantDb): Promise<EscalationPlan | null> => db.escalationPolicy.findFirst();

export async function keepPlan(db: TenantDb, plan: EscalationPlan, changedAt: Date): Promise<void> {
  const data = { ...plan, afterMinutes: [...plan.afterMinutes], onCall: [...plan.onCall], changedAt };
  const { count } = await db.escalationPolicy.updateMany({ data });
  if (count === 0) await db.escalationPolicy.create({ data, select: { tenantId: true } });
}

/** Which of the people are of the company. */
export async function findPeopleAmong(db: TenantDb, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.notificationRecipient.findMany({ where: { userId: { in: [...userIds] } }, select: { userId: true } });
  return new Set(rows.map(({ userId }) => userId));
}

/** When somebody is first called for an incident; null where the company has not said whom, or for a mild one. */
export async function firstCallAt(db: TenantDb, severity: IncidentSeverity, since: Date): Promise<Date | null> {
  const plan = await findPlan(db);
  return plan && nextCallAt(plan, severity, 0, since);
}

export interface DueIncident {
  readonly id: string;
  readonly tenantId: string;
}

/** Incidents for which somebody is to be called now, and those that are muted, which may no longer be. */
export const findIncidentsToLookAt = (db: PlatformDb, now: Date): Promise<DueIncident[]> =>
  db.incident.findMany({
    where: {
      resolvedAt: null,
      OR: [{ status: 'OPEN', nextEscalationAt: { lte: now } }, { mutedBy: { not: null } }],
    },
    select: { id: true, tenantId: true },
    orderBy: [{ occurredAt: 'asc' }, { id: 'asc' }],
    take: 500,
  });

export type EscalatingIncident = Pick<
  IncidentRow,
  'id' | 'type' | 'status' | 'severity' | 'occurredAt' | 'mutedBy' | 'escalationLevel' | 'nextEscalationAt'
>;
