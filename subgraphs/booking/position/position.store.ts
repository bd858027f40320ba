import type { ReportedPosition } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { PAUSE_MS, type PositionSubject } from './position.js';

export type PositionRow = ReportedPosition;

export const findPositions = (db: TenantDb, subjectIds: readonly string[]): Promise<PositionRow[]> =>
  db.reportedPosition.findMany({ where: { subjectId: { in: [...subjectIds] } } });

/** Keeps a position unless a later one is known, or another was reported just now. @returns whether it is kept */
export async function keepPosition(
  db: TenantDb,
  { is, id }: PositionSubject,
  position: Pick<PositionRow, 'latitude' | 'longitude' | 'accuracyMeters' | 'measuredAt' | 'reportedAt'>,
): Promise<boolean> {
  const { latitude, longitude, accuracyMeters, measuredAt, reportedAt } = position;
  const [providerId, resourceId] = is === 'PROVIDER' ? [id, null] : [null, id];
  const kept = await db.$executeRaw`
    INSERT INTO booking.reported_position AS known
      (subject_id, provider_id, resource_id, latitude, longitude, accuracy_meters, measured_at, reported_at)
    VALUES (${id}::uuid, ${providerId}::uuid, ${resourceId}::uuid, ${latitude}, ${longitude}, ${accuracyMeters},
            ${measuredAt}, ${reportedAt})
    ON CONFLICT (tenant_id, subject_id) DO UPDATE
    SET latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude, accuracy_meters = EXCLUDED.accuracy_meters,
        measured_at = EXCLUDED.measured_at, reported_at = EXCLUDED.reported_at
    WHERE known.measured_at < EXCLUDED.measured_at AND known.reported_at <= ${new Date(reportedAt.getTime() - PAUSE_MS)}`;
  return kept > 0;
}
