import { ConfigError, loadConfig } from '../../../runtime/config.js';
import { onShutdown } from '../../../runtime/shutdown.js';
import { startStripeDouble } from './stripe-double.js';

/**
 * Stripe's local counterpart as a process of its own, for subgraphs that run apart. It takes the keys that the
 * commerce subgraph is given, listens on the port of STRIPE_API_BASE and delivers webhooks to the gateway at
 * SPINE_PUBLIC_URL. What it knows is forgotten when it ends.
 */
async function main(): Promise<void> {
  const { host, publicUrl, stripe } = loadConfig();
  if (!stripe?.apiBase) {
    const variables = ['STRIPE_API_BASE', ...(stripe ? [] : ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'])];
    throw new ConfigError(variables.map((variable) => ({ variable, problem: 'must be set for the local counterpart' })));
  }
  const double = await startStripeDouble({
    secretKey: stripe.secretKey,
    host,
    port: Number(new URL(stripe.apiBase).port || 80),
    webhook: { url: `${publicUrl}/webhooks/stripe`, secret: stripe.webhookSecret },
  });
  onShutdown(() => double.stop());
  console.log(`The local counterpart of Stripe listens at ${double.url} and delivers to ${publicUrl}/webhooks/stripe.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
