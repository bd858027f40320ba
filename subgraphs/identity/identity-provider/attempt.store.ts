import type { Prisma, SsoAttempt } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type AttemptRow = SsoAttempt;

export async function insertAttempt(db: TenantDb, row: Prisma.SsoAttemptUncheckedCreateInput): Promise<void> {
  await db.ssoAttempt.create({ data: row });
}

/** Takes an attempt that waits for its answer: of two answers one finds it. */
export async function takeAttempt(db: TenantDb, providerId: string, stateHash: string, now: Date): Promise<AttemptRow | null> {
  const rows = await db.ssoAttempt.updateManyAndReturn({
    where: { providerId, stateHash, answeredAt: null, expiresAt: { gt: now } },
    data: { answeredAt: now },
  });
  return rows[0] ?? null;
}

export async function keepAnswer(
  db: TenantDb,
  id: string,
  answer: { readonly codeHash: string; readonly codeExpiresAt: Date; readonly sealedPerson: string },
): Promise<void> {
  await db.ssoAttempt.updateMany({ where: { id }, data: answer });
}

/** Takes the answer a code stands for, once; whoever cannot say what she kept to herself takes it from nobody. */
export async function takeAnswer(db: TenantDb, codeHash: string, challenge: string, now: Date): Promise<AttemptRow | null> {
  const rows = await db.ssoAttempt.updateManyAndReturn({
    where: { codeHash, challenge, usedAt: null, codeExpiresAt: { gt: now } },
    data: { usedAt: now },
  });
  return rows[0] ?? null;
}

export async function deleteExpiredAttempts(db: PlatformDb, before: Date): Promise<void> {
  await db.ssoAttempt.deleteMany({ where: { expiresAt: { lt: before } } });
}
