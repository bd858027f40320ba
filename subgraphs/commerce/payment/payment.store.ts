import type {
  Bill,
  BillLine,
  Payment as PaymentRecord,
  PaymentShare,
  Prisma,
  Refund,
} from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { Money } from '../../_kernel/money/money.js';
import type { PaymentPurpose, Share } from '../bill/bill-account.js';
import { paymentState, type Payment } from './payment.js';

export type PaymentRow = PaymentRecord & {
  readonly bill: Bill;
  readonly refunds: Refund[];
  readonly shares: PaymentShare[];
};

export const PAYMENT_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

const whole = {
  bill: true,
  refunds: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
  shares: { orderBy: { lineId: 'asc' } },
} as const satisfies Prisma.PaymentInclude;

export interface NewPayment {
  readonly id: string;
  readonly billId: string;
  readonly amount: Money;
  readonly purpose: PaymentPurpose;
  /** What of it is for which line of the bill; they sum to the amount. */
  readonly shares: readonly Share[];
  /** Charged to a card that the provider keeps for `customerRef`, while nobody is there. */
  readonly unattended?: boolean;
  readonly customerRef?: string | null;
  readonly payerUserId: string | null;
  /** Null where the payer gives her card at the provider's page. */
  readonly paymentMethodId: string | null;
  readonly tenant: TenantIdentity;
  readonly createdAt: Date;
}

