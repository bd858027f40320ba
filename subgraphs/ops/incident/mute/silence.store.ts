import type { IncidentSilence, Prisma } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type SilenceRow = IncidentSilence;

/** Those that end last first. */
export const SILENCE_SORT: readonly SortKey[] = [
  { field: 'endsAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export async function isSilenced(db: TenantDb, type: string, at: Date): Promise<boolean> {
  const silence = await db.incidentSilence.findFirst({
    where: { OR: [{ type }, { type: null }], startsAt: { lte: at }, endsAt: { gt: at } },
    select: { id: true },
  });
  return silence !== null;
}

export const insertSilence = (db: TenantDb, silence: Prisma.IncidentSilenceUncheckedCreateInput): Promise<SilenceRow> =>
  db.incidentSilence.create({ data: silence });

/** Ends it at that time unless it has ended by itself. @returns null for one that there is not */
export async function endSilence(db: TenantDb, id: string, at: Date): Promise<SilenceRow | null> {
  await db.$executeRaw`
    UPDATE ops.incident_silence SET ends_at = greatest(starts_at, ${at.toISOString()}::timestamptz)
    WHERE id = ${id}::uuid AND ends_at > ${at.toISOString()}::timestamptz`;
  return db.incidentSilence.findFirst({ where: { id } });
}

export function findSilencesPage(
  db: TenantDb | PlatformDb,
  page: Page,
  since: Date | null,
): Promise<SilenceRow[]> {
  const { where, ...rest } = keysetQuery(page, SILENCE_SORT);
  return db.incidentSilence.findMany({ where: { AND: [since ? { endsAt: { gt: since } } : {}, where] }, ...rest });
}

export const findSilence = (db: PlatformDb, id: string): Promise<SilenceRow | null> =>
  db.incidentSilence.findFirst({ where: { id } });
