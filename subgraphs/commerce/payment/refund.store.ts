import type { Refund } from '../../../prisma/generated/client.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { RefundFact } from './payment.js';
import type { RefundReason } from './payment-provider.js';

export type RefundRow = Refund;

/** Why money went back: what we were told, or that somebody did it by hand at the provider. */
export type StoredRefundReason = RefundReason | 'MADE_AT_PROVIDER';

export interface NewRefund {
  readonly id: string;
  readonly paymentId: string;
  /** Minor units. */
  readonly amount: number;
  /** What it is for; left out where nobody has said. */
  readonly lineId?: string;
  readonly reason: StoredRefundReason;
  readonly createdAt: Date;
}

export async function insertRefund(db: TenantDb, refund: NewRefund): Promise<void> {
  const { amount, createdAt, ...rest } = refund;
  await db.refund.create({ data: { ...rest, amount: BigInt(amount), createdAt, updatedAt: createdAt } });
}

export const findRefund = (db: TenantDb, id: string): Promise<RefundRow | null> =>
  db.refund.findFirst({ where: { id } });

/** The provider has refused it: no money moves. One that it has named meanwhile is left to what it tells. */
export async function failUnnamedRefund(db: TenantDb, id: string, now: Date): Promise<void> {
  await db.refund.updateMany({
    where: { id, providerRef: null, state: 'PENDING' },
    data: { state: 'FAILED', updatedAt: now },
  });
}

/**
 * Gives the provider's refund its row: the one that names it, else one of the same sum that waits for its name, else
 * a new one, for a refund made by hand at the provider. Rows of the same sum are alike, so it does not matter which.
 */
export async function claimRefundRow(
  db: TenantDb,
  payment: { readonly id: string; readonly refunds: readonly RefundRow[] },
  fact: RefundFact,
  now: Date,
): Promise<void> {
  if (payment.refunds.some((row) => row.providerRef === fact.refundId)) return;
  const waiting = payment.refunds.find(
    (row) => row.providerRef === null && row.state === 'PENDING' && Number(row.amount) === fact.amount,
  );
  if (waiting) {
    await db.refund.updateMany({ where: { id: waiting.id }, data: { providerRef: fact.refundId, updatedAt: now } });
    return;
  }
  await db.refund.create({
    data: {
      id: uuidv7(),
      paymentId: payment.id,
      providerRef: fact.refundId,
      amount: BigInt(fact.amount),
      reason: 'MADE_AT_PROVIDER' satisfies StoredRefundReason,
      createdAt: now,
      updatedAt: now,
    },
  });
}

export async function updateRefundState(db: TenantDb, fact: RefundFact, now: Date): Promise<void> {
  await db.refund.updateMany({
    where: { providerRef: fact.refundId },
    data: { state: fact.state, amount: BigInt(fact.amount), updatedAt: now },
  });
}

/** How much of a refund came out of deposits that were not earned, in minor units. */
export async function setFromDeposits(db: TenantDb, providerRef: string, fromDeposits: number): Promise<void> {
  await db.refund.updateMany({ where: { providerRef }, data: { fromDeposits: BigInt(fromDeposits) } });
}
