import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { ApiError, invalidRequest, resourceMissing } from './api-error.js';
import { recordRefundFailureMovement, recordRefundMovement } from './balance-transactions.js';
import type { Call } from './call.js';
import { chargeOf } from './charges.js';
import { pageOf } from './pages.js';
import { changedMetadata, type Params } from './params.js';
import { idOf } from './payment-attempts.js';
import { intentOf } from './payment-intents.js';
import { cardOf } from './payment-methods.js';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export function createRefund({ account, params, request }: Call): Stripe.Refund {
  const charge = chargeToRefund(account, params);
  const reason = params.oneOf('reason', REASONS) ?? null;
  const metadata = changedMetadata({}, params.metadata());
  const amount = params.integer('amount') ?? charge.amount - charge.amount_refunded;
  params.refuseUnknown();
  assertRefundable(charge, amount);

  const card = cardOf(account, charge.payment_method ?? '');
  const bare: Stripe.Refund = {
    id: account.newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: account.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: { type: 'card', card: { type: 'refund' } },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: card.refund === 'is_pending_first' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
  const refund = account.refunds.put({
    ...bare,
    balance_transaction: recordRefundMovement(account, bare).id,
  });
  const refunded = account.charges.put(withRefunded(charge, charge.amount_refunded + amount));
  account.emit('refund.created', refund, request);
  account.emit('charge.refunded', refunded, request);
  return refund;
}

export function retrieveRefund({ account, params, id }: Call): Stripe.Refund {
  params.refuseUnknown();
  return refundOf(account, id);
}

export function updateRefund({ account, params, request, id }: Call): Stripe.Refund {
  const current = refundOf(account, id);
  const metadata = changedMetadata(current.metadata ?? {}, params.metadata());
  params.refuseUnknown();
  const refund = account.refunds.put({ ...current, metadata });
  account.emit('refund.updated', refund, request);
  return refund;
}

export function listRefunds({ account, params }: Call): Stripe.ApiList<Stripe.Refund> {
  const charge = params.text('charge');
  const paymentIntent = params.text('payment_intent');
  const found = account.refunds
    .newestFirst()
    .filter((refund) => charge === undefined || refund.charge === charge)
    .filter((refund) => paymentIntent === undefined || refund.payment_intent === paymentIntent);
  const page = pageOf(found, params, '/v1/refunds');
  params.refuseUnknown();
  return page;
}

/** Lets the test cards' refunds reach their end: pending ones succeed, those bound to fail do. */
export function settleRefunds(account: StripeAccount): void {
  for (const refund of account.refunds.oldestFirst()) {
    const { refund: fate } = cardOf(account, idOf(refund.payment_method) ?? '');
    if (fate === 'is_pending_first' && refund.status === 'pending') {
      account.emit('refund.updated', account.refunds.put({ ...refund, status: 'succeeded' }), null);
    }
    if (fate === 'fails_later' && refund.status === 'succeeded') failRefund(account, refund);
  }
}

function failRefund(account: StripeAccount, refund: Stripe.Refund): void {
  const failed = account.refunds.put({
    ...refund,
    failure_balance_transaction: recordRefundFailureMovement(account, refund).id,
    failure_reason: 'expired_or_canceled_card',
    status: 'failed',
  });
  const charge = chargeOf(account, idOf(refund.charge) ?? '', 'charge');
  account.charges.put(withRefunded(charge, charge.amount_refunded - refund.amount));
  account.emit('refund.failed', failed, null);
}

function chargeToRefund(account: StripeAccount, params: Params): Stripe.Charge {
  const chargeId = params.text('charge');
  const intentId = params.text('payment_intent');
  if (chargeId !== undefined && intentId !== undefined) {
    throw invalidRequest('Only one of charge and payment_intent may be given', { param: 'charge' });
  }
  if (chargeId !== undefined) return chargeOf(account, chargeId, 'charge');
  if (intentId === undefined) {
    throw invalidRequest('One of charge and payment_intent is required', {
      code: 'parameter_missing',
      param: 'payment_intent',
    });
  }
  const intent = intentOf(account, intentId, 'payment_intent');
  const charge = account.charges.get(idOf(intent.latest_charge) ?? '');
  if (charge?.status === 'succeeded') return charge;
  throw invalidRequest(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`, {
    param: 'payment_intent',
  });
}

function assertRefundable(charge: Stripe.Charge, amount: number): void {
  if (!charge.captured)
    throw executedError(undefined, `Charge ${charge.id} has not been captured.`, 'charge');
  if (charge.refunded)
    throw executedError('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  const remaining = charge.amount - charge.amount_refunded;
  if (amount > remaining) {
    throw executedError(
      undefined,
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${remaining})`,
      'amount',
    );
  }
}

const executedError = (code: string | undefined, message: string, param?: string): ApiError =>
  new ApiError(
    400,
    { type: 'invalid_request_error', message, ...(code ? { code } : {}), ...(param ? { param } : {}) },
    true,
  );

function refundOf(account: StripeAccount, id: string): Stripe.Refund {
  const refund = account.refunds.get(id);
  if (!refund) throw resourceMissing('refund', id);
  return refund;
}

const withRefunded = (charge: Stripe.Charge, amountRefunded: number): Stripe.Charge => ({
  ...charge,
  amount_refunded: amountRefunded,
  refunded: amountRefunded === charge.amount,
});
