import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { completeCheckouts } from './checkout-sessions.js';
import { Disturbances, type RequestDisturbance, type WebhookDisturbance } from './disturbances.js';
import { completeAuthentication, settleCharges } from './payment-attempts.js';
import { intentOf } from './payment-intents.js';
import { settleRefunds } from './refunds.js';
import type { WebhookEndpoint, WebhookSender } from './webhooks.js';

/** One request to the API as it was answered; status null when it was not. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly status: number | null;
  readonly isReplay: boolean;
}

const REQUESTS_KEPT = 1_000;

/** Makes the double misbehave on demand, and does what on the real network other people do. */
export class StripeControl {
  readonly requestDisturbances = new Disturbances<RequestDisturbance>();
  readonly #account: StripeAccount;
  readonly #webhooks: WebhookSender;
  readonly #requests: RecordedRequest[] = [];
  #gate: Promise<void> | null = null;

  constructor(account: StripeAccount, webhooks: WebhookSender) {
    this.#account = account;
    this.#webhooks = webhooks;
  }

  disturbRequests(disturbance: RequestDisturbance): void {
    this.requestDisturbances.add(disturbance);
  }

  disturbWebhooks(disturbance: WebhookDisturbance): void {
    this.#webhooks.disturbances.add(disturbance);
  }

  clearDisturbances(): void {
    this.requestDisturbances.clear();
    this.#webhooks.disturbances.clear();
  }

  /** Requests that arrive from now on stay in progress, without effect, until the returned function is called. */
  holdRequests(): () => void {
    let release: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      release = () => {
        this.#gate = null;
        resolve();
      };
    });
    return release;
  }

  /** Resolves when requests are not, or no longer, held. */
  async pass(): Promise<void> {
    if (this.#gate) await this.#gate;
  }

  pointWebhooksAt(endpoint: WebhookEndpoint | null): void {
    this.#webhooks.pointAt(endpoint);
  }

  /** Resolves when every event has been delivered or given up. */
  async webhooksIdle(): Promise<void> {
    await this.#webhooks.idle();
  }

  /** @throws {Error} when there is no such event */
  resendEvent(eventId: string): void {
    const event = this.#account.events.get(eventId);
    if (!event) throw new Error(`there is no event ${eventId}`);
    this.#webhooks.resend(event);
  }

  /**
   * The customer proves who she is to her bank, or fails to.
   * @throws {ApiError} when the payment intent is unknown or waits for no proof
   */
  completeAuthentication(paymentIntentId: string, isProven: boolean): void {
    completeAuthentication(this.#account, intentOf(this.#account, paymentIntentId), isProven);
    settleCharges(this.#account);
    completeCheckouts(this.#account);
  }

  /** Lets the refunds of the pending and failing test cards reach their end. */
  settleRefunds(): void {
    settleRefunds(this.#account);
  }

  /** The latest requests, oldest first. */
  requests(): readonly RecordedRequest[] {
    return [...this.#requests];
  }

  record(request: RecordedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > REQUESTS_KEPT) this.#requests.shift();
  }
}

const count = z.int().min(1).max(10_000);

const command = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('disturb_requests'),
    kind: z.enum(['timeout', 'server_error', 'reset']),
    effect: z.enum(['before', 'after']).default('before'),
    count: count.default(1),
    path: z.string().default('/'),
  }),
  z.strictObject({
    action: z.literal('disturb_webhooks'),
    disturbance: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.enum(['drop', 'duplicate', 'corrupt_signature']), count: count.default(1) }),
      z.strictObject({
        kind: z.literal('delay'),
        milliseconds: z.int().min(0).max(600_000),
        count: count.default(1),
      }),
      z.strictObject({ kind: z.literal('reorder'), count }),
    ]),
  }),
  z.strictObject({ action: z.literal('clear_disturbances') }),
  z.strictObject({ action: z.literal('resend_event'), event: z.string() }),
  z.strictObject({
    action: z.literal('complete_authentication'),
    payment_intent: z.string(),
    proven: z.boolean(),
  }),
  z.strictObject({ action: z.literal('settle_refunds') }),
]);

/**
 * Carries out one command of the control endpoint.
 * @throws {z.ZodError} when it is none, {@link Error} when it names something that does not exist
 */
export function obey(control: StripeControl, body: unknown): void {
  const order = command.parse(body);
  switch (order.action) {
    case 'disturb_requests': {
      const { kind, effect, count: times, path } = order;
      control.disturbRequests({ kind, effect, count: times, path });
      return;
    }
    case 'disturb_webhooks':
      control.disturbWebhooks(order.disturbance);
      return;
    case 'clear_disturbances':
      control.clearDisturbances();
      return;
    case 'resend_event':
      control.resendEvent(order.event);
      return;
    case 'complete_authentication':
      control.completeAuthentication(order.payment_intent, order.proven);
      return;
    case 'settle_refunds':
      control.settleRefunds();
  }
}
