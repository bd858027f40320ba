import type Stripe from 'stripe';
import type { CheckoutPlan, RequestIdentity, StripeAccount } from './account.js';
import { invalidRequest, resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { assertChargeable, chargeableCurrency } from './currencies.js';
import { customerOf } from './customers.js';
import { changedMetadata, type Params } from './params.js';
import { idOf } from './payment-attempts.js';
import { blankIntent, FUTURE_USAGES, OPEN } from './payment-intents.js';

const LIFETIME_SECONDS = { shortest: 30 * 60, longest: 24 * 60 * 60 } as const;
const LONGEST_REFERENCE = 200;

export function createCheckoutSession({ account, params }: Call): Stripe.Checkout.Session {
  params.oneOf('mode', ['payment']);
  const successUrl = address(params, 'success_url');
  const cancelUrl = params.text('cancel_url') === undefined ? null : address(params, 'cancel_url');
  const { items, currency, amount } = readItems(params);
  const customer = params.text('customer');
  const types = params.texts('allowed_payment_method_types');
  const reference = params.text('client_reference_id') ?? null;
  const metadata = changedMetadata({}, params.metadata());
  const intent = readIntent(params);
  const expiresAt = readExpiry(account, params);
  params.refuseUnknown();
  assertChargeable(amount, currency);
  if (types.some((type) => type !== 'card')) {
    throw invalidRequest('Only card is enabled on this account', { param: 'allowed_payment_method_types' });
  }
  if (reference !== null && !(reference.length <= LONGEST_REFERENCE && /^[\w-]+$/.test(reference))) {
    throw invalidRequest('Invalid client_reference_id', { param: 'client_reference_id' });
  }

  const id = account.newId('cs_test');
  account.checkoutPlans.put({ id, items, intent });
  return account.checkoutSessions.put({
    ...blankSession(id, account.now()),
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: cancelUrl,
    client_reference_id: reference,
    currency,
    customer: customer === undefined ? null : customerOf(account, customer, 'customer').id,
    expires_at: expiresAt,
    metadata,
    success_url: successUrl,
    url: `${account.baseUrl}/_checkout/${id}`,
  });
}

export function retrieveCheckoutSession({ account, params, id }: Call): Stripe.Checkout.Session {
  params.refuseUnknown();
  return sessionOf(account, id);
}

export function expireCheckoutSession({ account, params, request, id }: Call): Stripe.Checkout.Session {
  params.refuseUnknown();
  const session = sessionOf(account, id);
  if (session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
    );
  }
  return expire(account, session, request);
}

/** As it stands by now: one whose time is over has expired. @throws {ApiError} `resource_missing` */
export function sessionOf(account: StripeAccount, id: string): Stripe.Checkout.Session {
  const session = account.checkoutSessions.get(id);
  if (!session) throw resourceMissing('checkout.session', id, 'session');
  return session.status === 'open' && session.expires_at <= account.now() ? expire(account, session, null) : session;
}

/** Ends the sessions whose money has come. */
export function completeCheckouts(account: StripeAccount): void {
  for (const session of account.checkoutSessions.oldestFirst()) {
    const intent = account.paymentIntents.get(idOf(session.payment_intent) ?? '');
    if (session.status !== 'open' || intent?.status !== 'succeeded') continue;
    const complete: Stripe.Checkout.Session = account.checkoutSessions.put({
      ...session,
      payment_status: 'paid',
      status: 'complete',
      url: null,
    });
    account.emit('checkout.session.completed', complete, null);
  }
}

/** The intent with which a session's customer pays, made at her first attempt. */
export function intentOfSession(account: StripeAccount, session: Stripe.Checkout.Session): Stripe.PaymentIntent {
  const known = account.paymentIntents.get(idOf(session.payment_intent) ?? '');
  if (known) return known;
  const plan = account.checkoutPlans.get(session.id);
  if (!plan) throw new Error(`${session.id} was made without a plan`);
  const id = account.newId('pi');
  const intent = account.paymentIntents.put({
    ...blankIntent(id, account.now()),
    ...plan.intent,
    amount: session.amount_total ?? 0,
    client_secret: `${id}_secret_${account.newId('s').slice(2)}`,
    currency: session.currency ?? '',
    customer: session.customer,
  });
  account.checkoutSessions.put({ ...session, payment_intent: id });
  account.emit('payment_intent.created', intent, null);
  return intent;
}

function expire(account: StripeAccount, session: Stripe.Checkout.Session, request: RequestIdentity | null): Stripe.Checkout.Session {
  const expired: Stripe.Checkout.Session = account.checkoutSessions.put({ ...session, status: 'expired', url: null });
  const intent = account.paymentIntents.get(idOf(session.payment_intent) ?? '');
  if (intent && OPEN.includes(intent.status)) {
    const cancelled: Stripe.PaymentIntent = account.paymentIntents.put({
      ...intent,
      canceled_at: account.now(),
      cancellation_reason: 'automatic',
      next_action: null,
      status: 'canceled',
    });
    account.emit('payment_intent.canceled', cancelled, request);
  }
  account.emit('checkout.session.expired', expired, request);
  return expired;
}

function address(params: Params, name: string): string {
  const url = params.requiredText(name);
  if (!URL.canParse(url)) throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: name });
  return url;
}

function readItems(params: Params): { readonly items: CheckoutPlan['items']; readonly currency: string; readonly amount: number } {
  const items = params.objects('line_items').map((item) => {
    const price = item.requiredObject('price_data');
    const name = price.requiredObject('product_data').requiredText('name');
    const quantity = item.integer('quantity') ?? 1;
    const currency = chargeableCurrency(price.requiredText('currency'));
    return { name, currency, amount: price.requiredInteger('unit_amount') * quantity };
  });
  const [first] = items;
  if (!first) throw invalidRequest('Missing required param: line_items.', { code: 'parameter_missing', param: 'line_items' });
  if (items.some(({ currency }) => currency !== first.currency)) {
    throw invalidRequest('All line items must be in the same currency', { param: 'line_items' });
  }
  return {
    items: items.map(({ name, amount }) => ({ name, amount })),
    currency: first.currency,
    amount: items.reduce((sum, { amount }) => sum + amount, 0),
  };
}

function readIntent(params: Params): CheckoutPlan['intent'] {
  const data = params.object('payment_intent_data');
  return {
    description: data?.text('description') ?? null,
    metadata: changedMetadata({}, data?.metadata()),
    setup_future_usage: data?.oneOf('setup_future_usage', FUTURE_USAGES) ?? null,
    receipt_email: data?.text('receipt_email') ?? null,
  };
}

function readExpiry(account: StripeAccount, params: Params): number {
  const now = account.now();
  const given = params.integer('expires_at') ?? now + LIFETIME_SECONDS.longest;
  const { shortest, longest } = LIFETIME_SECONDS;
  if (given >= now + shortest && given <= now + longest) return given;
  throw invalidRequest('The `expires_at` timestamp must be between 30 minutes and 24 hours from now.', { param: 'expires_at' });
}

function blankSession(id: string, now: number): Stripe.Checkout.Session {
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: null,
    client_reference_id: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: null,
    discounts: [],
    expires_at: now,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: {},
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: null,
    wallet_options: null,
  };
}
