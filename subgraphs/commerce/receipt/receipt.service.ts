import { receiptNumber } from '../../_kernel/receipts/receipt-link.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findWholeBill } from '../bill/bill.store.js';
import { money } from '../money.js';
import { findPayment } from '../payment/payment.store.js';
import type { Receipt } from './receipt.js';

export interface ReceiptService {
  /** For whoever has the link. Null for a payment that there is not, or that has not come. */
  find(context: RequestContext, paymentId: string): Promise<Receipt | null>;
}

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
});
