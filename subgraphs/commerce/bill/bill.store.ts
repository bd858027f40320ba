import type { Bill, BillLine, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { BillAccount, LineState, Share } from './bill-account.js';

export type BillRow = Bill;
export type BillLineRow = BillLine;

export interface NewBill {
  readonly id: string;
  readonly bookingId: string;
  readonly groupId: string | null;
  readonly clientId: string | null;
  readonly clientUserId: string | null;
  readonly description: string;
  readonly currency: string;
  readonly createdAt: Date;
}

export interface NewLine {
  readonly id: string;
  readonly billId: string;
  readonly bookingId: string;
  readonly description: string;
  /** Minor units. */
  readonly price: number;
  readonly deposit: number;
  readonly createdAt: Date;
}

const withMoney = {
  lines: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
  payments: {
    where: { succeededAt: { not: null } },
    include: { shares: { orderBy: { lineId: 'asc' } }, refunds: { where: { state: { not: 'FAILED' } } } },
    orderBy: [{ succeededAt: 'asc' }, { id: 'asc' }],
  },
} as const satisfies Prisma.BillInclude;

/** A bill with its lines and the payments whose money has come, oldest first. */
export type WholeBill = Prisma.BillGetPayload<{ include: typeof withMoney }>;

/** Opens the bill of what was made together, unless it is open already; locks it. @returns its id */
export async function keepBillOfGroup(db: TenantDb, bill: NewBill & { readonly groupId: string }, amount: number): Promise<string> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    INSERT INTO commerce.bill AS known
      (id, booking_id, group_id, client_id, client_user_id, description, amount, currency, created_at, updated_at)
    VALUES (${bill.id}::uuid, ${bill.bookingId}::uuid, ${bill.groupId}::uuid, ${bill.clientId}::uuid,
      ${bill.clientUserId}::uuid, ${bill.description}, ${amount}, ${bill.currency}, ${bill.createdAt}, ${bill.createdAt})
    ON CONFLICT (tenant_id, group_id, currency) DO UPDATE
      SET amount = known.amount + excluded.amount, updated_at = excluded.updated_at
    RETURNING known.id`;
  const [row] = rows;
  if (!row) throw new Error('a bill was neither opened nor found');
  return row.id;
}

/** @returns false when the booking has its bill already */
export async function insertBill(
  db: TenantDb,
  bill: NewBill & { readonly dueAt: Date | null },
  amount: number,
): Promise<boolean> {
  const { count } = await db.bill.createMany({
    data: [{ ...bill, amount: BigInt(amount), updatedAt: bill.createdAt }],
    skipDuplicates: true,
  });
  return count > 0;
}

export async function insertLine(db: TenantDb, line: NewLine): Promise<void> {
  await db.billLine.create({
    data: { ...line, price: BigInt(line.price), deposit: BigInt(line.deposit), updatedAt: line.createdAt },
  });
}

export const hasLine = async (db: TenantDb, bookingId: string): Promise<boolean> =>
  (await db.billLine.count({ where: { bookingId } })) > 0;

/** Locks the bill until the transaction ends, so that of parallel attempts to pay it one goes first. */
export async function lockBillOfBooking(db: TenantDb, bookingId: string): Promise<WholeBill | null> {
  await db.$queryRaw`
    SELECT 1 FROM commerce.bill AS owed JOIN commerce.bill_line AS line ON line.bill_id = owed.id
    WHERE line.booking_id = ${bookingId}::uuid FOR UPDATE OF owed`;
  return db.bill.findFirst({ where: { lines: { some: { bookingId } } }, include: withMoney });
}

/** Reads a bill that is locked already. */
export const findWholeBill = (db: TenantDb, id: string): Promise<WholeBill | null> =>
  db.bill.findFirst({ where: { id }, include: withMoney });

export const findWholeBills = (db: TenantDb, ids: readonly string[]): Promise<WholeBill[]> =>
  db.bill.findMany({ where: { id: { in: [...ids] } }, include: withMoney });

/** Longest due first. */
export const OVERDUE_SORT: readonly SortKey[] = [
  { field: 'dueAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

/** What has come due by an instant and is still owed. */
export function findOverdueBills(db: TenantDb, now: Date, page: Page): Promise<BillRow[]> {
  const { where, ...rest } = keysetQuery(page, OVERDUE_SORT);
  return db.bill.findMany({ where: { AND: [{ status: 'OPEN', dueAt: { lte: now } }, where] }, ...rest });
}

export async function setBillStatus(db: TenantDb, id: string, status: BillRow['status'], now: Date): Promise<void> {
  await db.bill.updateMany({ where: { id, status: { not: status } }, data: { status, updatedAt: now } });
}

/** @param fee minor units */
export async function setLineState(db: TenantDb, id: string, state: LineState, fee: number, now: Date): Promise<void> {
  await db.billLine.updateMany({ where: { id }, data: { state, fee: BigInt(fee), updatedAt: now } });
}

/** Notes what of deposits is the company's from now on. */
export async function addEarned(db: TenantDb, earned: readonly Share[], now: Date): Promise<void> {
  for (const { lineId, amount } of earned) {
    await db.billLine.updateMany({
      where: { id: lineId },
      data: { depositEarned: { increment: BigInt(amount) }, updatedAt: now },
    });
  }
}

/** The same as the rules see it. */
export const accountOf = ({ lines, payments }: Pick<WholeBill, 'lines' | 'payments'>): BillAccount => ({
  lines: lines.map(({ id, price, deposit, fee, state, depositEarned }) => ({
    id,
    price: Number(price),
    deposit: Number(deposit),
    fee: Number(fee),
    state,
    depositEarned: Number(depositEarned),
  })),
  received: payments.map(({ id, purpose, shares, refunds }) => ({
    paymentId: id,
    purpose,
    shares: shares.map(({ lineId, amount }) => ({ lineId, amount: Number(amount) })),
    refunds: refunds.map(({ lineId, amount, fromDeposits }) => ({
      lineId,
      amount: Number(amount),
      fromDeposits: Number(fromDeposits),
    })),
  })),
});
