import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { invalidRequest, resourceMissing, unexpectedState } from './api-error.js';
import type { Call } from './call.js';
import { assertChargeable, chargeableCurrency } from './currencies.js';
import { customerOf } from './customers.js';
import { pageOf } from './pages.js';
import { changedMetadata, type Params } from './params.js';
import { attemptPayment, idOf, readAttempt, releaseAuthorization } from './payment-attempts.js';
import { paymentMethodOf } from './payment-methods.js';

const CAPTURE_METHODS = ['automatic', 'automatic_async', 'manual'] as const;
export const FUTURE_USAGES = ['on_session', 'off_session'] as const;
const CANCELLATION_REASONS = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'] as const;

/** The states in which nothing has been charged, so that everything may still change. */
export const OPEN: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export function createPaymentIntent({ account, params, request }: Call): Stripe.PaymentIntent {
  const amount = params.requiredInteger('amount');
  const currency = chargeableCurrency(params.requiredText('currency'));
  assertChargeable(amount, currency);
  const metadata = changedMetadata({}, params.metadata());
  const automatic = readAutomaticPaymentMethods(params);
  const details = readDetails(account, params);
  const captureMethod = params.oneOf('capture_method', CAPTURE_METHODS) ?? 'automatic_async';
  const confirmationMethod = params.oneOf('confirmation_method', ['automatic', 'manual']) ?? 'automatic';
  const confirms = params.boolean('confirm') ?? false;
  const attempt = confirms ? readAttempt(params) : undefined;
  const paymentMethodId = params.text('payment_method');
  params.refuseUnknown();

  const id = account.newId('pi');
  const intent: Stripe.PaymentIntent = {
    ...blankIntent(id, account.now()),
    ...details,
    amount,
    currency,
    metadata,
    automatic_payment_methods: automatic,
    capture_method: captureMethod,
    confirmation_method: confirmationMethod,
    client_secret: `${id}_secret_${account.newId('s').slice(2)}`,
    payment_method:
      paymentMethodId === undefined ? null : paymentMethodOf(account, paymentMethodId, 'payment_method').id,
    status: paymentMethodId === undefined ? 'requires_payment_method' : 'requires_confirmation',
  };
  account.paymentIntents.put(intent);
  account.emit('payment_intent.created', intent, request);
  return attempt ? attemptPayment(account, intent, attempt, request) : intent;
}

export function retrievePaymentIntent({ account, params, id }: Call): Stripe.PaymentIntent {
  const secret = params.text('client_secret');
  params.refuseUnknown();
  const intent = intentOf(account, id);
  if (secret !== undefined && secret !== intent.client_secret) {
    throw invalidRequest('The client_secret does not belong to this PaymentIntent.', {
      param: 'client_secret',
    });
  }
  return intent;
}

export function listPaymentIntents({ account, params }: Call): Stripe.ApiList<Stripe.PaymentIntent> {
  const customer = params.text('customer');
  const found = account.paymentIntents
    .newestFirst()
    .filter((intent) => customer === undefined || intent.customer === customer);
  const page = pageOf(found, params, '/v1/payment_intents');
  params.refuseUnknown();
  return page;
}

export function updatePaymentIntent({ account, params, id }: Call): Stripe.PaymentIntent {
  const current = intentOf(account, id);
  const amount = params.integer('amount');
  const currency = chargeableCurrency(params.text('currency') ?? current.currency);
  const metadata = changedMetadata(current.metadata, params.metadata());
  const details = readDetails(account, params);
  const paymentMethodId = params.text('payment_method');
  params.refuseUnknown();

  const changesPayment =
    amount !== undefined || currency !== current.currency || paymentMethodId !== undefined;
  if (changesPayment && !OPEN.includes(current.status)) {
    throw unexpectedState(
      `This PaymentIntent's payment could not be updated because it has a status of ${current.status}.`,
      current,
    );
  }
  if (changesPayment) assertChargeable(amount ?? current.amount, currency);
  const intent = {
    ...current,
    ...details,
    amount: amount ?? current.amount,
    currency,
    metadata,
    last_payment_error: null,
  };
  if (paymentMethodId === undefined) return account.paymentIntents.put(intent);
  const paymentMethod = paymentMethodOf(account, paymentMethodId, 'payment_method');
  return account.paymentIntents.put({
    ...intent,
    payment_method: paymentMethod.id,
    next_action: null,
    status: 'requires_confirmation',
  });
}

