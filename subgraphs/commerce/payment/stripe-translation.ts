import type Stripe from 'stripe';
import type { CollectionState, RefundFact } from './payment.js';
import type {
  Decline,
  PaymentOutcome,
  PaymentSubject,
  ProviderMovement,
  ProviderPayment,
} from './payment-provider.js';
import { fromStripeAmount } from './stripe-amount.js';

/** Stripe's words for our things, and back. */

const METADATA = { tenant: 'tenant_id', payment: 'payment_id', booking: 'booking_id' } as const;

export function metadataOf(subject: PaymentSubject): Record<string, string> {
  return {
    [METADATA.tenant]: subject.tenantId,
    [METADATA.payment]: subject.paymentId,
    ...(subject.bookingId === null ? {} : { [METADATA.booking]: subject.bookingId }),
  };
}

/** Null when the object was not made by us. */
export function subjectOf(metadata: Stripe.Metadata | null): PaymentSubject | null {
  const tenantId = metadata?.[METADATA.tenant];
  const paymentId = metadata?.[METADATA.payment];
  if (tenantId === undefined || paymentId === undefined) return null;
  return { tenantId, paymentId, bookingId: metadata?.[METADATA.booking] ?? null };
}

export function paymentOf(intent: Stripe.PaymentIntent): ProviderPayment {
  return {
    providerPaymentId: intent.id,
    clientSecret: intent.client_secret,
    asked: fromStripeAmount(intent.amount, intent.currency),
    received: fromStripeAmount(intent.amount_received, intent.currency),
    collection: collectionOf(intent),
    decline: declineOf(intent),
    redirectUrl: intent.next_action?.redirect_to_url?.url ?? null,
    fee: feeOf(intent),
    paymentMethodId: idOf(intent.payment_method),
    subject: subjectOf(intent.metadata),
    createdAt: instantOf(intent.created),
  };
}

export function outcomeOf(intent: Stripe.PaymentIntent): PaymentOutcome {
  const payment = paymentOf(intent);
  switch (payment.collection) {
    case 'FAILED':
    case 'REQUIRES_PAYMENT_METHOD':
      return { kind: 'DECLINED', payment, decline: payment.decline ?? UNEXPLAINED };
    default:
      return { kind: payment.collection, payment };
  }
}

/** Of the last attempt; null when it did not fail. */
export function declineOf(intent: Stripe.PaymentIntent): Decline | null {
  const error = intent.last_payment_error;
  if (error === null) return null;
  return {
    code: error.code ?? UNEXPLAINED.code,
    declineCode: error.decline_code ?? null,
    message: error.message ?? UNEXPLAINED.message,
  };
}

export function refundOf(refund: Stripe.Refund): RefundFact {
  return {
    refundId: refund.id,
    amount: fromStripeAmount(refund.amount, refund.currency).amount,
    state: REFUND_STATES[refund.status ?? ''] ?? 'PENDING',
  };
}

/** @param transaction with its source expanded */
export function movementOf(transaction: Stripe.BalanceTransaction): ProviderMovement {
  const { currency, source } = transaction;
  const origin =
    typeof source === 'object' &&
    source !== null &&
    (source.object === 'charge' || source.object === 'refund')
      ? source
      : null;
  return {
    movementId: transaction.id,
    kind: MOVEMENT_KINDS[transaction.type] ?? 'OTHER',
    amount: fromStripeAmount(transaction.amount, currency),
    fee: fromStripeAmount(transaction.fee, currency),
    net: fromStripeAmount(transaction.net, currency),
    providerPaymentId: idOf(origin?.payment_intent ?? null),
    refundId: origin?.object === 'refund' ? origin.id : null,
    occurredAt: instantOf(transaction.created),
  };
}

/** @param seconds since the epoch, as Stripe counts time */
export const instantOf = (seconds: number): Date => new Date(seconds * 1000);

export const secondsOf = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/** The id behind a reference, whether it was expanded or not. */
export function idOf(reference: string | { readonly id: string } | null): string | null {
  return typeof reference === 'string' || reference === null ? reference : reference.id;
}

const UNEXPLAINED: Decline = { code: 'payment_failed', declineCode: null, message: 'The payment failed' };

const REFUND_STATES: Readonly<Record<string, RefundFact['state']>> = {
  pending: 'PENDING',
  requires_action: 'PENDING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  canceled: 'FAILED',
};

const MOVEMENT_KINDS: Readonly<Record<string, ProviderMovement['kind']>> = {
  charge: 'CHARGE',
  payment: 'CHARGE',
  refund: 'REFUND',
  payment_refund: 'REFUND',
  refund_failure: 'REFUND_FAILURE',
  payment_failure_refund: 'REFUND_FAILURE',
};

const COLLECTION_STATES: Readonly<Record<string, CollectionState>> = {
  requires_payment_method: 'REQUIRES_PAYMENT_METHOD',
  requires_confirmation: 'REQUIRES_PAYMENT_METHOD',
  requires_action: 'REQUIRES_ACTION',
  processing: 'PROCESSING',
  // Authorized and not yet collected.
  requires_capture: 'PROCESSING',
  succeeded: 'SUCCEEDED',
  canceled: 'CANCELLED',
};

function collectionOf(intent: Stripe.PaymentIntent): CollectionState {
  if (intent.status === 'requires_payment_method' && intent.last_payment_error !== null) return 'FAILED';
  const state = COLLECTION_STATES[intent.status];
  if (state === undefined) throw new Error(`Stripe reports the unknown payment status ${intent.status}`);
  return state;
}

function feeOf(intent: Stripe.PaymentIntent): ProviderPayment['fee'] {
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const transaction = typeof charge?.balance_transaction === 'object' ? charge.balance_transaction : null;
  return transaction ? fromStripeAmount(transaction.fee, transaction.currency) : null;
}
