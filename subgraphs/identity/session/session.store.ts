import type { Prisma, Session } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type SessionRow = Session;

type Db = TenantDb | PlatformDb;

export const insertSession = (db: Db, session: Prisma.SessionUncheckedCreateInput): Promise<SessionRow> =>
  db.session.create({ data: session });

export async function insertRefreshToken(db: Db, token: Prisma.RefreshTokenUncheckedCreateInput): Promise<void> {
  await db.refreshToken.create({ data: token });
}

/** A refresh token with the session it belongs to. */
export interface LockedToken {
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
  readonly session: SessionRow;
}

type LockedRow = SessionRow & { readonly tokenUsedAt: Date | null; readonly tokenExpiresAt: Date };

/**
 * Locks the token until the transaction ends, so that of parallel refreshes one goes first. Written out as one
 * statement: refreshing is what identity does most.
 */
export async function lockRefreshToken(db: TenantDb, hash: string): Promise<LockedToken | null> {
  const [row] = await db.$queryRaw<LockedRow[]>`
    SELECT s.tenant_id AS "tenantId", s.id, s.realm, s.subject_id AS "subjectId", s.ip, s.user_agent AS "userAgent",
           s.created_at AS "createdAt", s.expires_at AS "expiresAt", s.revoked_at AS "revokedAt",
           s.revoked_for AS "revokedFor", s.amr, s.authenticated_at AS "authenticatedAt",
           t.used_at AS "tokenUsedAt", t.expires_at AS "tokenExpiresAt"
    FROM identity.refresh_token t
    JOIN identity.session s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
    WHERE t.hash = ${hash} FOR UPDATE OF t`;
  if (!row) return null;
  const { tokenUsedAt, tokenExpiresAt, ...session } = row;
  return { usedAt: tokenUsedAt, expiresAt: tokenExpiresAt, session };
}

/** Puts a new token in the place of one, and lets the session go on for as long as the new one is good. */
export async function replaceRefreshToken(
  db: TenantDb,
  usedHash: string,
  usedAt: Date,
  next: { readonly hash: string; readonly sessionId: string; readonly expiresAt: Date },
): Promise<void> {
  await db.$executeRaw`
    WITH used AS (UPDATE identity.refresh_token SET used_at = ${usedAt} WHERE hash = ${usedHash}),
         added AS (
           INSERT INTO identity.refresh_token (hash, session_id, expires_at)
           VALUES (${next.hash}, ${next.sessionId}::uuid, ${next.expiresAt}))
    UPDATE identity.session SET expires_at = ${next.expiresAt} WHERE id = ${next.sessionId}::uuid`;
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

/** Ends whatever session of the tenant is open. @returns those */
export const revokeEverySession = (db: TenantDb, revokedFor: string, revokedAt: Date): Promise<SessionRow[]> =>
  db.session.updateManyAndReturn({ where: { revokedAt: null, expiresAt: { gt: revokedAt } }, data: { revokedAt, revokedFor } });

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

export const findSession = (db: TenantDb, id: string): Promise<SessionRow | null> => db.session.findFirst({ where: { id } });

/** Notes that whoever has the session has just proved who she is. */
export async function renewProof(db: TenantDb, id: string, amr: readonly string[], authenticatedAt: Date): Promise<void> {
  await db.session.updateMany({ where: { id, revokedAt: null }, data: { amr: [...amr], authenticatedAt } });
}
