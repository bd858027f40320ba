import { ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { amountOf } from '../bill/bill-account.js';
import { lockBillOfBooking } from '../bill/bill.store.js';
import { money } from '../money.js';
import type { PaymentRecorder } from './payment-recorder.js';
import { insertPayment } from './payment.store.js';

export interface ImportedPayment {
  readonly bookingId: string;
  readonly paidAt: Date;
  /** What the provider kept, in minor units of the bill's currency. */
  readonly fee: number;
}

export interface PaymentImportService {
  /**
   * Takes over a payment that was made elsewhere, for the whole bill of a booking. It is booked as every other:
   * journal, bill and event. A bill that is not open any more is left as it is.
   * @throws {ForbiddenError} for everybody but the platform itself
   * @throws {NotFoundError} when the booking has no bill
   */
  importPayment(context: RequestContext, input: ImportedPayment): Promise<void>;
}

export function createPaymentImportService(parts: {
  readonly tenants: TenantDatabase;
  readonly recorder: PaymentRecorder;
}): PaymentImportService {
  const { tenants, recorder } = parts;
  return {
    async importPayment(context, { bookingId, paidAt, fee }) {
      if (context.principal.kind !== 'system') throw new ForbiddenError('Only the platform itself imports payments');
      await tenants.transaction(context, async (db) => {
        const bill = await lockBillOfBooking(db, bookingId);
        if (!bill) throw new NotFoundError('Bill');
        // What its time has passed for was paid before that: in the order of events it may be over already.
        const lines = bill.lines.filter(({ state }) => state === 'LIVE' || state === 'DONE' || state === 'MISSED');
        if (bill.payments.length > 0 || lines.length === 0) return;
        const id = uuidv7();
        const shares = lines.map((line) => ({ lineId: line.id, amount: Number(line.price) }));
        const amount = money(amountOf({ shares }), bill.currency);
        const isNew = await insertPayment(db, {
          id,
          billId: bill.id,
          amount,
          purpose: 'WHOLE',
          shares,
          payerUserId: bill.clientUserId,
          paymentMethodId: 'imported',
          tenant: context.tenant,
          createdAt: paidAt,
        });
        if (!isNew) return;
        await recorder.record(context, db, id, {
          providerRef: null,
          evidence: [{ kind: 'collection', state: 'SUCCEEDED', at: paidAt.getTime(), received: amount.amount }],
          fee: money(fee, bill.currency),
        });
      });
    },
  };
}