export function confirmPaymentIntent({ account, params, request, id }: Call): Stripe.PaymentIntent {
  const current = intentOf(account, id);
  const attempt = readAttempt(params);
  const paymentMethodId = params.text('payment_method');
  const receiptEmail = params.text('receipt_email');
  params.refuseUnknown();
  refuseCheckouts(account, current);
  if (!OPEN.includes(current.status)) {
    throw unexpectedState(
      `You cannot confirm this PaymentIntent because it has a status of ${current.status}.`,
      current,
    );
  }
  return attemptPayment(
    account,
    {
      ...current,
      payment_method:
        paymentMethodId === undefined
          ? current.payment_method
          : paymentMethodOf(account, paymentMethodId, 'payment_method').id,
      receipt_email: receiptEmail ?? current.receipt_email,
    },
    attempt,
    request,
  );
}

export function cancelPaymentIntent({ account, params, request, id }: Call): Stripe.PaymentIntent {
  const current = intentOf(account, id);
  const reason = params.oneOf('cancellation_reason', CANCELLATION_REASONS);
  params.refuseUnknown();
  refuseCheckouts(account, current);
  if (!OPEN.includes(current.status) && current.status !== 'requires_capture') {
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${current.status}.`,
      current,
    );
  }
  if (current.status === 'requires_capture') releaseAuthorization(account, current, request);
  const intent: Stripe.PaymentIntent = account.paymentIntents.put({
    ...current,
    amount_capturable: 0,
    canceled_at: account.now(),
    cancellation_reason: reason ?? null,
    next_action: null,
    status: 'canceled',
  });
  account.emit('payment_intent.canceled', intent, request);
  return intent;
}

/** @throws {ApiError} `resource_missing` naming the parameter that holds the id */
export function intentOf(account: StripeAccount, id: string, param = 'intent'): Stripe.PaymentIntent {
  const intent = account.paymentIntents.get(id);
  if (!intent) throw resourceMissing('payment_intent', id, param);
  return intent;
}

/** @throws {ApiError} for an intent that a checkout session has made: its page pays it, and expiring it cancels it */
function refuseCheckouts(account: StripeAccount, { id }: Stripe.PaymentIntent): void {
  const isOfCheckout = account.checkoutSessions.oldestFirst().some(({ payment_intent }) => idOf(payment_intent) === id);
  if (isOfCheckout) throw invalidRequest('This PaymentIntent was made by a Checkout Session and is handled by it.');
}

type Details = Pick<
  Stripe.PaymentIntent,
  'customer' | 'description' | 'receipt_email' | 'setup_future_usage' | 'statement_descriptor_suffix'
>;

/** Only what was sent; an empty value unsets. */
function readDetails(account: StripeAccount, params: Params): Partial<Details> {
  const customer = params.text('customer');
  const futureUsage = params.oneOf('setup_future_usage', FUTURE_USAGES);
  const texts = (['description', 'receipt_email', 'statement_descriptor_suffix'] as const).flatMap(
    (field) => {
      const value = params.text(field);
      return value === undefined ? [] : [[field, value === '' ? null : value] as const];
    },
  );
  return {
    ...(customer === undefined ? {} : { customer: customerOf(account, customer, 'customer').id }),
    ...(futureUsage === undefined ? {} : { setup_future_usage: futureUsage }),
    ...Object.fromEntries(texts),
  };
}

/** An intent that names no payment methods takes those of the account's settings, redirects included. */
function readAutomaticPaymentMethods(params: Params): Stripe.PaymentIntent.AutomaticPaymentMethods | null {
  const allowed = params.texts('allowed_payment_method_types');
  if (allowed.some((type) => type !== 'card')) {
    throw invalidRequest('Only card is enabled on this account', { param: 'allowed_payment_method_types' });
  }
  const settings = params.object('automatic_payment_methods');
  if (settings === undefined) return allowed.length > 0 ? null : { enabled: true, allow_redirects: 'always' };
  const enabled = settings.boolean('enabled');
  if (enabled === undefined) {
    throw invalidRequest('Missing required param: automatic_payment_methods[enabled].', {
      code: 'parameter_missing',
      param: 'automatic_payment_methods[enabled]',
    });
  }
  const redirects = settings.oneOf('allow_redirects', ['always', 'never']) ?? 'always';
  return enabled ? { enabled, allow_redirects: redirects } : null;
}

export function blankIntent(id: string, now: number): Stripe.PaymentIntent {
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: 0,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: null,
    confirmation_method: 'automatic',
    created: now,
    currency: 'usd',
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}
