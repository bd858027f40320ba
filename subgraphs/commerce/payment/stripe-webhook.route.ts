import { json } from '../../_kernel/http/json-route.js';
import type { RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { InvalidWebhookError } from './payment-provider.js';
import type { ReceiveWebhookService, WebhookReceipt } from './receive-webhook.service.js';

export const STRIPE_WEBHOOK_PATH = '/webhooks/stripe';

const answer = (status: number, outcome: WebhookReceipt): RouteResponse => json(status, { outcome });

/** Where Stripe delivers its events. Its signature is the authentication; who called is not asked. */
export const stripeWebhookRoute = (webhooks: ReceiveWebhookService): SubgraphRoute => ({
  method: 'POST',
  path: STRIPE_WEBHOOK_PATH,
  async handle({ body, headers }, { origin }) {
    try {
      const receipt = await webhooks.receive(body, headers['stripe-signature'] ?? null, origin.requestId);
      return answer(receipt === 'REFUSED' ? 400 : 200, receipt);
    } catch (error) {
      if (error instanceof InvalidWebhookError) return answer(400, 'REFUSED');
      // Anything else is our failure: answered as one, and Stripe delivers the event again.
      throw error;
    }
  },
});
