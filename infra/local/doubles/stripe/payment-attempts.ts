import type Stripe from 'stripe';
import type { RequestIdentity, StripeAccount } from './account.js';
import { ApiError, invalidRequest, unexpectedState } from './api-error.js';
import { recordChargeMovement } from './balance-transactions.js';
import { chargeFor, chargeOf, type ChargeResult } from './charges.js';
import type { Params } from './params.js';
import { cardOf } from './payment-methods.js';

/** How the customer takes part in one attempt to pay. */
export interface Attempt {
  readonly returnUrl: string | null;
  /** The customer is not there to prove who she is: a challenge counts as a decline. */
  readonly isUnattended: boolean;
}

export function readAttempt(params: Params): Attempt {
  const returnUrl = params.text('return_url') ?? null;
  if (returnUrl !== null && !URL.canParse(returnUrl))
    throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: 'return_url' });
  const offSession = params.boolean('off_session') ?? false;
  const errorOnAction = params.boolean('error_on_requires_action') ?? false;
  params.boolean('use_stripe_sdk');
  return { returnUrl, isUnattended: offSession || errorOnAction };
}

/**
 * Charges the intent's payment method, or asks the customer to prove who she is first.
 * @throws {ApiError} 402 when the card is declined; the failed attempt is recorded all the same
 */
export function attemptPayment(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  attempt: Attempt,
  request: RequestIdentity,
): Stripe.PaymentIntent {
  const paymentMethodId = idOf(intent.payment_method);
  if (paymentMethodId === null) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      intent,
    );
  }
  if (
    intent.automatic_payment_methods?.allow_redirects === 'always' &&
    attempt.returnUrl === null &&
    !attempt.isUnattended
  ) {
    throw invalidRequest(
      'A return_url is required, because this PaymentIntent allows payment methods that redirect; set automatic_payment_methods[allow_redirects] to never otherwise.',
      { param: 'return_url' },
    );
  }
  const { charge } = cardOf(account, paymentMethodId);
  switch (charge.kind) {
    case 'approve':
      return chargeIntent(account, intent, request);
    case 'decline':
      throw declineIntent(account, intent, charge, request);
    case 'authenticate':
      if (attempt.isUnattended) throw declineIntent(account, intent, UNATTENDED, request);
      return challengeCustomer(account, intent, attempt, request);
  }
}

/**
 * The customer has proved who she is, or failed to; what her bank's page does on the real network.
 * @throws {ApiError} when the intent waits for no such proof
 */
export function completeAuthentication(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  isProven: boolean,
): Stripe.PaymentIntent {
  if (intent.status !== 'requires_action') {
    throw unexpectedState(
      `This PaymentIntent has a status of ${intent.status} and needs no authentication.`,
      intent,
    );
  }
  if (isProven) return chargeIntent(account, intent, null);
  return failIntent(account, intent, { type: 'invalid_request_error', ...AUTHENTICATION_FAILED }, null);
}

