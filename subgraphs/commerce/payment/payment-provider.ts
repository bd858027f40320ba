import { DomainError } from '../../_kernel/errors/domain-error.js';
import type { Money } from '../../_kernel/money/money.js';
import type { CollectionState, PaymentEvidence, RefundFact } from './payment.js';

/** What a payment is for. Travels with it to the provider and comes back with every event. */
export interface PaymentSubject {
  readonly tenantId: string;
  /** Our own id of the payment. */
  readonly paymentId: string;
  readonly bookingId: string | null;
}

/** Why the bank or the provider said no. */
export interface Decline {
  /** Stable code of the provider, such as `card_declined` or `expired_card`. */
  readonly code: string;
  /** The bank's reason, such as `insufficient_funds`; null when it gives none. */
  readonly declineCode: string | null;
  /** Fit to be shown to the client. */
  readonly message: string;
}

/** A payment as the provider has it now. */
export interface ProviderPayment {
  readonly providerPaymentId: string;
  /** Lets the client's browser complete this one payment; to be shown to nobody else and never logged. */
  readonly clientSecret: string | null;
  readonly asked: Money;
  readonly received: Money;
  readonly collection: CollectionState;
  /** Of the last attempt; null when it did not fail. */
  readonly decline: Decline | null;
  /** Where the client has to prove who she is; null unless REQUIRES_ACTION by redirect. */
  readonly redirectUrl: string | null;
  /** What the provider keeps; null until it has booked it. */
  readonly fee: Money | null;
  /** The card it was tried with, as the provider names it; null when it was with none. */
  readonly paymentMethodId: string | null;
  /** Null when the payment was not made by us. */
  readonly subject: PaymentSubject | null;
  readonly createdAt: Date;
}

/** How an attempt to collect the money ended. A decline is an outcome, not an error. */
export type PaymentOutcome =
  | { readonly kind: 'SUCCEEDED'; readonly payment: ProviderPayment }
  | { readonly kind: 'PROCESSING'; readonly payment: ProviderPayment }
  | { readonly kind: 'REQUIRES_ACTION'; readonly payment: ProviderPayment }
  | { readonly kind: 'DECLINED'; readonly payment: ProviderPayment; readonly decline: Decline }
  | { readonly kind: 'CANCELLED'; readonly payment: ProviderPayment };

export type CancelOutcome =
  | { readonly kind: 'CANCELLED'; readonly payment: ProviderPayment }
  /** The money was collected before it could be cancelled: refund it instead. */
  | { readonly kind: 'TOO_LATE'; readonly payment: ProviderPayment };

export type RefundRefusal = 'ALREADY_REFUNDED' | 'EXCEEDS_REMAINDER' | 'NOT_COLLECTED';

export type RefundOutcome =
  | { readonly kind: 'ACCEPTED'; readonly refund: RefundFact }
  | { readonly kind: 'REFUSED'; readonly reason: RefundRefusal };

export type RefundReason = 'REQUESTED_BY_CLIENT' | 'DUPLICATE' | 'FRAUDULENT';

/** One movement on our balance at the provider: what the ledger is reconciled with. */
export interface ProviderMovement {
  readonly movementId: string;
  readonly kind: 'CHARGE' | 'REFUND' | 'REFUND_FAILURE' | 'OTHER';
  /** Signed: positive is ours. */
  readonly amount: Money;
  readonly fee: Money;
  readonly net: Money;
  /** Null where the movement belongs to no payment. */
  readonly providerPaymentId: string | null;
  /** Null unless it is a refund's. */
  readonly refundId: string | null;
  readonly occurredAt: Date;
}

interface EventOrigin {
  /** The provider's event id: what deduplication goes by. */
  readonly eventId: string;
  readonly occurredAt: Date;
}

interface OurPaymentEvent extends EventOrigin {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly bookingId: string | null;
}

export interface CollectionEvent extends OurPaymentEvent {
  readonly type:
    | 'payment.processing'
    | 'payment.requires_action'
    | 'payment.succeeded'
    | 'payment.failed'
    | 'payment.cancelled';
  /** Null where the payer never tried. */
  readonly providerPaymentId: string | null;
  readonly asked: Money;
  readonly received: Money;
  /** Null unless it failed. */
  readonly decline: Decline | null;
}

export interface RefundEvent extends OurPaymentEvent {
  readonly type: 'payment.refunded' | 'payment.refund_failed';
  readonly providerPaymentId: string;
  readonly refund: RefundFact;
  readonly currency: string;
}

/**
 * The provider has refunded something of this payment and does not say in which refunds: ask `listRefunds`. The only
 * news of a refund that somebody made by hand at the provider, since such a refund does not carry our subject.
 */
export interface RefundsChangedEvent extends OurPaymentEvent {
  readonly type: 'payment.refunds_changed';
  readonly providerPaymentId: string;
  /** Everything refunded so far. */
  readonly refunded: Money;
}

export interface IgnoredEvent extends EventOrigin {
  readonly type: 'ignored';
  /** The provider's own name of it. */
  readonly providerType: string;
  /** Nothing we act on, or about something that was not made by us. */
  readonly reason: 'NOT_RELEVANT' | 'NOT_OURS';
}

/** What the provider tells us of its own accord, through the webhook or when asked for what we missed. */
export type PaymentEvent = CollectionEvent | RefundEvent | RefundsChangedEvent | IgnoredEvent;

export interface CreateIntentInput {
  readonly amount: Money;
  readonly subject: PaymentSubject;
  /** The client as the provider knows her; null when it does not. */
  readonly providerCustomerId: string | null;
  readonly description: string;
  readonly receiptEmail: string | null;
  /** Keeps the card for the customer, so that she can be charged again while she is not there. */
  readonly keepsCard?: boolean;
}

