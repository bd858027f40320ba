import type { Bill } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Money } from '../../_kernel/money/money.js';

export type BillRow = Bill;

export interface NewBill {
  readonly id: string;
  readonly bookingId: string;
  readonly clientId: string | null;
  readonly clientUserId: string | null;
  readonly description: string;
  readonly amount: Money;
  readonly createdAt: Date;
}

/** @returns false when the booking has its bill already */
export async function insertBill(db: TenantDb, { amount, createdAt, ...bill }: NewBill): Promise<boolean> {
  const { count } = await db.bill.createMany({
    data: [{ ...bill, amount: BigInt(amount.amount), currency: amount.currency, createdAt, updatedAt: createdAt }],
    skipDuplicates: true,
  });
  return count > 0;
}

/** Locks the bill until the transaction ends, so that of parallel attempts to pay it one goes first. */
export async function lockBillOfBooking(db: TenantDb, bookingId: string): Promise<BillRow | null> {
  await db.$queryRaw`SELECT 1 FROM commerce.bill WHERE booking_id = ${bookingId}::uuid FOR UPDATE`;
  return db.bill.findFirst({ where: { bookingId } });
}

export async function markBillPaid(db: TenantDb, id: string, now: Date): Promise<void> {
  await db.bill.updateMany({ where: { id, status: 'OPEN' }, data: { status: 'PAID', updatedAt: now } });
}

export async function voidOpenBill(db: TenantDb, bookingId: string, now: Date): Promise<void> {
  await db.bill.updateMany({ where: { bookingId, status: 'OPEN' }, data: { status: 'VOID', updatedAt: now } });
}