export function capturePayment(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  amountToCapture: number | undefined,
  request: RequestIdentity,
): Stripe.PaymentIntent {
  if (intent.status !== 'requires_capture') {
    throw unexpectedState(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}.`,
      intent,
    );
  }
  const amount = amountToCapture ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable) {
    throw invalidRequest('The amount to capture must be positive and no more than the amount capturable', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  }
  const authorized = chargeOf(account, idOf(intent.latest_charge) ?? '', 'latest_charge');
  const charge = account.charges.put({
    ...authorized,
    amount_captured: amount,
    amount_refunded: authorized.amount - amount,
    balance_transaction: recordChargeMovement(account, authorized, amount).id,
    captured: true,
  });
  account.emit('charge.captured', charge, request);
  return succeed(account, { ...intent, amount_capturable: 0, amount_received: amount }, request);
}

/** Gives an authorization back uncaptured. */
export function releaseAuthorization(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  request: RequestIdentity,
): void {
  const authorized = chargeOf(account, idOf(intent.latest_charge) ?? '', 'latest_charge');
  const charge = account.charges.put({ ...authorized, amount_refunded: authorized.amount, refunded: true });
  account.emit('charge.refunded', charge, request);
}

/**
 * Books the charges whose balance transaction `automatic_async` left for later. Called after each request and at
 * start, so that none stays unbooked across a crash.
 */
export function settleCharges(account: StripeAccount): void {
  for (const charge of account.charges.oldestFirst()) {
    if (!charge.captured || charge.balance_transaction !== null) continue;
    const settled = account.charges.put({
      ...charge,
      balance_transaction: recordChargeMovement(account, charge, charge.amount_captured).id,
    });
    account.emit('charge.updated', settled, null);
  }
}

type Decline = Extract<ChargeResult, { kind: 'declined' }>;

const UNATTENDED = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
} as const;

const AUTHENTICATION_FAILED = {
  code: 'payment_intent_authentication_failure',
  message: 'The customer could not be authenticated. Try another payment method.',
} as const;

function chargeIntent(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  request: RequestIdentity | null,
): Stripe.PaymentIntent {
  const isAuthorization = intent.capture_method === 'manual';
  const unbooked = newCharge(account, intent, { kind: isAuthorization ? 'authorized' : 'captured' });
  // `automatic_async` answers before the balance is booked; settleCharges books it.
  const charge = account.charges.put(
    intent.capture_method === 'automatic'
      ? { ...unbooked, balance_transaction: recordChargeMovement(account, unbooked, unbooked.amount).id }
      : unbooked,
  );
  account.emit('charge.succeeded', charge, request);
  rememberPaymentMethod(account, intent);
  const charged = { ...intent, latest_charge: charge.id, last_payment_error: null, next_action: null };
  if (!isAuthorization) return succeed(account, { ...charged, amount_received: intent.amount }, request);
  const authorized: Stripe.PaymentIntent = account.paymentIntents.put({
    ...charged,
    amount_capturable: intent.amount,
    status: 'requires_capture',
  });
  account.emit('payment_intent.amount_capturable_updated', authorized, request);
  return authorized;
}

function succeed(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  request: RequestIdentity | null,
): Stripe.PaymentIntent {
  const succeeded: Stripe.PaymentIntent = account.paymentIntents.put({ ...intent, status: 'succeeded' });
  account.emit('payment_intent.succeeded', succeeded, request);
  return succeeded;
}

function declineIntent(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  decline: Omit<Decline, 'kind'>,
  request: RequestIdentity,
): ApiError {
  const charge = account.charges.put(newCharge(account, intent, { ...decline, kind: 'declined' }));
  account.emit('charge.failed', charge, request);
  const error = {
    type: 'card_error' as const,
    code: decline.code,
    decline_code: decline.declineCode,
    message: decline.message,
    charge: charge.id,
  };
  const failed = failIntent(account, { ...intent, latest_charge: charge.id }, error, request);
  const paymentMethod = failed.last_payment_error?.payment_method;
  return new ApiError(
    402,
    { ...error, payment_intent: failed, ...(paymentMethod ? { payment_method: paymentMethod } : {}) },
    true,
  );
}

function failIntent(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  error: Stripe.PaymentIntent.LastPaymentError,
  request: RequestIdentity | null,
): Stripe.PaymentIntent {
  const paymentMethod = account.paymentMethods.get(idOf(intent.payment_method) ?? '');
  const failed: Stripe.PaymentIntent = account.paymentIntents.put({
    ...intent,
    last_payment_error: { ...error, ...(paymentMethod ? { payment_method: paymentMethod } : {}) },
    next_action: null,
    // A failed method is let go of: the next attempt has to name one.
    payment_method: null,
    status: 'requires_payment_method',
  });
  account.emit('payment_intent.payment_failed', failed, request);
  return failed;
}

function challengeCustomer(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  attempt: Attempt,
  request: RequestIdentity,
): Stripe.PaymentIntent {
  const page = `${account.baseUrl}/_authenticate/${intent.id}?client_secret=${intent.client_secret ?? ''}`;
  const challenged: Stripe.PaymentIntent = account.paymentIntents.put({
    ...intent,
    last_payment_error: null,
    next_action:
      attempt.returnUrl === null
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page } }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: attempt.returnUrl, url: page } },
    status: 'requires_action',
  });
  account.emit('payment_intent.requires_action', challenged, request);
  return challenged;
}

function newCharge(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  result: ChargeResult,
): Stripe.Charge {
  const paymentMethodId = idOf(intent.payment_method) ?? '';
  return chargeFor(account, intent, paymentMethodId, cardOf(account, paymentMethodId), result);
}

function rememberPaymentMethod(account: StripeAccount, intent: Stripe.PaymentIntent): void {
  const paymentMethod = account.paymentMethods.get(idOf(intent.payment_method) ?? '');
  if (paymentMethod && intent.setup_future_usage !== null && intent.customer !== null) {
    account.paymentMethods.put({ ...paymentMethod, customer: idOf(intent.customer) });
  }
}

/** A reference in an object kept here is always an id; its type also allows the object, for expanded answers. */
export function idOf(reference: string | { readonly id: string } | null): string | null {
  return typeof reference === 'string' || reference === null ? reference : reference.id;
}
