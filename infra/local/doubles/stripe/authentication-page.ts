import type Stripe from 'stripe';

/** The page on which, on the real network, the customer's bank asks for proof. */
export function authenticationPage(intent: Stripe.PaymentIntent): string {
  return page(
    'Your bank asks',
    `<p>A payment of ${intent.amount} (smallest unit) ${intent.currency.toUpperCase()} wants to be confirmed.</p>
    <form method="post">
      <button name="outcome" value="proven">It is me</button>
      <button name="outcome" value="failed">Refuse</button>
    </form>`,
  );
}

export const authenticationDone = (): string => page('Done', '<p>You may close this page.</p>');

/** Where the customer goes afterwards; null when the attempt named no address. */
export function returnAddress(intent: Stripe.PaymentIntent, isProven: boolean): string | null {
  const returnUrl = intent.next_action?.redirect_to_url?.return_url ?? null;
  if (returnUrl === null) return null;
  const address = new URL(returnUrl);
  address.searchParams.set('payment_intent', intent.id);
  address.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '');
  address.searchParams.set('redirect_status', isProven ? 'succeeded' : 'failed');
  return address.href;
}

/** @param body trusted HTML: what a request sent is put into it escaped or not at all */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;
