import type { SignInChallenge, TotpCredential } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TokenRealm } from '../../_kernel/wire/access-token.js';
import { MOST_WRONG_CODES } from './second-factor.js';

export type TotpRow = TotpCredential;
export type ChallengeRow = SignInChallenge;

/** Whose factor it is. */
export interface Subject {
  readonly realm: TokenRealm;
  readonly subjectId: string;
}

const of = ({ realm, subjectId }: Subject): Subject => ({ realm, subjectId });

export const findTotp = (db: PlatformDb, subject: Subject): Promise<TotpRow | null> =>
  db.totpCredential.findFirst({ where: of(subject) });

/** @returns false when there is a confirmed one, which stays */
export async function replaceUnconfirmedTotp(
  db: PlatformDb,
  subject: Subject,
  sealedSecret: string,
  createdAt: Date,
): Promise<boolean> {
  await db.totpCredential.deleteMany({ where: { ...of(subject), confirmedAt: null } });
  const { count } = await db.totpCredential.createMany({
    data: [{ ...of(subject), sealedSecret, createdAt }],
    skipDuplicates: true,
  });
  return count > 0;
}

/**
 * Uses up a time step: a code that was seen over somebody's shoulder, or comes a second time at the same moment,
 * counts no more.
 * @returns whether it had not been used
 */
export async function useTimeStep(db: PlatformDb, subject: Subject, timeStep: number): Promise<boolean> {
  const { count } = await db.totpCredential.updateMany({
    where: { ...of(subject), OR: [{ lastTimeStep: null }, { lastTimeStep: { lt: timeStep } }] },
    data: { lastTimeStep: timeStep },
  });
  return count > 0;
}

/** @returns whether it was still unconfirmed */
export async function confirmTotp(db: PlatformDb, subject: Subject, confirmedAt: Date): Promise<boolean> {
  const { count } = await db.totpCredential.updateMany({ where: { ...of(subject), confirmedAt: null }, data: { confirmedAt } });
  return count > 0;
}

export async function deleteSecondFactor(db: PlatformDb, subject: Subject): Promise<void> {
  await db.totpCredential.deleteMany({ where: of(subject) });
  await db.recoveryCode.deleteMany({ where: of(subject) });
}

export async function replaceRecoveryCodes(db: PlatformDb, subject: Subject, hashes: readonly string[]): Promise<void> {
  await db.recoveryCode.deleteMany({ where: of(subject) });
  await db.recoveryCode.createMany({ data: hashes.map((hash) => ({ ...of(subject), hash })) });
}

/** @returns whether it was there and unused */
export async function useRecoveryCode(db: PlatformDb, subject: Subject, hash: string, usedAt: Date): Promise<boolean> {
  const { count } = await db.recoveryCode.updateMany({ where: { ...of(subject), hash, usedAt: null }, data: { usedAt } });
  return count > 0;
}

export const countRecoveryCodes = (db: PlatformDb, subject: Subject): Promise<number> =>
  db.recoveryCode.count({ where: { ...of(subject), usedAt: null } });

export async function insertChallenge(
  db: TenantDb,
  row: Subject & { readonly hash: string; readonly amr: readonly string[]; readonly createdAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await db.signInChallenge.create({ data: { ...row, amr: [...row.amr] }, select: { hash: true } });
}

/**
 * Takes a challenge up for one try, which counts as wrong until it is used.
 * @returns null for one that is unknown, used, expired or was tried too often
 */
export async function tryChallenge(db: TenantDb, hash: string, now: Date): Promise<ChallengeRow | null> {
  const rows = await db.signInChallenge.updateManyAndReturn({
    where: { hash, usedAt: null, expiresAt: { gt: now }, wrongCodes: { lt: MOST_WRONG_CODES } },
    data: { wrongCodes: { increment: 1 } },
  });
  return rows[0] ?? null;
}

/** @returns whether it had not been used */
export async function useChallenge(db: TenantDb, hash: string, usedAt: Date): Promise<boolean> {
  const { count } = await db.signInChallenge.updateMany({ where: { hash, usedAt: null }, data: { usedAt } });
  return count > 0;
}

export async function deleteExpiredChallenges(db: PlatformDb, now: Date): Promise<void> {
  await db.signInChallenge.deleteMany({ where: { expiresAt: { lt: now } } });
}
