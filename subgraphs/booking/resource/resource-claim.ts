import { createHash } from 'node:crypto';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { blockedBy } from '../availability/availability.js';
import type { OfferedService } from '../catalogue/catalogue.store.js';

/** A stretch of time that a session takes of a provider and of what it needs beside her. */
export interface Claim {
  readonly sessionId: string;
  readonly from: Date;
  readonly until: Date;
}

/** The session that all who book one service of one provider at one start share; a UUID of its own making. */
export function sharedSessionId(providerId: string, serviceId: string, startsAt: Date): string {
  const hex = createHash('sha256').update(`${providerId}:${serviceId}:${startsAt.toISOString()}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The session of a booking: one of its own where nothing is shared. */
export const sessionOf = ({ providerId, service }: OfferedService, startsAt: Date, ownId: string): string =>
  service.capacity > 1 ? sharedSessionId(providerId, service.id, startsAt) : ownId;

/** The time that a session takes, buffers included. */
export type ClaimedTime = Pick<Claim, 'from' | 'until'>;

/** The time that is taken by a booking of one of the slots. */
export function claimedBy({ service }: OfferedService, startsAt: Date): ClaimedTime {
  const { start, end } = blockedBy(service, startsAt.getTime());
  return { from: new Date(start), until: new Date(end) };
}

/** What has to be locked before it is asked whether a slot is free. */
export const locksOf = ({ service, providerId }: OfferedService, startsAt: Date): string[] => [
  ...service.requirements.map(({ kind }) => `kind:${kind}`),
  ...(service.capacity > 1 ? [`session:${sharedSessionId(providerId, service.id, startsAt)}`] : []),
];

/**
 * Locks by name until the transaction ends, always in one order, so that nobody waits in a circle. It must come
 * before the first booking of the transaction is written.
 */
export async function lockAll(db: TenantDb, names: Iterable<string>): Promise<void> {
  for (const name of [...new Set(names)].sort()) {
    await db.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended('booking.' || kernel.current_tenant_id() || ${name}, 0))`;
  }
}

/** Gives back what a session keeps in use, unless somebody still comes to it. */
export async function releaseResources(db: TenantDb, sessionId: string): Promise<void> {
  await lockAll(db, [`session:${sessionId}`]);
  await db.$executeRaw`
    DELETE FROM booking.resource_use WHERE session_id = ${sessionId}::uuid AND NOT EXISTS (
      SELECT 1 FROM booking.booking AS live
      WHERE live.session_id = ${sessionId}::uuid AND live.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))`;
}

/** Whether it is plain that something a service needs is not to be had; a cheap look before any lock. */
export async function lacksResources(db: TenantDb, offered: OfferedService, startsAt: Date): Promise<boolean> {
  const { service, locationId, providerId } = offered;
  if (service.requirements.length === 0) return false;
  const { from, until } = claimedBy(offered, startsAt);
  const sessionId = sharedSessionId(providerId, service.id, startsAt);
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM booking.service_requirement AS need
    WHERE need.service_id = ${service.id}::uuid
      AND NOT EXISTS (SELECT 1 FROM booking.resource_use WHERE session_id = ${sessionId}::uuid)
      AND NOT EXISTS (
        SELECT 1 FROM booking.resource AS one
        WHERE one.active AND one.kind = need.kind
          AND (${locationId}::uuid IS NULL OR one.location_id = ${locationId}::uuid)
          AND booking.peak_use(one.id, ${from}::timestamptz, ${until}::timestamptz) + need.units <= one.capacity)
    LIMIT 1`;
  return rows.length > 0;
}

/**
 * Takes of every kind that a service needs the resource that fits most tightly; a session that has them keeps
 * them. The database has the last word on what is free. The locks of the service must be held.
 * @returns false when something is not to be had; what was taken by then goes with the transaction, or is given back
 */
export async function claimResources(db: TenantDb, { service, locationId }: OfferedService, claim: Claim): Promise<boolean> {
  const { sessionId, from, until } = claim;
  if (service.requirements.length === 0) return true;
  if ((await db.resourceUse.count({ where: { sessionId } })) > 0) return true;
  for (const { kind, units } of service.requirements) {
    const taken = await db.$executeRaw`
      INSERT INTO booking.resource_use (session_id, resource_id, units, used_from, used_until)
      SELECT ${sessionId}::uuid, id, ${units}, ${from}, ${until} FROM (
        SELECT id, name, capacity - booking.peak_use(id, ${from}::timestamptz, ${until}::timestamptz) AS room
        FROM booking.resource
        WHERE active AND kind = ${kind} AND (${locationId}::uuid IS NULL OR location_id = ${locationId}::uuid)
      ) AS candidate
      WHERE room >= ${units} ORDER BY room, name, id LIMIT 1`;
    if (taken === 0) return false;
  }
  return true;
}
