import Stripe from 'stripe';
import type { CheckoutProvider } from '../checkout/checkout-provider.js';
import { createStripeCheckouts } from '../checkout/stripe-checkouts.js';
import type { RefundFact } from './payment.js';
import type {
  CancelOutcome,
  CreateIntentInput,
  PaymentEvent,
  PaymentOutcome,
  PaymentProvider,
  ProviderMovement,
  ProviderPayment,
  RefundInput,
  RefundOutcome,
  RefundReason,
  RefundRefusal,
} from './payment-provider.js';
import { toStripeAmount } from './stripe-amount.js';
import { domainErrorOf, isUnknownId } from './stripe-errors.js';
import { metadataOf, movementOf, outcomeOf, paymentOf, refundOf, secondsOf } from './stripe-translation.js';
import { paymentEventOf, RELEVANT_EVENTS, verifiedEvent } from './stripe-webhook.js';

export interface StripeSettings {
  readonly secretKey: string;
  /** Signing secrets of the webhook endpoint: one, or two while it is rotated. */
  readonly webhookSecrets: readonly string[];
  /** Base address of the API; Stripe's own when null. */
  readonly apiBase: string | null;
  /** How long one request may take; 10 s unless told. */
  readonly timeoutMilliseconds?: number;
  /** How often a request that got no answer is repeated under the same key; twice unless told. */
  readonly networkRetries?: number;
}

const DEFAULTS = { timeoutMilliseconds: 10_000, networkRetries: 2 } as const;
const PAGE_SIZE = 100;

const REFUND_REASONS: Readonly<Record<RefundReason, Stripe.RefundCreateParams.Reason>> = {
  REQUESTED_BY_CLIENT: 'requested_by_customer',
  DUPLICATE: 'duplicate',
  FRAUDULENT: 'fraudulent',
};

/** What is read with every intent, so that the fee is known as soon as Stripe has booked it. */
const WITH_FEE: string[] = ['latest_charge.balance_transaction'];

/** The payment provider that is Stripe, or anything that speaks its protocol. */
export class StripePaymentProvider implements PaymentProvider {
  /** Its own pages, at which it takes cards itself. */
  readonly checkouts: CheckoutProvider;
  readonly #stripe: Stripe;
  readonly #webhookSecrets: readonly string[];

