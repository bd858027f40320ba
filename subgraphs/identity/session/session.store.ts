import type { Prisma, RefreshToken, Session } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type SessionRow = Session;

type Db = TenantDb | PlatformDb;

export const insertSession = (db: Db, session: Prisma.SessionUncheckedCreateInput): Promise<SessionRow> =>
  db.session.create({ data: session });

export async function insertRefreshToken(db: Db, token: Prisma.RefreshTokenUncheckedCreateInput): Promise<void> {
  await db.refreshToken.create({ data: token });
}

/** Locks the token until the transaction ends, so that of parallel refreshes one goes first. */
export async function lockRefreshToken(
  db: TenantDb,
  hash: string,
): Promise<(RefreshToken & { session: SessionRow }) | null> {
  await db.$queryRaw`SELECT 1 FROM identity.refresh_token WHERE hash = ${hash} FOR UPDATE`;
  return db.refreshToken.findFirst({ where: { hash }, include: { session: true } });
}

export async function markRefreshTokenUsed(db: TenantDb, hash: string, usedAt: Date): Promise<void> {
  await db.refreshToken.updateMany({ where: { hash }, data: { usedAt } });
}

/** @returns whether the session was still open */
export async function revokeSession(
  db: TenantDb,
  id: string,
  revokedFor: string,
  revokedAt: Date,
): Promise<boolean> {
  const { count } = await db.session.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt, revokedFor },
  });
  return count > 0;
}

export const findOpenSessions = (db: TenantDb, subjectId: string, now: Date): Promise<SessionRow[]> =>
  db.session.findMany({
    where: { subjectId, revokedAt: null, expiresAt: { gt: now } },
    orderBy: { createdAt: 'desc' },
    take: 100,
  });

/** Ends a person's open sessions in every tenant, but for the one that is kept. */
export async function revokeSessionsOfUser(
  db: PlatformDb,
  subjectId: string,
  keptSessionId: string | null,
  revokedFor: string,
  revokedAt: Date,
): Promise<void> {
  await db.session.updateMany({
    where: { subjectId, realm: 'tenant', revokedAt: null, ...(keptSessionId ? { id: { not: keptSessionId } } : {}) },
    data: { revokedAt, revokedFor },
  });
}
