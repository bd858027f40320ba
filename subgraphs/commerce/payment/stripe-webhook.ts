import Stripe from 'stripe';
import {
  InvalidWebhookError,
  type CollectionEvent,
  type IgnoredEvent,
  type PaymentEvent,
  type RefundEvent,
  type RefundsChangedEvent,
} from './payment-provider.js';
import { fromStripeAmount } from './stripe-amount.js';
import { declineOf, idOf, instantOf, refundOf, secondsOf, subjectOf } from './stripe-translation.js';

/** How old or how far ahead a signature's timestamp may be. */
const TOLERANCE_SECONDS = 300;

/**
 * Believes a webhook when one of our secrets signed it (two are valid while the secret is rotated) and its timestamp
 * is near.
 * @throws {InvalidWebhookError}
 */
export function verifiedEvent(
  rawBody: string | Uint8Array,
  signatureHeader: string | null,
  secrets: readonly string[],
  now: Date,
): Stripe.Event {
  if (signatureHeader === null || signatureHeader === '') throw new InvalidWebhookError('UNSIGNED');
  if (rawBody.length === 0) throw new InvalidWebhookError('MALFORMED');
  const event = firstBelieved(secrets, (secret) =>
    // Age is judged below, in both directions: the SDK's own tolerance accepts any timestamp in the future.
    Stripe.webhooks.constructEvent(
      typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody),
      signatureHeader,
      secret,
      0,
    ),
  );
  const age = secondsOf(now) - timestampOf(signatureHeader);
  if (!(age <= TOLERANCE_SECONDS)) throw new InvalidWebhookError('TOO_OLD');
  if (age < -TOLERANCE_SECONDS) throw new InvalidWebhookError('TOO_FAR_AHEAD');
  if (!isEvent(event)) throw new InvalidWebhookError('MALFORMED');
  return event;
}

/** What a Stripe event means to us. */
export function paymentEventOf(event: Stripe.Event): PaymentEvent {
  const origin: Origin = { eventId: event.id, occurredAt: instantOf(event.created) };
  const told = ourEventOf(event, origin);
  if (told !== null && told !== 'NOT_RELEVANT') return told;
  return { ...origin, type: 'ignored', providerType: event.type, reason: told ?? 'NOT_OURS' };
}

/** Null when it is about a payment that was not made by us. */
function ourEventOf(event: Stripe.Event, origin: Origin): Exclude<PaymentEvent, IgnoredEvent> | null | 'NOT_RELEVANT' {
  switch (event.type) {
    case 'payment_intent.processing':
    case 'payment_intent.requires_action':
    case 'payment_intent.succeeded':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return collectionEvent(origin, COLLECTION_EVENTS[event.type], event.data.object);
    case 'checkout.session.completed':
    case 'checkout.session.expired':
      return checkoutEvent(origin, event.data.object);
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      return refundEvent(origin, event.data.object);
    case 'charge.refunded':
      return refundsChangedEvent(origin, event.data.object);
    default:
      return 'NOT_RELEVANT';
  }
}

type Origin = Pick<PaymentEvent, 'eventId' | 'occurredAt'>;

/** Null when the payment was not made by us; likewise below. */
function collectionEvent(
  origin: Origin,
  type: CollectionEvent['type'],
  intent: Stripe.PaymentIntent,
): CollectionEvent | null {
  const subject = subjectOf(intent.metadata);
  if (!subject) return null;
  return {
    ...origin,
    ...subject,
    providerPaymentId: intent.id,
    type,
    asked: fromStripeAmount(intent.amount, intent.currency),
    received: fromStripeAmount(intent.amount_received, intent.currency),
    decline: type === 'payment.failed' ? declineOf(intent) : null,
  };
}

/** What becomes of a page at which a card was asked for: the payment that it was for has come to its end with it. */
function checkoutEvent(origin: Origin, session: Stripe.Checkout.Session): CollectionEvent | null {
  const subject = subjectOf(session.metadata);
  const { status, payment_status: paid, amount_total: total, currency, payment_intent: intent } = session;
  if (!subject || total === null || currency === null) return null;
  const asked = fromStripeAmount(total, currency);
  const isPaid = paid === 'paid';
  const unpaid = status === 'expired' ? 'payment.cancelled' : 'payment.processing';
  return {
    ...origin,
    ...subject,
    providerPaymentId: idOf(intent),
    type: isPaid ? 'payment.succeeded' : unpaid,
    asked,
    received: isPaid ? asked : fromStripeAmount(0, currency),
    decline: null,
  };
}

function refundEvent(origin: Origin, refund: Stripe.Refund): RefundEvent | null {
  const subject = subjectOf(refund.metadata);
  const providerPaymentId = idOf(refund.payment_intent);
  if (!subject || providerPaymentId === null) return null;
  const fact = refundOf(refund);
  return {
    ...origin,
    ...subject,
    providerPaymentId,
    type: fact.state === 'FAILED' ? 'payment.refund_failed' : 'payment.refunded',
    refund: fact,
    currency: refund.currency.toUpperCase(),
  };
}

function refundsChangedEvent(origin: Origin, charge: Stripe.Charge): RefundsChangedEvent | null {
  const subject = subjectOf(charge.metadata);
  const providerPaymentId = idOf(charge.payment_intent);
  if (!subject || providerPaymentId === null) return null;
  return {
    ...origin,
    ...subject,
    providerPaymentId,
    type: 'payment.refunds_changed',
    refunded: fromStripeAmount(charge.amount_refunded, charge.currency),
  };
}

const COLLECTION_EVENTS = {
  'payment_intent.processing': 'payment.processing',
  'payment_intent.requires_action': 'payment.requires_action',
  'payment_intent.succeeded': 'payment.succeeded',
  'payment_intent.payment_failed': 'payment.failed',
  'payment_intent.canceled': 'payment.cancelled',
} as const satisfies Record<string, CollectionEvent['type']>;

/** Stripe's names of all events that `paymentEventOf` does not ignore: what a webhook endpoint subscribes to. */
export const RELEVANT_EVENTS = [
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'checkout.session.completed',
  'checkout.session.expired',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refunded',
] as const;

function firstBelieved(
  secrets: readonly string[],
  construct: (secret: string) => Stripe.Event,
): Stripe.Event {
  let failure: unknown = null;
  for (const secret of secrets) {
    try {
      return construct(secret);
    } catch (error) {
      // A signature that holds over something that is no JSON: no other secret can mend it.
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError))
        throw new InvalidWebhookError('MALFORMED', error);
      failure = error;
    }
  }
  throw new InvalidWebhookError('BAD_SIGNATURE', failure);
}

/** The timestamp that the SDK has verified: of several it takes the last. Not a number when there is none. */
function timestampOf(signatureHeader: string): number {
  const stamps = signatureHeader.split(',').flatMap((item) => (item.startsWith('t=') ? [item.slice(2)] : []));
  return Number.parseInt(stamps.at(-1) ?? '', 10);
}

/** The signature proves who wrote it, this that it is what the types say of the parts we read first. */
function isEvent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const data = fields.get('data');
  return (
    fields.get('object') === 'event' &&
    typeof fields.get('id') === 'string' &&
    typeof fields.get('type') === 'string' &&
    typeof fields.get('created') === 'number' &&
    typeof data === 'object' &&
    data !== null &&
    'object' in data &&
    typeof data.object === 'object' &&
    data.object !== null
  );
}
