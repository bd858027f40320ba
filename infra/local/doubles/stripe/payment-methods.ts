import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { testCard, type TestCard } from './test-cards.js';

/** Retrieving a test id makes a payment method of its own each time, as Stripe does. */
export function retrievePaymentMethod({ account, params, id }: Call): Stripe.PaymentMethod {
  params.refuseUnknown();
  return paymentMethodOf(account, id, 'id');
}

/**
 * The payment method with this id, or a new one when it is a test id such as `pm_card_visa`.
 * @throws {ApiError} `resource_missing` naming the parameter that holds the id
 */
export function paymentMethodOf(account: StripeAccount, id: string, param: string): Stripe.PaymentMethod {
  const known = account.paymentMethods.get(id);
  if (known) return known;
  const card = testCard(id);
  if (!card) throw resourceMissing('PaymentMethod', id, param);
  const paymentMethod = account.paymentMethods.put(cardPaymentMethod(account, card));
  account.cards.put({ id: paymentMethod.id, testCardId: id });
  return paymentMethod;
}

/** How the card behind a payment method behaves. */
export function cardOf(account: StripeAccount, paymentMethodId: string): TestCard {
  const card = testCard(account.cards.get(paymentMethodId)?.testCardId ?? '');
  if (!card) throw new Error(`${paymentMethodId} was made without a card`);
  return card;
}

export const EXPIRY = { month: 12, year: 2040 } as const;

function cardPaymentMethod(account: StripeAccount, card: TestCard): Stripe.PaymentMethod {
  return {
    id: account.newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
      country: 'US',
      display_brand: card.brand,
      exp_month: EXPIRY.month,
      exp_year: EXPIRY.year,
      fingerprint: `${card.brand}-${card.last4}`,
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: account.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
