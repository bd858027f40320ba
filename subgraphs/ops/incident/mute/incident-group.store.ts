import type { PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';

/**
 * Joins the incidents of the type that came shortly before, at whichever company; the first of them gives the id.
 * Decided by one statement, however many companies are hit at once.
 */
export async function joinIncidentGroup(
  db: PlatformDb,
  { type, id, at }: { readonly type: string; readonly id: string; readonly at: Date },
): Promise<string> {
  const instant = at.toISOString();
  const [group] = await db.$queryRaw<{ id: string }[]>`
    INSERT INTO ops.incident_group AS known (type, id, opened_at, last_at)
    VALUES (${type}, ${id}::uuid, ${instant}::timestamptz, ${instant}::timestamptz)
    ON CONFLICT (type) DO UPDATE SET
      id = CASE WHEN known.last_at < excluded.last_at - interval '30 minutes' THEN excluded.id ELSE known.id END,
      opened_at = CASE WHEN known.last_at < excluded.last_at - interval '30 minutes' THEN excluded.opened_at ELSE known.opened_at END,
      last_at = greatest(known.last_at, excluded.last_at)
    RETURNING id::text`;
  if (!group) throw new Error('The group of an incident was not kept');
  return group.id;
}