/** @returns false when another payment has a claim on the bill */
export async function insertPayment(db: TenantDb, payment: NewPayment): Promise<boolean> {
  const { amount, tenant, createdAt, shares, ...rest } = payment;
  const { count } = await db.payment.createMany({
    data: [
      {
        ...rest,
        amount: BigInt(amount.amount),
        currency: amount.currency,
        collectionAt: new Date(0),
        tenant: tenant as unknown as Prisma.InputJsonValue,
        createdAt,
        updatedAt: createdAt,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return false;
  const { id: paymentId } = payment;
  await db.paymentShare.createMany({
    data: shares.map(({ lineId, amount: part }) => ({ paymentId, lineId, amount: BigInt(part) })),
  });
  return true;
}

export const findPayment = (db: TenantDb, id: string): Promise<PaymentRow | null> =>
  db.payment.findFirst({ where: { id }, include: whole });

export const findPaymentsByIds = (db: TenantDb, ids: readonly string[]): Promise<PaymentRow[]> =>
  db.payment.findMany({ where: { id: { in: [...ids] } }, include: whole });

export type BillWithPayments = Bill & { readonly lines: BillLine[]; readonly payments: PaymentRow[] };

/** The bills of bookings with all attempts to pay them, newest first. */
export const findBillsOfBookings = (db: TenantDb, bookingIds: readonly string[]): Promise<BillWithPayments[]> =>
  db.bill.findMany({
    where: { lines: { some: { bookingId: { in: [...bookingIds] } } } },
    include: { lines: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }, payments: { include: whole, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] } },
  });

/** Payments of a bill that somebody may still complete at the provider, although they are not under way. */
export const findUnfinishedPayments = (db: TenantDb, billId: string): Promise<PaymentRow[]> =>
  db.payment.findMany({
    where: { billId, collection: { in: ['REQUIRES_ACTION', 'FAILED'] } },
    include: whole,
  });

/** The payment that has a claim on the bill: nobody else may pay it before that has ended. */
export const findClaimOf = (db: TenantDb, billId: string): Promise<PaymentRow | null> =>
  db.payment.findFirst({ where: { billId, releasedAt: null }, include: whole });

export function findPaymentsPage(db: TenantDb, visible: Prisma.PaymentWhereInput, page: Page): Promise<PaymentRow[]> {
  const { where, ...rest } = keysetQuery(page, PAYMENT_SORT);
  return db.payment.findMany({ where: { AND: [visible, where] }, ...rest, include: whole });
}

/**
 * Locks the payment's bill until the transaction ends: what is told of its payments is applied one piece after the
 * other. The bill and not the payment, because whoever makes a new payment holds the bill and has to wait for the
 * others' rows; two orders would be a deadlock.
 */
export async function lockPayment(db: TenantDb, id: string): Promise<PaymentRow | null> {
  await db.$queryRaw`
    SELECT 1 FROM commerce.bill AS owed JOIN commerce.payment AS paid ON paid.bill_id = owed.id
    WHERE paid.id = ${id}::uuid FOR UPDATE OF owed`;
  return findPayment(db, id);
}

/** Writes what is known now, the collection and the one word for both; refunds have rows of their own. */
export async function updateKnown(
  db: TenantDb,
  id: string,
  known: Payment,
  further: Prisma.PaymentUncheckedUpdateManyInput,
): Promise<void> {
  await db.payment.updateMany({
    where: { id },
    data: {
      ...further,
      status: paymentState(known),
      collection: known.collection,
      collectionAt: new Date(known.collectionAt),
      received: BigInt(known.received),
    },
  });
}

/** Whom the provider keeps a card for. */
export async function setCustomerRef(db: TenantDb, id: string, customerRef: string, now: Date): Promise<void> {
  await db.payment.updateMany({ where: { id }, data: { customerRef, updatedAt: now } });
}

/** Notes that the payment was looked at, so that others come before it at the next look. */
export async function touchPayment(db: TenantDb, id: string, now: Date): Promise<void> {
  await db.payment.updateMany({ where: { id }, data: { updatedAt: now } });
  await db.refund.updateMany({ where: { paymentId: id, state: 'PENDING' }, data: { updatedAt: now } });
}

/** The provider's id of a payment that it has just made and that nobody has paid yet. */
export async function setProviderRef(db: TenantDb, id: string, providerRef: string, now: Date): Promise<void> {
  await db.payment.updateMany({ where: { id }, data: { providerRef, updatedAt: now } });
}

/** The provider's id of the page at which the payer gives her card. */
export async function setCheckoutRef(db: TenantDb, id: string, checkoutRef: string, now: Date): Promise<void> {
  await db.payment.updateMany({ where: { id }, data: { checkoutRef, updatedAt: now } });
}

export interface PaymentOwner {
  readonly id: string;
  readonly tenant: TenantIdentity;
}

/** The tenant that a payment was made for, as it was then; null for a payment it does not have. */
export async function findPaymentOwner(db: PlatformDb, tenantId: string, id: string): Promise<PaymentOwner | null> {
  const row = await db.payment.findFirst({ where: { tenantId, id }, select: { id: true, tenant: true } });
  return row && ownerOf(row);
}

export interface UnsettledQuery {
  /** Only what nobody has looked at since. */
  readonly unattendedSince: Date;
  /** A fee that was not told by then is not waited for. */
  readonly feeExpectedSince: Date;
  /** A page for cards that nobody has looked at since then has expired by itself. */
  readonly checkoutsOpenSince: Date;
  readonly limit: number;
}

/** Payments of all tenants of which the provider may know more than we do, those longest unattended first. */
export async function findUnsettledPayments(db: PlatformDb, query: UnsettledQuery): Promise<PaymentOwner[]> {
  const { unattendedSince, feeExpectedSince, checkoutsOpenSince, limit } = query;
  const page = { select: { id: true, tenant: true }, orderBy: { updatedAt: 'asc' }, take: limit } as const;
  const unfinished = await db.payment.findMany({
    where: {
      collection: { in: ['REQUIRES_PAYMENT_METHOD', 'PROCESSING', 'REQUIRES_ACTION'] },
      updatedAt: { lt: unattendedSince },
    },
    ...page,
  });
  const retryable = await db.payment.findMany({
    where: {
      collection: 'FAILED',
      checkoutRef: { not: null },
      updatedAt: { gt: checkoutsOpenSince, lt: unattendedSince },
    },
    ...page,
  });
  const withoutFee = await db.payment.findMany({
    where: {
      collection: 'SUCCEEDED',
      fee: null,
      updatedAt: { gt: feeExpectedSince, lt: unattendedSince },
      succeededAt: { gt: feeExpectedSince },
    },
    ...page,
  });
  const refunding = await db.refund.findMany({
    where: { state: 'PENDING', updatedAt: { lt: unattendedSince } },
    select: { payment: { select: { id: true, tenant: true } } },
    orderBy: { updatedAt: 'asc' },
    take: limit,
  });
  const found = [...unfinished, ...retryable, ...withoutFee, ...refunding.map((refund) => refund.payment)].map(ownerOf);
  return [...new Map(found.map((owner) => [owner.id, owner])).values()];
}

const ownerOf = (row: { readonly id: string; readonly tenant: unknown }): PaymentOwner => ({
  id: row.id,
  // Written by insertPayment, and the database holds that it names the row's own tenant.
  tenant: row.tenant as TenantIdentity,
});
