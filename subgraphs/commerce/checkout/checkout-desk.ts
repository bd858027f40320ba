import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { money } from '../money.js';
import type { PayerCustomers } from '../payment/payer-customer.js';
import type { CollectionState } from '../payment/payment.js';
import { answeredAt, collectionEvidence, newsOf } from '../payment/payment-news.js';
import type { PaymentNews, PaymentRecorder } from '../payment/payment-recorder.js';
import { findPayment, lockPayment, setCheckoutRef, type PaymentRow } from '../payment/payment.store.js';
import type { CheckoutProvider, ProviderCheckout } from './checkout-provider.js';

/** How long a payer may take at the provider's page. */
export const CHECKOUT_LASTS_MS = 60 * 60_000;

/** Where the payer's browser comes back to. */
export interface ReturnAddresses {
  readonly paidUrl: string;
  readonly backUrl: string;
}

/** Speaks with the provider about one payment whose card is given at its page. Never inside a transaction. */
export interface CheckoutDesk {
  /**
   * Opens the page of a payment that has just been made. Nobody learns where it is before its id is kept.
   * @returns its address; null when the payment has been given up meanwhile
   * @throws {PaymentProviderUnavailableError}
   */
  open(context: RequestContext, paymentId: string, addresses: ReturnAddresses): Promise<string | null>;
  /**
   * Asks the provider how the page and its payment stand and records it.
   * @throws {PaymentProviderUnavailableError}
   */
  refresh(context: RequestContext, payment: PaymentRow, checkoutRef: string): Promise<ProviderCheckout | null>;
  /**
   * Closes the page. If somebody has paid there by now, that is recorded instead.
   * @throws {PaymentProviderUnavailableError}
   */
  close(context: RequestContext, payment: PaymentRow, checkoutRef: string): Promise<PaymentRow>;
}

export function createCheckoutDesk(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: CheckoutProvider;
  readonly recorder: PaymentRecorder;
  readonly customers: PayerCustomers;
}): CheckoutDesk {
  const { tenants, provider, recorder, customers } = parts;

  const record = (context: RequestContext, paymentId: string, news: PaymentNews): Promise<PaymentRow> =>
    tenants.transaction(context, (db) => recorder.record(context, db, paymentId, news));

  return {
    async open(context, paymentId, addresses) {
      const payment = await findPayment(tenants.of(context), paymentId);
      if (!payment) throw new NotFoundError('Payment');
      const { bill, amount, currency, createdAt } = payment;
      const opened = await provider.open(
        {
          amount: money(Number(amount), currency),
          subject: { tenantId: context.tenant.id, paymentId, bookingId: bill.bookingId },
          description: bill.description,
          providerCustomerId: await customers(context, payment),
          expiresAt: new Date(createdAt.getTime() + CHECKOUT_LASTS_MS),
          ...addresses,
        },
        `payment-${paymentId}-checkout`,
      );
      const isKept = await tenants.transaction(context, async (db) => {
        const current = await lockPayment(db, paymentId);
        if (current?.collection !== 'REQUIRES_PAYMENT_METHOD') return false;
        await setCheckoutRef(db, paymentId, opened.checkoutId, context.clock.now());
        await recorder.record(context, db, paymentId, { providerRef: null, evidence: [collectionEvidence('REQUIRES_ACTION', answeredAt(context))] });
        return true;
      });
      if (!isKept) await provider.expire(opened.checkoutId);
      return isKept ? opened.address : null;
    },
    async refresh(context, { id }, checkoutRef) {
      const checkout = await provider.retrieve(checkoutRef);
      const news = checkout && newsOfCheckout(context, checkout);
      if (news) await record(context, id, news);
      return checkout;
    },
    async close(context, payment, checkoutRef) {
      const news = newsOfCheckout(context, await provider.expire(checkoutRef));
      return news ? record(context, payment.id, news) : payment;
    },
  };
}

/** How far the collection has come at the page. */
export function collectionAt({ state, payment }: ProviderCheckout): CollectionState {
  const collection = payment?.collection ?? 'REQUIRES_PAYMENT_METHOD';
  if (state === 'EXPIRED') return collection === 'SUCCEEDED' ? collection : 'CANCELLED';
  return collection === 'REQUIRES_PAYMENT_METHOD' ? 'REQUIRES_ACTION' : collection;
}

/** Null where there is nothing that was not known when it was opened. */
function newsOfCheckout(context: RequestContext, checkout: ProviderCheckout): PaymentNews | null {
  const { payment, state } = checkout;
  const at = answeredAt(context);
  const isUntouched = payment === null || payment.collection === 'REQUIRES_PAYMENT_METHOD';
  if (isUntouched && state !== 'EXPIRED') return null;
  // The page alone takes the steps that the payer owes: nobody else has any use for the secret.
  const news = payment ? { ...newsOf(payment, at), clientSecret: null } : { providerRef: null, evidence: [] };
  return state === 'EXPIRED' ? { ...news, evidence: [...news.evidence, collectionEvidence('CANCELLED', at)] } : news;
}
