import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { FORGOTTEN_AFTER_SECONDS, waitAfter, type AttemptKey } from './sign-in-guard.js';

const later = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1_000);

/**
 * Nobody has to wait. Not the time of the attempt: another one at the same moment, of a process whose clock is
 * a little behind, would be told to wait for it.
 */
const NOT_BLOCKED = new Date(0);

/** Keys that are not counted anywhere yet are; afterwards each has a row to lock. */
async function addMissing(db: TenantDb, keys: readonly AttemptKey[], now: Date): Promise<void> {
  await db.signInAttempts.createMany({
    data: keys.map(({ key }) => ({ key, failures: 0, lastFailedAt: now, blockedUntil: NOT_BLOCKED })),
    skipDuplicates: true,
  });
}

/**
 * Counts an attempt as failed before anybody knows whether it is, so that a hundred at once are a hundred. When
 * one of the keys has to wait, nothing is counted.
 * @returns since when trying again makes sense; null when this attempt may be made
 */
export async function countAttempt(db: TenantDb, keys: readonly AttemptKey[], now: Date): Promise<Date | null> {
  await addMissing(db, keys, now);
  const names = keys.map(({ key }) => key);
  // In one order for everybody: two who lock two keys each do not wait for each other.
  const rows = await db.$queryRaw<{ key: string; failures: number; last_failed_at: Date; blocked_until: Date }[]>`
    SELECT key, failures, last_failed_at, blocked_until FROM identity.sign_in_attempts
    WHERE key = ANY(${names}) ORDER BY key FOR UPDATE`;
  const blockedUntil = Math.max(...rows.map((row) => row.blocked_until.getTime()));
  if (blockedUntil > now.getTime()) return new Date(blockedUntil);
  for (const row of rows) {
    const kind = keys.find(({ key }) => key === row.key)?.kind ?? 'account';
    const stale = later(row.last_failed_at, FORGOTTEN_AFTER_SECONDS) <= now;
    const failures = (stale ? 0 : row.failures) + 1;
    const wait = waitAfter(kind, failures);
    await db.signInAttempts.updateMany({
      where: { key: row.key },
      data: { failures, lastFailedAt: now, blockedUntil: wait === 0 ? NOT_BLOCKED : later(now, wait) },
    });
  }
  return null;
}

/** An attempt was none: who it was, is known. Of an address only the one attempt is forgotten. */
export async function forgiveAttempt(db: TenantDb, keys: readonly AttemptKey[]): Promise<void> {
  for (const { kind, key } of keys) {
    await db.signInAttempts.updateMany({
      where: { key },
      data: { failures: kind === 'ip' ? { decrement: 1 } : 0, blockedUntil: NOT_BLOCKED },
    });
  }
}

/** Removes what counts no more. */
export async function deleteStaleAttempts(db: PlatformDb, now: Date): Promise<void> {
  await db.signInAttempts.deleteMany({ where: { lastFailedAt: { lt: later(now, -FORGOTTEN_AFTER_SECONDS) } } });
}
