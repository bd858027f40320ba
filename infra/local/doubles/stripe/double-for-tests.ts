import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { startStripeDouble, type StripeDouble, type StripeDoubleOptions } from './stripe-double.js';

export const SECRET_KEY = 'sk_test_double';
export const WEBHOOK_SECRET = 'whsec_double';

/** The real SDK, pointed at a double. */
export function sdkFor(
  double: StripeDouble,
  config: { readonly key?: string; readonly retries?: number; readonly timeout?: number } = {},
): Stripe {
  return new Stripe(config.key ?? SECRET_KEY, {
    host: double.host,
    port: double.port,
    protocol: 'http',
    maxNetworkRetries: config.retries ?? 0,
    timeout: config.timeout ?? 5_000,
    telemetry: false,
  });
}

export const startDouble = (options: Partial<StripeDoubleOptions> = {}): Promise<StripeDouble> =>
  startStripeDouble({ secretKey: SECRET_KEY, ...options });

export interface ReceivedWebhook {
  readonly payload: string;
  readonly signature: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  /** The next answers' statuses, 200 when used up. */
  answerNext(...statuses: readonly number[]): void;
  /** Called at each delivery, before it is answered. */
  onDelivery(listener: () => void): void;
  stop(): Promise<void>;
}

/** An HTTP endpoint that records what it is sent. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const statuses: number[] = [];
  let notify = (): void => undefined;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        payload: Buffer.concat(chunks).toString(),
        signature: String(request.headers['stripe-signature']),
      });
      notify();
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    received,
    answerNext: (...next) => statuses.push(...next),
    onDelivery: (listener) => {
      notify = listener;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
