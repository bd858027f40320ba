import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import type { StripeAccount, WebhookDelivery } from './account.js';
import { Disturbances, type WebhookDisturbance } from './disturbances.js';

export interface WebhookEndpoint {
  readonly url: string;
  /** Signing secret, as `whsec_…`. */
  readonly secret: string;
}

export interface WebhookRetries {
  readonly attempts: number;
  /** The pause after the first failed attempt; each further pause is twice as long. */
  readonly firstDelayMilliseconds: number;
}

const DEFAULT_RETRIES: WebhookRetries = { attempts: 8, firstDelayMilliseconds: 1_000 };
const LONGEST_DELAY_MILLISECONDS = 60 * 60 * 1_000;
const ANSWER_WITHIN_MILLISECONDS = 10_000;
const AT_ONCE = 8;

/** Signs a payload as Stripe does: `t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<payload>">`. */
export function signatureHeader(payload: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex')}`;
}

/**
 * Delivers events to the webhook endpoint over HTTP: several at once and so in no order, again and again with growing
 * pauses until it answers 2xx. What is under way is kept in the account and resumed after a restart.
 */
export class WebhookSender {
  readonly disturbances = new Disturbances<WebhookDisturbance>();
  readonly #account: StripeAccount;
  readonly #durable: () => Promise<void>;
  readonly #retries: WebhookRetries;
  readonly #stopping = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #endpoint: WebhookEndpoint | null;
  #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #unfinished = 0;
  #heldBack: WebhookDelivery[] = [];
  #idleListeners: (() => void)[] = [];

  /** @param durable resolves when all that has happened would survive a crash; nothing is told before that */
  constructor(options: {
    readonly account: StripeAccount;
    readonly endpoint: WebhookEndpoint | null;
    readonly retries: Partial<WebhookRetries>;
    readonly durable: () => Promise<void>;
  }) {
    this.#account = options.account;
    this.#endpoint = options.endpoint;
    this.#retries = { ...DEFAULT_RETRIES, ...options.retries };
    this.#durable = options.durable;
  }

  pointAt(endpoint: WebhookEndpoint | null): void {
    this.#endpoint = endpoint;
  }

  /** Takes an event that has just happened. Without an endpoint nobody is told, as with a real account. */
  announce(event: Stripe.Event): void {
    if (this.#endpoint === null) return;
    const disturbance = this.disturbances.take();
    if (disturbance?.kind === 'drop') {
      this.#account.events.put({ ...event, pending_webhooks: 1 });
      return;
    }
    const delivery = this.#newDelivery(event);
    switch (disturbance?.kind) {
      case 'reorder':
        this.#heldBack.push(delivery);
        if (this.#heldBack.length >= disturbance.count) this.#deliverHeldBack();
        return;
      case 'delay':
        this.#after(disturbance.milliseconds, () => this.#attempt(delivery));
        return;
      case 'duplicate':
        this.#enqueue(() => this.#attempt(delivery));
        this.#enqueue(() => this.#attempt(this.#newDelivery(event)));
        return;
      case 'corrupt_signature':
        this.#enqueue(() => this.#attempt(delivery, { isSignatureCorrupt: true }));
        return;
      case undefined:
        this.#enqueue(() => this.#attempt(delivery));
    }
  }

  /** Delivers a past event once more, as the dashboard's button does. */
  resend(event: Stripe.Event): void {
    const delivery = this.#newDelivery(event);
    this.#enqueue(() => this.#attempt(delivery));
  }

  /** Takes up the deliveries that a crash or a stop interrupted. */
  resume(): void {
    for (const delivery of this.#account.deliveries.oldestFirst())
      this.#enqueue(() => this.#attempt(delivery));
  }

  /** Resolves when nothing is under way and no retry is due; events held back by `reorder` do not count. */
  async idle(): Promise<void> {
    if (this.#unfinished === 0) return;
    await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
  }

  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#waiting = [];
  }

  #newDelivery(event: Stripe.Event): WebhookDelivery {
    this.#account.events.put({ ...event, pending_webhooks: 1 });
    return this.#account.deliveries.put({ id: this.#account.newId('whd'), eventId: event.id, attempts: 0 });
  }

  #deliverHeldBack(): void {
    const deliveries = this.#heldBack.reverse();
    this.#heldBack = [];
    this.#enqueue(async () => {
      for (const delivery of deliveries) await this.#attempt(delivery);
    });
  }

  #after(milliseconds: number, task: () => Promise<void>): void {
    this.#unfinished += 1;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#enqueue(task);
      this.#finishOne();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #enqueue(task: () => Promise<void>): void {
    this.#unfinished += 1;
    this.#waiting.push(task);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#running < AT_ONCE) {
      const task = this.#waiting.shift();
      if (!task) return;
      this.#running += 1;
      const finished = (): void => {
        this.#running -= 1;
        this.#finishOne();
        this.#startWaiting();
      };
      // A task fails only where the state file cannot be written; the delivery is still kept and resumed at a restart.
      task().then(finished, finished);
    }
  }

  #finishOne(): void {
    this.#unfinished -= 1;
    if (this.#unfinished > 0) return;
    for (const resolve of this.#idleListeners.splice(0)) resolve();
  }

  async #attempt(
    delivery: WebhookDelivery,
    flaw: { readonly isSignatureCorrupt?: boolean } = {},
  ): Promise<void> {
    await this.#durable();
    const event = this.#account.events.get(delivery.eventId);
    if (this.#stopping.signal.aborted || !event) return;
    const isAccepted = await this.#post(event, flaw.isSignatureCorrupt ?? false);
    if (this.#stopping.signal.aborted) return;
    const attempts = delivery.attempts + 1;
    if (isAccepted) {
      this.#account.deliveries.remove(delivery.id);
      this.#account.events.put({ ...event, pending_webhooks: 0 });
    } else if (attempts >= this.#retries.attempts) {
      this.#account.deliveries.remove(delivery.id);
    } else {
      const next = this.#account.deliveries.put({ ...delivery, attempts });
      const pause = this.#retries.firstDelayMilliseconds * 2 ** (attempts - 1);
      this.#after(Math.min(pause, LONGEST_DELAY_MILLISECONDS), () => this.#attempt(next));
    }
  }

  /** Whether the endpoint took the event. A redirect is a refusal. */
  async #post(event: Stripe.Event, isSignatureCorrupt: boolean): Promise<boolean> {
    if (this.#endpoint === null) return false;
    const payload = JSON.stringify(event, null, 2);
    const secret = isSignatureCorrupt ? `${this.#endpoint.secret}-corrupt` : this.#endpoint.secret;
    try {
      const response = await fetch(this.#endpoint.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'Stripe-Signature': signatureHeader(payload, secret, this.#account.now()),
          'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        },
        body: payload,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Refused, cut, or too slow: all alike a failed attempt, tried again later.
      return false;
    }
  }
}
