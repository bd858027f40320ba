import type { Alarm } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { AlarmState } from '../spine/incidents/detection.js';

/** Keeps who the tenant is, so that work can be done for it which no request of its own has caused. */
export async function keepTenant(db: TenantDb, tenant: TenantIdentity): Promise<void> {
  await db.$executeRaw`
    INSERT INTO ops.tenant_watch (tenant) VALUES (${JSON.stringify(tenant)}::jsonb)
    ON CONFLICT (tenant_id) DO UPDATE SET tenant = excluded.tenant`;
}

export async function findTenant(db: PlatformDb, tenantId: string): Promise<TenantIdentity | null> {
  const watch = await db.tenantWatch.findFirst({ where: { tenantId }, select: { tenant: true } });
  return (watch?.tenant as TenantIdentity | undefined) ?? null;
}

/**
 * Asks detection to look. Whoever looks takes the same row's lock before it counts, so a signal is either
 * counted by that look or asks for another.
 * @returns whether nobody had asked since the last look
 */
export async function requestLook(db: TenantDb, tenant: TenantIdentity, signalAt: Date): Promise<boolean> {
  const [watch] = await db.$queryRaw<{ first: boolean }[]>`
    INSERT INTO ops.tenant_watch AS watch (tenant, requested, signal_at)
    VALUES (${JSON.stringify(tenant)}::jsonb, 1, ${signalAt.toISOString()}::timestamptz)
    ON CONFLICT (tenant_id) DO UPDATE
      SET requested = watch.requested + 1, signal_at = greatest(watch.signal_at, excluded.signal_at)
    RETURNING requested = evaluated + 1 AS first`;
  return watch?.first ?? false;
}

/**
 * Takes on everything that was asked for, and locks the watch until the transaction ends.
 * @returns the newest signal's time when something was asked for
 */
export async function takeRequests(db: TenantDb): Promise<Date | null> {
  const [watch] = await db.$queryRaw<{ signal_at: Date | null; asked: boolean }[]>`
    SELECT signal_at, requested > evaluated AS asked FROM ops.tenant_watch FOR UPDATE`;
  if (!watch?.asked) return null;
  await db.$executeRaw`UPDATE ops.tenant_watch SET evaluated = requested`;
  return watch.signal_at;
}

/** Tenants at which an alarm is on, or at which a request to look was not followed. */
export async function findUnquietTenants(db: PlatformDb): Promise<readonly TenantIdentity[]> {
  const rows = await db.$queryRaw<{ tenant: TenantIdentity }[]>`
    SELECT tenant FROM ops.tenant_watch AS watch
    WHERE requested > evaluated
       OR EXISTS (SELECT 1 FROM ops.alarm WHERE alarm.tenant_id = watch.tenant_id AND firing)
    ORDER BY tenant_id`;
  return rows.map((row) => row.tenant);
}

const millisecondsOf = (instant: Date | null): number | null => instant?.getTime() ?? null;
const instantOf = (milliseconds: number | null): Date | null => (milliseconds === null ? null : new Date(milliseconds));

const stateOf = ({ firing, calmSince, clearedAt, flaps, seenAt }: Alarm): AlarmState => ({
  firing,
  calmSinceMs: millisecondsOf(calmSince),
  clearedAtMs: millisecondsOf(clearedAt),
  flaps,
  seenAtMs: millisecondsOf(seenAt),
});

export async function findAlarms(db: TenantDb): Promise<ReadonlyMap<string, AlarmState>> {
  const rows = await db.alarm.findMany();
  return new Map(rows.map((row) => [row.type, stateOf(row)]));
}

export async function keepAlarm(db: TenantDb, type: string, state: AlarmState): Promise<void> {
  const data = {
    firing: state.firing,
    calmSince: instantOf(state.calmSinceMs),
    clearedAt: instantOf(state.clearedAtMs),
    flaps: state.flaps,
    seenAt: instantOf(state.seenAtMs),
  };
  const { count } = await db.alarm.updateMany({ where: { type }, data });
  if (count === 0) await db.alarm.create({ data: { type, ...data }, select: { type: true } });
}