  constructor(settings: StripeSettings) {
    this.#webhookSecrets = settings.webhookSecrets;
    this.#stripe = new Stripe(settings.secretKey, {
      ...(settings.apiBase === null ? {} : addressOf(settings.apiBase)),
      timeout: settings.timeoutMilliseconds ?? DEFAULTS.timeoutMilliseconds,
      maxNetworkRetries: settings.networkRetries ?? DEFAULTS.networkRetries,
      telemetry: false,
    });
    this.checkouts = createStripeCheckouts(this.#stripe);
  }

  async createCustomer(
    input: { readonly tenantId: string; readonly name: string; readonly email: string | null },
    idempotencyKey: string,
  ): Promise<string> {
    const customer = await translated(
      this.#stripe.customers.create(
        {
          name: input.name,
          metadata: { tenant_id: input.tenantId },
          ...(input.email === null ? {} : { email: input.email }),
        },
        { idempotencyKey },
      ),
    );
    return customer.id;
  }

  async createIntent(input: CreateIntentInput, idempotencyKey: string): Promise<ProviderPayment> {
    const intent = await translated(
      this.#stripe.paymentIntents.create(
        {
          ...toStripeAmount(input.amount),
          // Books the fee at once, instead of some time after the answer.
          capture_method: 'automatic',
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          description: input.description,
          metadata: metadataOf(input.subject),
          ...(input.providerCustomerId === null ? {} : { customer: input.providerCustomerId }),
          ...(input.keepsCard ? { setup_future_usage: 'off_session' as const } : {}),
          ...(input.receiptEmail === null ? {} : { receipt_email: input.receiptEmail }),
        },
        { idempotencyKey },
      ),
    );
    return paymentOf(intent);
  }

  async confirm(
    input: {
      readonly providerPaymentId: string;
      readonly paymentMethodId: string;
      readonly returnUrl: string | null;
      readonly unattended?: boolean;
    },
    idempotencyKey: string,
  ): Promise<PaymentOutcome> {
    try {
      const intent = await this.#stripe.paymentIntents.confirm(
        input.providerPaymentId,
        {
          payment_method: input.paymentMethodId,
          expand: WITH_FEE,
          ...(input.unattended ? { off_session: true } : {}),
          ...(input.returnUrl === null ? {} : { return_url: input.returnUrl }),
        },
        { idempotencyKey },
      );
      return outcomeOf(intent);
    } catch (error) {
      const intent = intentInError(error);
      if (error instanceof Stripe.errors.StripeCardError && intent) return outcomeOf(intent);
      // It has ended already, by an earlier attempt or a cancellation: what it ended with is the answer.
      if (isUnexpectedState(error)) return outcomeOf(await this.#intent(input.providerPaymentId));
      throw domainErrorOf(error);
    }
  }

  async retrieve(providerPaymentId: string): Promise<ProviderPayment | null> {
    try {
      return paymentOf(await this.#stripe.paymentIntents.retrieve(providerPaymentId, { expand: WITH_FEE }));
    } catch (error) {
      if (isUnknownId(error)) return null;
      throw domainErrorOf(error);
    }
  }

  async cancel(providerPaymentId: string, idempotencyKey: string): Promise<CancelOutcome> {
    try {
      const intent = await this.#stripe.paymentIntents.cancel(providerPaymentId, {}, { idempotencyKey });
      return { kind: 'CANCELLED', payment: paymentOf(intent) };
    } catch (error) {
      if (!isUnexpectedState(error)) throw domainErrorOf(error);
      const payment = paymentOf(await this.#intent(providerPaymentId));
      return { kind: payment.collection === 'CANCELLED' ? 'CANCELLED' : 'TOO_LATE', payment };
    }
  }

  async refund(input: RefundInput, idempotencyKey: string): Promise<RefundOutcome> {
    try {
      const refund = await this.#stripe.refunds.create(
        {
          payment_intent: input.providerPaymentId,
          reason: REFUND_REASONS[input.reason],
          // A refund does not inherit its payment's metadata; without them its events would not be ours.
          metadata: metadataOf(input.subject),
          ...(input.amount === null ? {} : { amount: toStripeAmount(input.amount).amount }),
        },
        { idempotencyKey },
      );
      return { kind: 'ACCEPTED', refund: refundOf(refund) };
    } catch (error) {
      // Stripe's answer does not tell the reasons apart by code, so the payment itself is asked.
      const reason =
        error instanceof Stripe.errors.StripeInvalidRequestError ? await this.#whyNotRefundable(input) : null;
      if (reason === null) throw domainErrorOf(error);
      return { kind: 'REFUSED', reason };
    }
  }

  async listRefunds(providerPaymentId: string): Promise<readonly RefundFact[]> {
    const facts: RefundFact[] = [];
    const refunds = this.#stripe.refunds.list({ payment_intent: providerPaymentId, limit: PAGE_SIZE });
    for await (const refund of translatedEach(refunds)) facts.push(refundOf(refund));
    return facts.reverse();
  }

  async *movementsSince(since: Date): AsyncGenerator<ProviderMovement> {
    const transactions = this.#stripe.balanceTransactions.list({
      created: { gte: secondsOf(since) },
      expand: ['data.source'],
      limit: PAGE_SIZE,
    });
    for await (const transaction of translatedEach(transactions)) yield movementOf(transaction);
  }

  async *eventsSince(since: Date): AsyncGenerator<PaymentEvent> {
    const events = this.#stripe.events.list({
      created: { gte: secondsOf(since) },
      types: [...RELEVANT_EVENTS],
      limit: PAGE_SIZE,
    });
    for await (const event of translatedEach(events)) yield paymentEventOf(event);
  }

  parseWebhook(rawBody: string | Uint8Array, signatureHeader: string | null, now: Date): PaymentEvent {
    return paymentEventOf(verifiedEvent(rawBody, signatureHeader, this.#webhookSecrets, now));
  }

  async assertReachable(): Promise<void> {
    await translated(this.#stripe.events.list({ limit: 1 }));
  }

  async #whyNotRefundable(input: RefundInput): Promise<RefundRefusal | null> {
    const intent = await this.#intent(input.providerPaymentId);
    const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
    if (!charge?.captured) return 'NOT_COLLECTED';
    if (charge.refunded) return 'ALREADY_REFUNDED';
    const wanted = input.amount === null ? 0 : toStripeAmount(input.amount).amount;
    return wanted > charge.amount - charge.amount_refunded ? 'EXCEEDS_REMAINDER' : null;
  }

  #intent(providerPaymentId: string): Promise<Stripe.PaymentIntent> {
    return translated(this.#stripe.paymentIntents.retrieve(providerPaymentId, { expand: WITH_FEE }));
  }
}

function addressOf(apiBase: string): {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
} {
  const url = new URL(apiBase);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    host: url.hostname,
    port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
    protocol,
  };
}

async function translated<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw domainErrorOf(error);
  }
}

async function* translatedEach<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw domainErrorOf(error);
  }
}

function intentInError(error: unknown): Stripe.PaymentIntent | undefined {
  return error instanceof Stripe.errors.StripeError ? error.payment_intent : undefined;
}

const isUnexpectedState = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  error.code === 'payment_intent_unexpected_state';
