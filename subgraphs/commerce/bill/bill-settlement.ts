import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { money } from '../money.js';
import { insertPayment } from '../payment/payment.store.js';
import { insertRefund } from '../payment/refund.store.js';
import { amountOf, billStatus, dueFees, surplusOf } from './bill-account.js';
import { accountOf, findWholeBill, setBillStatus, type WholeBill } from './bill.store.js';

/**
 * Has the money follow what a bill says by now, in the caller's transaction, which holds the bill's lock: what was
 * paid beyond the fees of lines that are over goes back, a fee that nothing covers is charged to the card that the
 * provider keeps, and where it keeps none the bill stays open. Only wishes are written here; the schedule that
 * reconciles payments carries them to the provider. Doing it again changes nothing.
 */
export async function settleBill(context: RequestContext, db: TenantDb, billId: string): Promise<void> {
  const bill = await findWholeBill(db, billId);
  if (!bill) return;
  const now = context.clock.now();
  await setBillStatus(db, billId, billStatus(accountOf(bill)), now);
  await giveBack(context, db, bill);
  await chargeFees(context, db, bill);
}

async function giveBack(context: RequestContext, db: TenantDb, bill: WholeBill): Promise<void> {
  for (const { paymentId, lineId, amount } of surplusOf(accountOf(bill))) {
    const payment = bill.payments.find(({ id }) => id === paymentId);
    if (payment?.providerRef == null) {
      context.logger.info({ paymentId, amount }, 'money of a payment that was made elsewhere is to be given back there');
      continue;
    }
    const createdAt = context.clock.now();
    await insertRefund(db, { id: uuidv7(), paymentId, lineId, amount, reason: 'REQUESTED_BY_CLIENT', createdAt });
  }
}

async function chargeFees(context: RequestContext, db: TenantDb, bill: WholeBill): Promise<void> {
  const shares = dueFees(accountOf(bill));
  const kept = bill.payments.find(({ cardRef }) => cardRef !== null);
  if (shares.length === 0 || !kept?.cardRef || (await wasRefused(db, bill.id, shares))) return;
  await insertPayment(db, {
    id: uuidv7(),
    billId: bill.id,
    amount: money(amountOf({ shares }), bill.currency),
    purpose: 'FEE',
    shares,
    payerUserId: bill.clientUserId,
    paymentMethodId: kept.cardRef,
    unattended: true,
    customerRef: kept.customerRef,
    tenant: context.tenant,
    createdAt: context.clock.now(),
  });
}

/** A card that was refused for a fee is not charged for the same again: the client is left to pay her bill. */
const wasRefused = async (db: TenantDb, billId: string, shares: readonly { readonly lineId: string }[]): Promise<boolean> =>
  (await db.payment.count({
    where: {
      billId,
      purpose: 'FEE',
      succeededAt: null,
      shares: { some: { lineId: { in: shares.map(({ lineId }) => lineId) } } },
    },
  })) > 0;
