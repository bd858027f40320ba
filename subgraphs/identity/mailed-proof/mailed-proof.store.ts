import type { MailedProof } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { hashProofToken, type ProofPurpose, type ShownProof } from './mailed-proof.js';

export type MailedProofRow = MailedProof;

export interface NewProofRow {
  readonly id: string;
  readonly userId: string;
  readonly purpose: ProofPurpose;
  readonly email: string;
  readonly tokenHash: string;
  readonly codeHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Adds a proof; those of the same purpose that were sent before count no more. */
export async function replaceProofs(db: TenantDb, row: NewProofRow): Promise<void> {
  const { userId, purpose, createdAt } = row;
  await db.mailedProof.updateMany({ where: { userId, purpose, usedAt: null }, data: { usedAt: createdAt } });
  await db.mailedProof.create({ data: row, select: { id: true } });
}

export const countProofsSince = (
  db: TenantDb,
  email: string,
  purpose: ProofPurpose,
  since: Date,
): Promise<number> => db.mailedProof.count({ where: { email, purpose, createdAt: { gt: since } } });

/**
 * The tenant's proof that is shown, locked until the transaction ends: of two who show it one goes first. Above
 * tenants, because what a proof opens, such as a new password, is the person's everywhere.
 */
export async function lockProof(
  db: PlatformDb,
  tenantId: string,
  purpose: ProofPurpose,
  shown: ShownProof,
): Promise<MailedProofRow | null> {
  const where = 'token' in shown ? { tokenHash: hashProofToken(shown.token) } : { email: shown.email, usedAt: null };
  const found = await db.mailedProof.findFirst({
    where: { tenantId, purpose, ...where },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  });
  if (!found) return null;
  await db.$queryRaw`SELECT 1 FROM identity.mailed_proof
    WHERE tenant_id = ${tenantId}::uuid AND id = ${found.id}::uuid FOR UPDATE`;
  return db.mailedProof.findFirst({ where: { tenantId, id: found.id } });
}

export async function markProofUsed(db: PlatformDb, { tenantId, id }: MailedProofRow, usedAt: Date): Promise<void> {
  await db.mailedProof.updateMany({ where: { tenantId, id }, data: { usedAt } });
}

export async function countWrongCode(db: PlatformDb, { tenantId, id }: MailedProofRow): Promise<void> {
  await db.mailedProof.updateMany({ where: { tenantId, id }, data: { wrongCodes: { increment: 1 } } });
}
