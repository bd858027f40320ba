import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { pageOf } from './pages.js';
import { EXPIRY } from './payment-methods.js';
import type { TestCard } from './test-cards.js';

export function retrieveCharge({ account, params, id }: Call): Stripe.Charge {
  params.refuseUnknown();
  return chargeOf(account, id, 'id');
}

export function listCharges({ account, params }: Call): Stripe.ApiList<Stripe.Charge> {
  const customer = params.text('customer');
  const paymentIntent = params.text('payment_intent');
  const found = account.charges
    .newestFirst()
    .filter((charge) => customer === undefined || charge.customer === customer)
    .filter((charge) => paymentIntent === undefined || charge.payment_intent === paymentIntent);
  const page = pageOf(found, params, '/v1/charges');
  params.refuseUnknown();
  return page;
}

/** @throws {ApiError} `resource_missing` naming the parameter that holds the id */
export function chargeOf(account: StripeAccount, id: string, param: string): Stripe.Charge {
  const charge = account.charges.get(id);
  if (!charge) throw resourceMissing('charge', id, param);
  return charge;
}

export type ChargeResult =
  | { readonly kind: 'captured' }
  | { readonly kind: 'authorized' }
  | {
      readonly kind: 'declined';
      readonly code: string;
      readonly declineCode: string;
      readonly message: string;
    };

/** A new charge of an intent's amount, as the card's issuer answered it. Not yet put into the account. */
export function chargeFor(
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  paymentMethodId: string,
  card: TestCard,
  result: ChargeResult,
): Stripe.Charge {
  const isDeclined = result.kind === 'declined';
  return {
    id: account.newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: result.kind === 'captured' ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: result.kind === 'captured',
    created: account.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: isDeclined ? result.code : null,
    failure_message: isDeclined ? result.message : null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(result),
    paid: !isDeclined,
    payment_intent: intent.id,
    payment_method: paymentMethodId,
    payment_method_details: { type: 'card', card: cardDetails(card, intent.amount) },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: isDeclined ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function outcomeOf(result: ChargeResult): Stripe.Charge.Outcome {
  const isDeclined = result.kind === 'declined';
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: isDeclined ? 'declined_by_network' : 'approved_by_network',
    reason: isDeclined ? result.declineCode : null,
    risk_level: 'normal',
    seller_message: isDeclined ? 'The bank returned a decline.' : 'Payment complete.',
    type: isDeclined ? 'issuer_declined' : 'authorized',
  };
}

function cardDetails(card: TestCard, authorized: number): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    amount_authorized: authorized,
    authorization_code: null,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: EXPIRY.month,
    exp_year: EXPIRY.year,
    fingerprint: `${card.brand}-${card.last4}`,
    funding: card.funding,
    installments: null,
    last4: card.last4,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
