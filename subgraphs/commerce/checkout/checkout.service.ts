import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { amountOf } from '../bill/bill-account.js';
import { accountOf, findWholeBill } from '../bill/bill.store.js';
import { money } from '../money.js';
import type { PaymentCollector } from '../payment/payment-collector.js';
import { findPayment, findUnfinishedPayments, insertPayment, lockPayment, type PaymentRow } from '../payment/payment.store.js';
import { createSingleFlight } from '../payment/single-flight.js';
import type { CheckoutDesk, ReturnAddresses } from './checkout-desk.js';
import { paysPortion, portionDue } from './checkout.js';

export interface CheckoutService {
  /**
   * Opens the provider's page at which whoever was to make a payment gives a card for what is due of its bill now: the
   * same page again as long as it is open and nothing else is due. Who asks is not asked: the caller has seen the link.
   * @param addressesOf where the payer comes back to, of the payment that is made for it
   * @returns the page's address; null when nothing is due any more
   * @throws {ConflictError} when a payment of the bill is under way
   * @throws {PaymentProviderUnavailableError}
   */
  open(context: RequestContext, paymentId: string, addressesOf: (paymentId: string) => ReturnAddresses): Promise<string | null>;
  /**
   * Records what became of a page that has been left alone, and closes one that asks for what is no longer due.
   * @throws {PaymentProviderUnavailableError}
   */
  settle(context: RequestContext, payment: PaymentRow, checkoutRef: string): Promise<void>;
}

/** What may be paid at a page by now, by a new payment or one that is open already. */
type Standing =
  | { readonly kind: 'NOTHING_DUE' }
  | { readonly kind: 'EARLIER'; readonly payments: readonly { readonly payment: PaymentRow; readonly isSame: boolean }[] }
  | { readonly kind: 'NEW'; readonly paymentId: string };

export function createCheckoutService(parts: {
  readonly tenants: TenantDatabase;
  readonly collector: PaymentCollector;
  readonly desk: CheckoutDesk;
}): CheckoutService {
  const { tenants, collector, desk } = parts;
  const singly = createSingleFlight();

  /** Makes the payment, unless there are others that have to be looked at first. The bill is locked. */
  const claim = async (context: RequestContext, db: TenantDb, billId: string): Promise<Standing> => {
    const bill = await findWholeBill(db, billId);
    const portion = bill && portionDue(bill.status, accountOf(bill));
    if (!portion) return { kind: 'NOTHING_DUE' };
    const earlier = await findUnfinishedPayments(db, billId);
    if (earlier.length > 0) {
      return { kind: 'EARLIER', payments: earlier.map((payment) => ({ payment, isSame: paysPortion(payment, portion) })) };
    }
    const { tenant, clock } = context;
    const paymentId = uuidv7();
    const inserted = await insertPayment(db, {
      id: paymentId,
      billId,
      amount: money(amountOf(portion), bill.currency),
      ...portion,
      payerUserId: null,
      paymentMethodId: null,
      tenant,
      createdAt: clock.now(),
    });
    if (!inserted) throw new ConflictError('A payment of this is under way');
    return { kind: 'NEW', paymentId };
  };

  const stand = (context: RequestContext, linked: PaymentRow): Promise<Standing> =>
    tenants.transaction(context, async (db) => {
      await lockPayment(db, linked.id);
      return claim(context, db, linked.billId);
    });

  /** The address of a page that is open and asks for what is due; every other attempt is given up. */
  const reopen = async (context: RequestContext, { payments }: Extract<Standing, { kind: 'EARLIER' }>): Promise<string | null> => {
    let address: string | null = null;
    for (const { payment, isSame } of payments) {
      const open = isSame && payment.checkoutRef !== null ? await desk.refresh(context, payment, payment.checkoutRef) : null;
      if (open?.address != null) address = open.address;
      else if (open?.state !== 'COMPLETE') await collector.giveUp(context, payment);
    }
    return address;
  };

  const openFor = async (
    context: RequestContext,
    linked: PaymentRow,
    addressesOf: (paymentId: string) => ReturnAddresses,
  ): Promise<string | null> => {
    let standing = await stand(context, linked);
    if (standing.kind === 'EARLIER') {
      const address = await reopen(context, standing);
      if (address !== null) return address;
      standing = await stand(context, linked);
    }
    switch (standing.kind) {
      case 'NOTHING_DUE':
        return null;
      case 'EARLIER':
        throw new ConflictError('A payment of this is under way');
      case 'NEW':
        return desk.open(context, standing.paymentId, addressesOf(standing.paymentId));
    }
  };

  return {
    async open(context, paymentId, addressesOf) {
      const linked = await findPayment(tenants.of(context), paymentId);
      return linked && singly(`checkout ${linked.billId}`, () => openFor(context, linked, addressesOf));
    },
    async settle(context, payment, checkoutRef) {
      const checkout = await desk.refresh(context, payment, checkoutRef);
      if (checkout?.state !== 'OPEN') return;
      const bill = await findWholeBill(tenants.of(context), payment.billId);
      const portion = bill && portionDue(bill.status, accountOf(bill));
      if (!portion || !paysPortion(payment, portion)) await desk.close(context, payment, checkoutRef);
    },
  };
}
