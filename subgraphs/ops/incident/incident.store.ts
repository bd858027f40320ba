import type { Principal } from '../../_kernel/wire/principal.js';
import type { Incident, IncidentChange, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IncidentSeverity, IncidentStatus } from './incident.js';

export type IncidentRow = Incident;
export type IncidentChangeRow = IncidentChange;

/** Newest first. */
export const INCIDENT_SORT: readonly SortKey[] = [
  { field: 'occurredAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface IncidentFilter {
  readonly types?: readonly string[] | undefined;
  readonly statuses?: readonly IncidentStatus[] | undefined;
  readonly severities?: readonly IncidentSeverity[] | undefined;
  readonly tenantId?: string | undefined;
}

export const findIncidentsByIds = (db: TenantDb | PlatformDb, ids: readonly string[]): Promise<IncidentRow[]> =>
  db.incident.findMany({ where: { id: { in: [...ids] } } });

export function findIncidentsPage(
  db: TenantDb | PlatformDb,
  page: Page,
  { types, statuses, severities, tenantId }: IncidentFilter,
): Promise<IncidentRow[]> {
  const { where, ...rest } = keysetQuery(page, INCIDENT_SORT);
  const wanted: Prisma.IncidentWhereInput = {
    ...(types ? { type: { in: [...types] } } : {}),
    ...(statuses ? { status: { in: [...statuses] } } : {}),
    ...(severities ? { severity: { in: [...severities] } } : {}),
    ...(tenantId === undefined ? {} : { tenantId }),
  };
  return db.incident.findMany({ where: { AND: [wanted, where] }, ...rest });
}

/** Newest first, at most 100. */
export const findIncidentsOfGroup = (db: TenantDb | PlatformDb, groupId: string): Promise<IncidentRow[]> =>
  db.incident.findMany({ where: { groupId }, orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }], take: 100 });

/** Locks the incident until the transaction ends, so that two people cannot both take the same step. */
export async function lockIncident(db: TenantDb, id: string): Promise<IncidentRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.incident WHERE id = ${id}::uuid FOR UPDATE`;
  return db.incident.findFirst({ where: { id } });
}

/** The one of a type that is still going on, locked until the transaction ends. */
export async function lockOpenIncident(db: TenantDb, type: string): Promise<IncidentRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.incident WHERE type = ${type} AND resolved_at IS NULL FOR UPDATE`;
  return db.incident.findFirst({ where: { type, resolvedAt: null } });
}

/** @returns null when one of the type is going on already */
export async function insertIncident(
  db: TenantDb,
  incident: Prisma.IncidentUncheckedCreateInput,
): Promise<IncidentRow | null> {
  const rows = await db.incident.createManyAndReturn({ data: [incident], skipDuplicates: true });
  return rows[0] ?? null;
}

export async function updateIncident(
  db: TenantDb,
  id: string,
  changes: Prisma.IncidentUncheckedUpdateManyInput,
): Promise<IncidentRow> {
  const [row] = await db.incident.updateManyAndReturn({ where: { id }, data: changes });
  if (!row) throw new Error(`Incident ${id} has gone`);
  return row;
}

export interface TimelineLine {
  readonly incidentId: string;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  readonly note: string | null;
  readonly actorId: string | null;
  readonly actorKind: Exclude<Principal['kind'], 'anonymous'>;
  readonly at: Date;
}

export async function insertTimelineLine(db: TenantDb, line: TimelineLine): Promise<void> {
  await db.incidentChange.create({ data: { id: uuidv7(), ...line }, select: { id: true } });
}

export const findTimelines = (
  db: TenantDb | PlatformDb,
  incidentIds: readonly string[],
): Promise<IncidentChangeRow[]> =>
  db.incidentChange.findMany({
    where: { incidentId: { in: [...incidentIds] } },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