export interface RefundInput {
  readonly providerPaymentId: string;
  /** Null refunds all that is left. */
  readonly amount: Money | null;
  readonly reason: RefundReason;
  readonly subject: PaymentSubject;
}

/**
 * The payment provider. Whatever moves money takes an idempotency key: the same key gives the same answer and one
 * effect, for a day at least; the same key with another input is a `ConflictError` with IDEMPOTENCY_KEY_REUSED.
 * Every method throws `PaymentProviderUnavailableError` when the provider does not answer, and
 * `PaymentProviderRefusedError` when it refuses for a reason that is our fault and not the client's.
 */
export interface PaymentProvider {
  /** Makes a customer, for instance one for each tenant; returns the provider's id. */
  createCustomer(
    input: { readonly tenantId: string; readonly name: string; readonly email: string | null },
    idempotencyKey: string,
  ): Promise<string>;
  /** @throws ValidationError on `amount` when the provider cannot charge so little or so much */
  createIntent(input: CreateIntentInput, idempotencyKey: string): Promise<ProviderPayment>;
  /**
   * Tries to collect the money. Confirming what has succeeded already answers SUCCEEDED again.
   * @param input.returnUrl where the client's bank sends her back to; null where she cannot be redirected
   * @throws ValidationError on `paymentMethodId` when the provider does not know it
   */
  confirm(
    input: {
      readonly providerPaymentId: string;
      readonly paymentMethodId: string;
      readonly returnUrl: string | null;
      /** The client is not there: what her bank wants her to do counts as a decline. */
      readonly unattended?: boolean;
    },
    idempotencyKey: string,
  ): Promise<PaymentOutcome>;
  /** Null when the provider does not know the payment. */
  retrieve(providerPaymentId: string): Promise<ProviderPayment | null>;
  cancel(providerPaymentId: string, idempotencyKey: string): Promise<CancelOutcome>;
  refund(input: RefundInput, idempotencyKey: string): Promise<RefundOutcome>;
  /** All refunds of a payment, however they were made; oldest first. */
  listRefunds(providerPaymentId: string): Promise<readonly RefundFact[]>;
  /** Every movement on our balance since then, newest first. */
  movementsSince(since: Date): AsyncIterable<ProviderMovement>;
  /** Every event since then, newest first: what a webhook that never came would have told. */
  eventsSince(since: Date): AsyncIterable<PaymentEvent>;
  /**
   * Believes a webhook's body only when it is signed with our secret and no more than 300 s old or ahead.
   * @param rawBody the body exactly as received
   * @throws {InvalidWebhookError} when it is not to be believed; nothing may then be written
   */
  parseWebhook(rawBody: string | Uint8Array, signatureHeader: string | null, now: Date): PaymentEvent;
  /** Resolves when the provider answers and accepts our key. */
  assertReachable(): Promise<void>;
}

/** The provider does not answer, or asks to be left alone for a while. Safe to repeat with the same idempotency key. */
export class PaymentProviderUnavailableError extends DomainError {
  readonly code = 'SUBGRAPH_UNAVAILABLE';
  override readonly name = 'PaymentProviderUnavailableError';

  constructor(cause: unknown) {
    super('The payment provider does not answer; try again in a moment');
    this.cause = cause;
  }
}

/** The provider refuses what we ask: a wrong key, a wrong request. A defect on our side, masked from clients. */
export class PaymentProviderRefusedError extends Error {
  override readonly name = 'PaymentProviderRefusedError';
  /** The provider's id of the request, for its support. */
  readonly requestId: string | null;

  constructor(message: string, requestId: string | null, cause: unknown) {
    super(message, { cause });
    this.requestId = requestId;
  }
}

export type WebhookRefusal = 'UNSIGNED' | 'BAD_SIGNATURE' | 'TOO_OLD' | 'TOO_FAR_AHEAD' | 'MALFORMED';

/** A webhook that is not to be believed. */
export class InvalidWebhookError extends DomainError {
  readonly code = 'BAD_USER_INPUT';
  override readonly name = 'InvalidWebhookError';
  readonly reason: WebhookRefusal;

  constructor(reason: WebhookRefusal, cause?: unknown) {
    super(`The webhook is refused: ${reason}`);
    this.reason = reason;
    this.cause = cause;
  }
}

const COLLECTION_STATE_OF_EVENT: Readonly<Record<CollectionEvent['type'], CollectionState>> = {
  'payment.processing': 'PROCESSING',
  'payment.requires_action': 'REQUIRES_ACTION',
  'payment.succeeded': 'SUCCEEDED',
  'payment.failed': 'FAILED',
  'payment.cancelled': 'CANCELLED',
};

/** What an event proves of its payment; null where it has to be asked for or where it proves nothing. */
export function evidenceOfEvent(event: PaymentEvent): PaymentEvidence | null {
  switch (event.type) {
    case 'ignored':
    case 'payment.refunds_changed':
      return null;
    case 'payment.refunded':
    case 'payment.refund_failed':
      return { kind: 'refund', refund: event.refund };
    default:
      return {
        kind: 'collection',
        state: COLLECTION_STATE_OF_EVENT[event.type],
        at: event.occurredAt.getTime(),
        received: event.received.amount,
      };
  }
}

/** What the provider's answer proves. @param at when it answered */
export function evidenceOfAnswer(payment: ProviderPayment, at: Date): PaymentEvidence {
  return {
    kind: 'collection',
    state: payment.collection,
    at: at.getTime(),
    received: payment.received.amount,
  };
}
