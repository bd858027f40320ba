import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import type { Money } from '../../_kernel/money/money.js';
import { money, subtractMoney } from '../money.js';

export const PAYMENT_STATES = [
  'REQUIRES_PAYMENT_METHOD',
  'PROCESSING',
  'REQUIRES_ACTION',
  'FAILED',
  'CANCELLED',
  'SUCCEEDED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** How far collecting the money has come. What happens to it afterwards is told by the refunds. */
export type CollectionState = Exclude<PaymentState, 'PARTIALLY_REFUNDED' | 'REFUNDED'>;

export const REFUND_STATES = ['PENDING', 'SUCCEEDED', 'FAILED'] as const;
export type RefundState = (typeof REFUND_STATES)[number];

/** One refund as the provider knows it; `refundId` is the provider's. */
export interface RefundFact {
  readonly refundId: string;
  /** Minor units of the payment's currency, positive. */
  readonly amount: number;
  readonly state: RefundState;
}

/**
 * All that is known of a payment. It only ever grows: `applyEvidence` is commutative, associative and idempotent, so
 * that webhooks, answers and reconciliation may arrive late, twice and in any order and still end at the same value.
 */
export interface Payment {
  readonly asked: Money;
  readonly collection: CollectionState;
  /** When the provider says the collection reached that state, epoch milliseconds. */
  readonly collectionAt: number;
  /** Minor units the provider has collected. */
  readonly received: number;
  /** At most one per refund id, ordered by it. */
  readonly refunds: readonly RefundFact[];
}

export type PaymentEvidence =
  | {
      readonly kind: 'collection';
      readonly state: CollectionState;
      /** Epoch milliseconds, by the provider's clock. */
      readonly at: number;
      /** Minor units collected so far. */
      readonly received: number;
    }
  | { readonly kind: 'refund'; readonly refund: RefundFact };

/** A payment that has been asked for and of which the provider has told nothing yet: whatever it tells counts. */
export function newPayment(asked: Money): Payment {
  return { asked, collection: 'REQUIRES_PAYMENT_METHOD', collectionAt: 0, received: 0, refunds: [] };
}

/**
 * What is known after one more piece of evidence. Never regresses: a collection that has ended stays ended, of two
 * unfinished states the later one counts, and a refund moves only from pending to succeeded to failed.
 */
export function applyEvidence(payment: Payment, evidence: PaymentEvidence): Payment {
  if (evidence.kind === 'refund')
    return { ...payment, refunds: withRefund(payment.refunds, evidence.refund) };
  const received = Math.max(payment.received, evidence.received);
  const isFurther = comparesFurther(evidence, { state: payment.collection, at: payment.collectionAt });
  return isFurther
    ? { ...payment, received, collection: evidence.state, collectionAt: evidence.at }
    : { ...payment, received };
}

/** The one word for where a payment stands. A refund proves that the money was collected, even if that news is late. */
export function paymentState(payment: Payment): PaymentState {
  if (payment.refunds.length === 0) return payment.collection;
  const refunded = refundedAmount(payment);
  if (refunded === 0) return 'SUCCEEDED';
  return refunded >= collectedAmount(payment) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

/** What went back or is on its way back to the client, in minor units. */
export function refundedAmount(payment: Payment): number {
  return payment.refunds
    .filter((refund) => refund.state !== 'FAILED')
    .reduce((sum, refund) => sum + refund.amount, 0);
}

/** What can still be refunded; zero unless the money was collected. */
export function refundableMoney(payment: Payment): Money {
  const { currency } = payment.asked;
  if (!isCollected(payment)) return money(0, currency);
  return subtractMoney(money(collectedAmount(payment), currency), money(refundedAmount(payment), currency));
}

/**
 * The states that a payment in each state can be in next. A refund that fails leads back: that is news, not a
 * regression.
 */
const NEXT_STATES: Readonly<Record<PaymentState, readonly PaymentState[]>> = {
  REQUIRES_PAYMENT_METHOD: ['PROCESSING', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELLED'],
  PROCESSING: ['REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELLED'],
  REQUIRES_ACTION: ['PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED'],
  FAILED: ['PROCESSING', 'REQUIRES_ACTION', 'SUCCEEDED', 'CANCELLED'],
  CANCELLED: [],
  SUCCEEDED: ['PARTIALLY_REFUNDED', 'REFUNDED'],
  PARTIALLY_REFUNDED: ['REFUNDED', 'SUCCEEDED'],
  REFUNDED: ['PARTIALLY_REFUNDED', 'SUCCEEDED'],
};

/** Whether a command may take a payment from one state to another. Evidence is never refused by this. */
export const mayBecome = (from: PaymentState, to: PaymentState): boolean => NEXT_STATES[from].includes(to);

/** @throws {InvalidTransitionError} when a command asks for a step that the payment's state does not allow */
export function assertMayBecome(from: PaymentState, to: PaymentState): void {
  if (!mayBecome(from, to)) throw new InvalidTransitionError(from, to);
}

/**
 * Money that was collected outranks a cancellation; either ends the collection. Among the unfinished states the
 * provider's time decides, and the later step of one attempt where the provider's whole seconds cannot.
 */
const FINALITY: Readonly<Record<CollectionState, number>> = {
  REQUIRES_PAYMENT_METHOD: 0,
  PROCESSING: 0,
  REQUIRES_ACTION: 0,
  FAILED: 0,
  CANCELLED: 1,
  SUCCEEDED: 2,
};

const STEP_OF_ATTEMPT: Readonly<Record<CollectionState, number>> = {
  REQUIRES_PAYMENT_METHOD: 0,
  PROCESSING: 1,
  REQUIRES_ACTION: 2,
  FAILED: 3,
  CANCELLED: 4,
  SUCCEEDED: 5,
};

interface CollectionMark {
  readonly state: CollectionState;
  readonly at: number;
}

function comparesFurther(candidate: CollectionMark, known: CollectionMark): boolean {
  const finality = FINALITY[candidate.state] - FINALITY[known.state];
  if (finality !== 0) return finality > 0;
  // Of two tellings of the same end the earlier is when it happened; of two unfinished states the later counts.
  if (FINALITY[candidate.state] > 0) return candidate.at < known.at;
  if (candidate.at !== known.at) return candidate.at > known.at;
  return STEP_OF_ATTEMPT[candidate.state] > STEP_OF_ATTEMPT[known.state];
}

function withRefund(refunds: readonly RefundFact[], fact: RefundFact): readonly RefundFact[] {
  const known = refunds.find((refund) => refund.refundId === fact.refundId);
  const merged: RefundFact = known
    ? {
        refundId: fact.refundId,
        amount: Math.max(known.amount, fact.amount),
        state: laterRefundState(known, fact),
      }
    : fact;
  return [...refunds.filter((refund) => refund.refundId !== fact.refundId), merged].toSorted((left, right) =>
    left.refundId < right.refundId ? -1 : 1,
  );
}

const laterRefundState = (left: RefundFact, right: RefundFact): RefundState =>
  REFUND_STATES.indexOf(left.state) >= REFUND_STATES.indexOf(right.state) ? left.state : right.state;

const isCollected = (payment: Payment): boolean =>
  payment.collection === 'SUCCEEDED' || payment.refunds.length > 0;

/** Until the news of the collection arrives, the sum asked for stands in for it. */
const collectedAmount = (payment: Payment): number =>
  payment.received > 0 ? payment.received : payment.asked.amount;
