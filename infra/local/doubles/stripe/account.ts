import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import type { Clock } from '../../../../subgraphs/_kernel/request/clock.js';
import { Collection, type ChangeListener } from './collection.js';
import type { IdempotencyRecord } from './idempotency.js';
import type { StateChange } from './state-file.js';

/** What each emitted event carries. */
export interface EventObjects {
  'customer.created': Stripe.Customer;
  'customer.updated': Stripe.Customer;
  'payment_intent.created': Stripe.PaymentIntent;
  'payment_intent.requires_action': Stripe.PaymentIntent;
  'payment_intent.amount_capturable_updated': Stripe.PaymentIntent;
  'payment_intent.payment_failed': Stripe.PaymentIntent;
  'payment_intent.succeeded': Stripe.PaymentIntent;
  'payment_intent.canceled': Stripe.PaymentIntent;
  'charge.succeeded': Stripe.Charge;
  'charge.failed': Stripe.Charge;
  'charge.captured': Stripe.Charge;
  'charge.updated': Stripe.Charge;
  'charge.refunded': Stripe.Charge;
  'refund.created': Stripe.Refund;
  'refund.updated': Stripe.Refund;
  'refund.failed': Stripe.Refund;
  'checkout.session.completed': Stripe.Checkout.Session;
  'checkout.session.expired': Stripe.Checkout.Session;
}

/** Which test card stands behind a payment method. */
export interface CardOfPaymentMethod {
  /** The payment method's id. */
  readonly id: string;
  readonly testCardId: string;
}

/** A session's payment before the customer has tried to pay: Stripe makes the intent when she does. */
export interface CheckoutPlan {
  /** The session's id. */
  readonly id: string;
  readonly items: readonly { readonly name: string; readonly amount: number }[];
  readonly intent: Pick<Stripe.PaymentIntent, 'description' | 'metadata' | 'setup_future_usage' | 'receipt_email'>;
}

/** An event on its way to the webhook endpoint; kept so that a restart resumes it. */
export interface WebhookDelivery {
  readonly id: string;
  readonly eventId: string;
  /** Attempts already made. */
  readonly attempts: number;
}

/** The request that is being answered, as events name it. */
export interface RequestIdentity {
  readonly id: string;
  readonly idempotencyKey: string | null;
}

export type EventListener = (event: Stripe.Event) => void;

/** One Stripe test account: everything it remembers, its clock and its ids. */
export class StripeAccount {
  readonly customers: Collection<Stripe.Customer>;
  readonly paymentIntents: Collection<Stripe.PaymentIntent>;
  readonly paymentMethods: Collection<Stripe.PaymentMethod>;
  readonly charges: Collection<Stripe.Charge>;
  readonly refunds: Collection<Stripe.Refund>;
  readonly balanceTransactions: Collection<Stripe.BalanceTransaction>;
  readonly checkoutSessions: Collection<Stripe.Checkout.Session>;
  readonly checkoutPlans: Collection<CheckoutPlan>;
  readonly events: Collection<Stripe.Event>;
  readonly cards: Collection<CardOfPaymentMethod>;
  readonly deliveries: Collection<WebhookDelivery>;
  readonly idempotencyRecords: Collection<IdempotencyRecord>;
  /** Where a browser reaches this double, for the addresses it hands out. */
  readonly baseUrl: string;
  readonly #clock: Clock;
  #onEvent: EventListener = () => undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly listener: ChangeListener;
    readonly baseUrl: string;
  }) {
    const { listener } = options;
    this.baseUrl = options.baseUrl;
    this.#clock = options.clock;
    this.customers = new Collection('customers', listener);
    this.paymentIntents = new Collection('payment_intents', listener);
    this.paymentMethods = new Collection('payment_methods', listener);
    this.charges = new Collection('charges', listener);
    this.refunds = new Collection('refunds', listener);
    this.balanceTransactions = new Collection('balance_transactions', listener);
    this.checkoutSessions = new Collection('checkout_sessions', listener);
    this.checkoutPlans = new Collection('checkout_plans', listener);
    this.events = new Collection('events', listener);
    this.cards = new Collection('cards', listener);
    this.deliveries = new Collection('deliveries', listener);
    this.idempotencyRecords = new Collection('idempotency_records', listener);
  }

  /** Now, in whole seconds since the epoch: the API's only unit of time. */
  now(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }

  /** @param prefix such as `pi`: the id becomes `pi_` and 24 random letters and digits */
  newId(prefix: string): string {
    return `${prefix}_${randomBytes(12).toString('hex')}`;
  }

  whenEventHappens(listener: EventListener): void {
    this.#onEvent = listener;
  }

  /** Records that something happened; the event carries the object as it is at this moment. */
  emit<Type extends keyof EventObjects>(
    type: Type,
    object: EventObjects[Type],
    request: RequestIdentity | null,
  ): void {
    const event = {
      id: this.newId('evt'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: this.now(),
      data: { object },
      livemode: false,
      pending_webhooks: 0,
      request: request && { id: request.id, idempotency_key: request.idempotencyKey },
      type,
    };
    // The union of all events cannot be built generically; that type and object belong together is held by EventObjects.
    this.#onEvent(this.events.put(event as unknown as Stripe.Event));
  }

  /** Finds any object that another one may point to, by its id alone. */
  find(id: string): object | undefined {
    const collections = [
      this.charges,
      this.paymentIntents,
      this.paymentMethods,
      this.customers,
      this.refunds,
      this.balanceTransactions,
    ];
    for (const collection of collections) {
      const found = collection.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Everything remembered, as the fewest changes that restore it. */
  changes(): readonly StateChange[] {
    return this.#collections().flatMap((collection) =>
      collection.oldestFirst().map((value) => ({ collection: collection.name, id: value.id, value })),
    );
  }

  /** @throws {Error} when a change names a collection that does not exist */
  restore(changes: readonly StateChange[]): void {
    const byName = new Map(this.#collections().map((collection) => [collection.name, collection]));
    for (const change of changes) {
      const collection = byName.get(change.collection);
      if (!collection) throw new Error(`the state file speaks of ${change.collection}, which is unknown`);
      // The file was written by this class: each value is what its collection holds.
      collection.restore(change.id, change.value as never);
    }
  }

  #collections(): readonly Pick<Collection<{ id: string }>, 'name' | 'oldestFirst' | 'restore'>[] {
    return [
      this.customers,
      this.paymentIntents,
      this.paymentMethods,
      this.charges,
      this.refunds,
      this.balanceTransactions,
      this.checkoutSessions,
      this.checkoutPlans,
      this.events,
      this.cards,
      this.deliveries,
      this.idempotencyRecords,
    ];
  }
}
