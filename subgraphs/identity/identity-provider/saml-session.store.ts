import type { Prisma, SamlSession } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { SessionRow } from '../session/session.store.js';

export async function insertSamlSession(db: TenantDb, row: Prisma.SamlSessionUncheckedCreateInput): Promise<void> {
  await db.samlSession.create({ data: row, select: { id: true } });
}

/** Notes that what waited for a second factor is a session from now on; of what did not come from a provider nothing is kept. */
export const openedAfterChallenge =
  (challengeHash: string) =>
  async (db: TenantDb, sessionId: string): Promise<void> => {
    await db.samlSession.updateMany({ where: { challengeHash }, data: { challengeHash: null, sessionId } });
  };

/** What a session is known by to the provider that it came from; null for one that came otherwise. */
export const findSamlSession = (db: TenantDb, sessionId: string): Promise<SamlSession | null> =>
  db.samlSession.findFirst({ where: { sessionId } });

/**
 * Takes away what a provider knows sessions of somebody by; sign-ins among them that still wait for a second factor
 * come to nothing.
 * @param indexHashes which of her sessions; none for all
 * @returns the sessions themselves
 */
export async function takeSamlSessions(
  db: TenantDb,
  of: { readonly providerId: string; readonly nameHash: string; readonly indexHashes: readonly string[] },
): Promise<readonly Pick<SessionRow, 'id' | 'subjectId'>[]> {
  const { providerId, nameHash, indexHashes } = of;
  const rows = await db.samlSession.findMany({
    where: { providerId, nameHash, ...(indexHashes.length > 0 ? { indexHash: { in: [...indexHashes] } } : {}) },
    select: { id: true, challengeHash: true, session: { select: { id: true, subjectId: true } } },
  });
  await db.samlSession.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  const waiting = rows.flatMap(({ challengeHash }) => challengeHash ?? []);
  await db.signInChallenge.deleteMany({ where: { hash: { in: waiting } } });
  return rows.flatMap(({ session }) => session ?? []);
}

/** @returns whether the request was not carried out before */
export async function rememberLogout(
  db: TenantDb,
  row: { readonly providerId: string; readonly requestHash: string; readonly expiresAt: Date },
): Promise<boolean> {
  const { count } = await db.samlLogout.createMany({ data: [row], skipDuplicates: true });
  return count > 0;
}

/** Of sessions that are over, and requests that are too old to be carried out anyway. */
export async function deleteEndedSamlSessions(db: PlatformDb, now: Date): Promise<void> {
  await db.samlSession.deleteMany({ where: { session: { OR: [{ expiresAt: { lt: now } }, { revokedAt: { lt: now } }] } } });
  await db.samlLogout.deleteMany({ where: { expiresAt: { lt: now } } });
}
