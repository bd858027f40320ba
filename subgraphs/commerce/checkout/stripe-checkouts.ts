import Stripe from 'stripe';
import { toStripeAmount } from '../payment/stripe-amount.js';
import { domainErrorOf, isUnknownId } from '../payment/stripe-errors.js';
import { metadataOf, paymentOf, secondsOf } from '../payment/stripe-translation.js';
import type { CheckoutProvider, OpenCheckoutInput, ProviderCheckout } from './checkout-provider.js';

/** What is read with every session, so that the payment and its fee are known as soon as there are. */
const WITH_PAYMENT: string[] = ['payment_intent.latest_charge.balance_transaction'];

/** Stripe Checkout: pages that Stripe hosts. */
export function createStripeCheckouts(stripe: Stripe): CheckoutProvider {
  const { sessions } = stripe.checkout;
  const read = async (checkoutId: string): Promise<ProviderCheckout> =>
    checkoutOf(await sessions.retrieve(checkoutId, { expand: WITH_PAYMENT }));

  return {
    async open(input, idempotencyKey) {
      try {
        return checkoutOf(await sessions.create(sessionFor(input), { idempotencyKey }));
      } catch (error) {
        throw domainErrorOf(error);
      }
    },
    async retrieve(checkoutId) {
      try {
        return await read(checkoutId);
      } catch (error) {
        if (isUnknownId(error)) return null;
        throw domainErrorOf(error);
      }
    },
    async expire(checkoutId) {
      try {
        await sessions.expire(checkoutId);
      } catch (error) {
        // It has ended already, and how is read below; whatever else is wrong is wrong there, too.
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw domainErrorOf(error);
      }
      try {
        return await read(checkoutId);
      } catch (error) {
        throw domainErrorOf(error);
      }
    },
  };
}

function sessionFor(input: OpenCheckoutInput): Stripe.Checkout.SessionCreateParams {
  const { subject, description, providerCustomerId: customer } = input;
  const { amount, currency } = toStripeAmount(input.amount);
  const metadata = metadataOf(subject);
  return {
    mode: 'payment',
    allowed_payment_method_types: ['card'],
    line_items: [{ quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: description } } }],
    client_reference_id: subject.paymentId,
    metadata,
    payment_intent_data: {
      // Events of the payment are told apart by it, as those of any other are.
      metadata,
      description,
      ...(customer === null ? {} : { setup_future_usage: 'off_session' as const }),
    },
    ...(customer === null ? {} : { customer }),
    expires_at: secondsOf(input.expiresAt),
    success_url: input.paidUrl,
    cancel_url: input.backUrl,
  };
}

function checkoutOf({ id, status, url, payment_intent: intent }: Stripe.Checkout.Session): ProviderCheckout {
  const state = STATES[status ?? ''];
  if (state === undefined) throw new Error(`Stripe reports the unknown checkout status ${status}`);
  return {
    checkoutId: id,
    state,
    address: state === 'OPEN' ? url : null,
    payment: typeof intent === 'object' && intent !== null ? paymentOf(intent) : null,
  };
}

const STATES: Readonly<Record<string, ProviderCheckout['state']>> = {
  open: 'OPEN',
  complete: 'COMPLETE',
  expired: 'EXPIRED',
};
