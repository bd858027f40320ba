import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { money } from '../money.js';
import { collectionAt, type CheckoutDesk } from '../checkout/checkout-desk.js';
import type { CollectionState } from './payment.js';
import { answeredAt, collectionEvidence, newsOf } from './payment-news.js';
import type { PaymentOutcome, PaymentProvider, ProviderPayment } from './payment-provider.js';
import type { PaymentNews, PaymentRecorder } from './payment-recorder.js';
import { PAYMENT_REFUSALS } from './payment-refusals.js';
import type { PayerCustomers } from './payer-customer.js';
import { findPayment, lockPayment, setProviderRef, type PaymentRow } from './payment.store.js';
import { createSingleFlight } from './single-flight.js';

/** Speaks with the provider about one payment. Never inside a transaction: an answer may take seconds. */
export interface PaymentCollector {
  /**
   * Asks the provider for the money, unless it was asked before. Cut short at any point, calling it again goes on
   * from there: every step goes by a key made from the payment's id.
   * @throws {PaymentProviderUnavailableError}
   */
  collect(context: RequestContext, paymentId: string): Promise<PaymentRow>;
  /**
   * Ends an attempt that has not brought the money. If it has by now, that is recorded instead.
   * @throws {PaymentProviderUnavailableError}
   */
  giveUp(context: RequestContext, payment: PaymentRow): Promise<PaymentRow>;
  /**
   * Asks the provider how the payment stands and records it.
   * @returns the collection as the provider tells it; null when it does not know the payment
   * @throws {PaymentProviderUnavailableError}
   */
  refresh(context: RequestContext, payment: PaymentRow): Promise<CollectionState | null>;
}

export function createPaymentCollector(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: PaymentProvider;
  readonly recorder: PaymentRecorder;
  readonly customers: PayerCustomers;
  readonly checkouts: CheckoutDesk;
}): PaymentCollector {
  const { tenants, provider, recorder, customers, checkouts } = parts;
  const singly = createSingleFlight();

  const record = (context: RequestContext, paymentId: string, news: PaymentNews): Promise<PaymentRow> =>
    tenants.transaction(context, (db) => recorder.record(context, db, paymentId, news));

  const refuse = (context: RequestContext, payment: PaymentRow, declineCode: string): Promise<PaymentRow> =>
    record(context, payment.id, {
      providerRef: null,
      evidence: [collectionEvidence('CANCELLED', answeredAt(context))],
      declineCode,
    });

  /** Announces the payment to the provider. Nothing is charged before we have kept its id. */
  const announce = async (context: RequestContext, payment: PaymentRow): Promise<PaymentRow> => {
    const { id, bill } = payment;
    const customerRef = await customers(context, payment);
    let announced: ProviderPayment;
    try {
      announced = await provider.createIntent(
        {
          amount: money(Number(payment.amount), payment.currency),
          subject: { tenantId: context.tenant.id, paymentId: id, bookingId: bill.bookingId },
          providerCustomerId: customerRef,
          keepsCard: customerRef !== null && !payment.unattended,
          description: bill.description,
          receiptEmail: null,
        },
        `payment-${id}-create`,
      );
    } catch (error) {
      if (error instanceof ValidationError) return refuse(context, payment, PAYMENT_REFUSALS.amountNotChargeable);
      throw error;
    }
    return tenants.transaction(context, async (db) => {
      const current = await lockPayment(db, id);
      if (!current) throw new NotFoundError('Payment');
      const providerRef = announced.providerPaymentId;
      // It was given up while the provider took its time; what was announced is then never confirmed.
      if (current.collection !== 'REQUIRES_PAYMENT_METHOD' || current.providerRef !== null) return current;
      await setProviderRef(db, id, providerRef, context.clock.now());
      return { ...current, providerRef };
    });
  };

  /** Has the money collected, and keeps what the provider answers. */
  const confirm = async (
    context: RequestContext,
    { id, unattended }: PaymentRow,
    providerRef: string,
    paymentMethodId: string,
  ): Promise<PaymentRow> => {
    try {
      const outcome = await provider.confirm(
        { providerPaymentId: providerRef, paymentMethodId, returnUrl: null, unattended },
        `payment-${id}-confirm`,
      );
      return await record(context, id, newsOfOutcome(outcome, answeredAt(context)));
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      const { payment: ended } = await provider.cancel(providerRef, `payment-${id}-cancel`);
      return await record(context, id, {
        ...newsOf(ended, answeredAt(context)),
        declineCode: PAYMENT_REFUSALS.unknownPaymentMethod,
      });
    }
  };

  return {
    collect: (context, paymentId) =>
      singly(`collect ${paymentId}`, async () => {
        const found = await findPayment(tenants.of(context), paymentId);
        if (!found) throw new NotFoundError('Payment');
        const { paymentMethodId } = found;
        // Without a card of which we know it is paid at the provider's page, if at all.
        if (found.collection !== 'REQUIRES_PAYMENT_METHOD' || paymentMethodId === null) return found;
        const announced = found.providerRef === null ? await announce(context, found) : found;
        const { providerRef, collection } = announced;
        if (providerRef === null || collection !== 'REQUIRES_PAYMENT_METHOD') return announced;
        return confirm(context, announced, providerRef, paymentMethodId);
      }),
    giveUp: (context, payment) =>
      singly(`give up ${payment.id}`, async () => {
        const { id, providerRef, checkoutRef } = payment;
        if (checkoutRef !== null) return checkouts.close(context, payment, checkoutRef);
        const at = answeredAt(context);
        if (providerRef === null) {
          return record(context, id, { providerRef, evidence: [collectionEvidence('CANCELLED', at)] });
        }
        const { payment: ended } = await provider.cancel(providerRef, `payment-${id}-cancel`);
        return record(context, id, newsOf(ended, at));
      }),
    async refresh(context, payment) {
      const { id, providerRef, checkoutRef } = payment;
      if (checkoutRef !== null) {
        const checkout = await checkouts.refresh(context, payment, checkoutRef);
        return checkout && collectionAt(checkout);
      }
      const told = providerRef === null ? null : await provider.retrieve(providerRef);
      if (!told) return null;
      await record(context, id, newsOf(told, answeredAt(context)));
      return told.collection;
    },
  };
}

/**
 * What the answer to a confirmation is worth. That the money has come is believed when the provider's signed event
 * says so, or when it is asked again later; until then it is under way.
 */
function newsOfOutcome({ kind, payment }: PaymentOutcome, at: Date): PaymentNews {
  const news = newsOf(payment, at);
  if (kind === 'SUCCEEDED') return { ...news, evidence: [collectionEvidence('PROCESSING', at)] };
  if (kind === 'DECLINED') return { ...news, evidence: [collectionEvidence('FAILED', at)] };
  return news;
}
