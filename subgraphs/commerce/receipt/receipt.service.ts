import { receiptNumber } from '../../_kernel/receipts/receipt-link.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { amountOf, dueOn } from '../bill/bill-account.js';
import { accountOf, findWholeBill } from '../bill/bill.store.js';
import { money } from '../money.js';
import type { CollectionState } from '../payment/payment.js';
import { portionDue } from '../checkout/checkout.js';
import { findClaimOf, findPayment, type PaymentRow } from '../payment/payment.store.js';
import { DUE_SHOWN_FOR_MS, type Due } from './due.js';
import type { Receipt } from './receipt.js';

export interface ReceiptService {
  /** For whoever has the link. Null for a payment that there is not, or that has not come. */
  find(context: RequestContext, paymentId: string): Promise<Receipt | null>;
  /**
   * For whoever has the link. Null for a payment that there is not, that neither failed nor was to be made by card at
   * the provider's page, or that is too long ago.
   */
  findDue(context: RequestContext, paymentId: string): Promise<Due | null>;
}

const FAILED: readonly CollectionState[] = ['FAILED', 'CANCELLED'];

const showsDue = ({ collection, checkoutRef, succeededAt, createdAt }: PaymentRow, now: Date): boolean =>
  succeededAt === null &&
  (FAILED.includes(collection) || checkoutRef !== null) &&
  now.getTime() - createdAt.getTime() < DUE_SHOWN_FOR_MS;

export const createReceiptService = ({ tenants }: { readonly tenants: TenantDatabase }): ReceiptService => ({
  async find(context, paymentId) {
    const db = tenants.of(context);
    const payment = await findPayment(db, paymentId);
    if (!payment || payment.succeededAt === null) return null;
    const { id, currency, succeededAt, amount, received, shares, refunds } = payment;
    const bill = await findWholeBill(db, payment.billId);
    const descriptions = new Map(bill?.lines.map((line) => [line.id, line.description]));
    const back = refunds.filter(({ state }) => state === 'SUCCEEDED').reduce((sum, refund) => sum + refund.amount, 0n);
    const { name: company, timeZone } = context.tenant;
    return {
      number: receiptNumber(id, succeededAt),
      company,
      timeZone,
      paidAt: succeededAt,
      lines: shares.map((share) => ({
        description: descriptions.get(share.lineId) ?? payment.bill.description,
        amount: money(Number(share.amount), currency),
      })),
      received: money(Number(received > 0n ? received : amount), currency),
      refunded: money(Number(back), currency),
    };
  },

  async findDue(context, paymentId) {
    const db = tenants.of(context);
    const payment = await findPayment(db, paymentId);
    const bill = payment && showsDue(payment, context.clock.now()) ? await findWholeBill(db, payment.billId) : null;
    if (!bill) return null;
    const account = accountOf(bill);
    const claim = await findClaimOf(db, bill.id);
    // One that waits for its payer is given up for hers who comes now.
    const portion = claim === null || claim.collection === 'REQUIRES_ACTION' ? portionDue(bill.status, account) : null;
    const descriptions = new Map(bill.lines.map((line) => [line.id, line.description]));
    const shares = bill.status === 'OPEN' ? account.lines.map((line) => ({ lineId: line.id, amount: dueOn(account, line) })) : [];
    return {
      company: context.tenant.name,
      what: bill.description,
      lines: shares
        .filter(({ amount }) => amount > 0)
        .map(({ lineId, amount }) => ({ description: descriptions.get(lineId) ?? bill.description, amount: money(amount, bill.currency) })),
      due: money(amountOf({ shares }), bill.currency),
      payable: portion && money(amountOf(portion), bill.currency),
    };
  },
});
