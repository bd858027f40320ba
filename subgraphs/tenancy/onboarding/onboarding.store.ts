import type { Onboarding, OnboardingAnswer } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type OnboardingAnswerRow = Omit<OnboardingAnswer, 'tenantId'>;
export interface OnboardingRow extends Onboarding {
  readonly answers: readonly OnboardingAnswerRow[];
}

const include = { answers: { omit: { tenantId: true }, orderBy: { submittedAt: 'asc' } } } as const;

export const findOnboarding = (db: TenantDb): Promise<OnboardingRow | null> => db.onboarding.findFirst({ include });

/** Without the digests: they mean nothing to whoever reads it. */
export const findOnboardingOf = (db: PlatformDb, tenantId: string) =>
  db.onboarding.findFirst({
    where: { tenantId },
    include: { answers: { omit: { tenantId: true, fingerprint: true }, orderBy: { submittedAt: 'asc' } } },
  });

/** A second time changes nothing. */
export async function insertOnboarding(
  db: TenantDb,
  onboarding: { readonly startedBy: string; readonly startedAt: Date },
): Promise<void> {
  await db.onboarding.createMany({ data: [onboarding], skipDuplicates: true });
}

/** The onboarding, which nobody else goes on with until the transaction ends; null when it was not started. */
export async function lockOnboarding(db: TenantDb): Promise<OnboardingRow | null> {
  await db.$queryRaw`SELECT 1 FROM tenancy.onboarding FOR UPDATE`;
  return findOnboarding(db);
}

export async function insertAnswer(db: TenantDb, answer: OnboardingAnswerRow): Promise<void> {
  await db.onboardingAnswer.create({ data: answer });
}

export async function markCompleted(db: TenantDb, completedAt: Date): Promise<void> {
  await db.onboarding.updateMany({ where: { completedAt: null }, data: { completedAt } });
}
