import type { Prisma, Session } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type SessionRow = Session;

/** What a token says of a session. */
export type ProvedSession = Pick<SessionRow, 'id' | 'subjectId' | 'amr' | 'authenticatedAt'>;

type Db = TenantDb | PlatformDb;

export const insertSession = (db: Db, session: Prisma.SessionUncheckedCreateInput): Promise<SessionRow> =>
  db.session.create({ data: session });

export async function insertRefreshToken(db: Db, token: Prisma.RefreshTokenUncheckedCreateInput): Promise<void> {
  await db.refreshToken.create({ data: token });
}

/** What a refresh token was changed for: the session it belongs to and, in the tenant realm, her place there. */
export interface RotatedSession extends ProvedSession {
  readonly membership: { readonly id: string; readonly userId: string; readonly roles: string[] } | null;
}

export type RotationOutcome =
  | (RotatedSession & { readonly verdict: 'ROTATED' })
  | { readonly verdict: 'REUSED'; readonly id: string; readonly subjectId: string }
  | { readonly verdict: 'REFUSED' };

interface RotationRow extends ProvedSession {
  readonly verdict: RotationOutcome['verdict'];
  readonly membershipId: string | null;
  readonly roles: string[] | null;
}

/** Puts a new refresh token in the place of one, if that may be; in one round trip. What may be, the database says. */
export async function rotateRefreshTokenRow(
  db: TenantDb,
  rotation: {
    readonly hash: string;
    readonly realm: string;
    readonly now: Date;
    readonly next: { readonly hash: string; readonly expiresAt: Date };
  },
): Promise<RotationOutcome> {
  const { hash, realm, now, next } = rotation;
  const [row] = await db.$queryRaw<RotationRow[]>`
    SELECT verdict, session_id AS id, subject_id AS "subjectId", amr, authenticated_at AS "authenticatedAt",
           membership_id AS "membershipId", roles
    FROM identity.rotate_refresh_token(
      ${hash}, ${realm}, ${next.hash}, ${now}::timestamptz, ${next.expiresAt}::timestamptz)`;
  if (!row || row.verdict === 'REFUSED') return { verdict: 'REFUSED' };
  const { verdict, id, subjectId, amr, authenticatedAt, membershipId, roles } = row;
  if (verdict === 'REUSED') return { verdict, id, subjectId };
  const membership = membershipId === null ? null : { id: membershipId, userId: subjectId, roles: roles ?? [] };
  return { verdict, id, subjectId, amr, authenticatedAt, membership };
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
