import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { ApiError } from './api-error.js';
import { page } from './authentication-page.js';
import { completeCheckouts, intentOfSession, sessionOf } from './checkout-sessions.js';
import { attemptPayment, settleCharges } from './payment-attempts.js';
import { paymentMethodOf } from './payment-methods.js';
import { testCardOfNumber } from './test-cards.js';

/** What the page that Stripe hosts does next. */
export type CheckoutAnswer =
  | { readonly kind: 'page'; readonly status: number; readonly html: string }
  | { readonly kind: 'redirect'; readonly to: string };

const ended = (): CheckoutAnswer => ({
  kind: 'page',
  status: 404,
  html: page('Nothing to pay here', '<p>This page has been used, has expired, or never was.</p>'),
});

/** Shows a session to its customer; whoever comes back from her bank having paid is sent on. */
export function showCheckout(account: StripeAccount, id: string): CheckoutAnswer {
  const session = found(account, id);
  if (session?.status === 'complete') return { kind: 'redirect', to: successOf(session) };
  return session?.status === 'open' ? formOf(account, session, 200, null) : ended();
}

/**
 * The customer gives her card.
 * @param number one of Stripe's test numbers, spaces allowed
 */
export function payCheckout(account: StripeAccount, id: string, number: string): CheckoutAnswer {
  const session = found(account, id);
  if (session?.status !== 'open') return showCheckout(account, id);
  const card = testCardOfNumber(number.replaceAll(' ', ''));
  if (card === undefined) return formOf(account, session, 400, 'This is not one of the test cards.');
  try {
    const intent = { ...intentOfSession(account, session), payment_method: paymentMethodOf(account, card, 'card').id };
    const returnUrl = `${account.baseUrl}/_checkout/${id}`;
    const tried = attemptPayment(account, intent, { returnUrl, isUnattended: false }, { id: account.newId('req'), idempotencyKey: null });
    settleCharges(account);
    completeCheckouts(account);
    const bank = tried.next_action?.redirect_to_url?.url;
    return bank == null ? showCheckout(account, id) : { kind: 'redirect', to: bank };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return formOf(account, session, error.status, error.message);
  }
}

function found(account: StripeAccount, id: string): Stripe.Checkout.Session | null {
  try {
    return sessionOf(account, id);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

const successOf = ({ id, success_url }: Stripe.Checkout.Session): string =>
  (success_url ?? '').replace('{CHECKOUT_SESSION_ID}', id);

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function formOf(account: StripeAccount, session: Stripe.Checkout.Session, status: number, refusal: string | null): CheckoutAnswer {
  const { id, amount_total: amount, cancel_url: back } = session;
  const currency = (session.currency ?? '').toUpperCase();
  const items = account.checkoutPlans.get(id)?.items ?? [];
  const html = page(
    'Pay by card',
    `${refusal === null ? '' : `<p role="alert">${escaped(refusal)}</p>`}
    <ul>${items.map((item) => `<li>${escaped(item.name)}: ${item.amount} (smallest unit) ${currency}</li>`).join('')}</ul>
    <form method="post">
      <label>Card number <input name="card" inputmode="numeric" required></label>
      <button>Pay ${amount} (smallest unit) ${currency}</button>
    </form>
    ${back === null ? '' : `<p><a href="${escaped(back)}">Back</a></p>`}`,
  );
  return { kind: 'page', status, html };
}
