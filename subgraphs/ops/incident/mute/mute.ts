import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { inhibitorsOf } from './inhibition.js';
import { isSilenced } from './silence.store.js';

export type MutedBy = 'SILENCE' | 'INHIBITION';

/** Why nobody is to be called for incidents of the type at that time; null when somebody is. */
export async function muteOf(db: TenantDb, type: string, at: Date): Promise<MutedBy | null> {
  if (await isSilenced(db, type, at)) return 'SILENCE';
  const graver = inhibitorsOf(type);
  const goingOn = await db.incident.findFirst({
    where: { type: { in: [...graver] }, resolvedAt: null },
    select: { id: true },
  });
  return goingOn ? 'INHIBITION' : null;
}
