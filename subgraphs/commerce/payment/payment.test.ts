import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import { money } from '../money.js';
import {
  applyEvidence,
  assertMayBecome,
  newPayment,
  paymentState,
  refundableMoney,
  refundedAmount,
  type CollectionState,
  type Payment,
  type PaymentEvidence,
  type PaymentState,
  type RefundState,
} from './payment.js';

const asked = money(12_000, 'USD');
const created = newPayment(asked);
const collection = (state: CollectionState, at: number, received = 0): PaymentEvidence => ({
  kind: 'collection',
  state,
  at,
  received,
});
const succeeded = (at: number): PaymentEvidence => collection('SUCCEEDED', at, 12_000);
const refund = (refundId: string, amount: number, state: RefundState): PaymentEvidence => ({
  kind: 'refund',
  refund: { refundId, amount, state },
});
const after = (...evidence: readonly PaymentEvidence[]): Payment => evidence.reduce(applyEvidence, created);
const stateAfter = (...evidence: readonly PaymentEvidence[]): PaymentState =>
  paymentState(after(...evidence));

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_other, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

const anyEvidence: fc.Arbitrary<PaymentEvidence> = fc.oneof(
  fc.record({
    kind: fc.constant('collection' as const),
    state: fc.constantFrom<CollectionState>(
      'REQUIRES_PAYMENT_METHOD',
      'PROCESSING',
      'REQUIRES_ACTION',
      'FAILED',
      'CANCELLED',
      'SUCCEEDED',
    ),
    at: fc.integer({ min: 0, max: 5 }),
    received: fc.constantFrom(0, 6_000, 12_000),
  }),
  fc.record({
    kind: fc.constant('refund' as const),
    refund: fc.record({
      refundId: fc.constantFrom('re_1', 're_2', 're_3'),
      amount: fc.constantFrom(1_000, 6_000),
      state: fc.constantFrom<RefundState>('PENDING', 'SUCCEEDED', 'FAILED'),
    }),
  }),
);

describe('evidence of a payment', () => {
  it.each<[string, readonly PaymentEvidence[], PaymentState]>([
    [
      'challenged, declined, tried again and partly refunded',
      [
        collection('REQUIRES_ACTION', 1_000),
        collection('FAILED', 2_000),
        collection('PROCESSING', 3_000),
        succeeded(4_000),
        refund('re_1', 5_000, 'SUCCEEDED'),
      ],
      'PARTIALLY_REFUNDED',
    ],
    [
      'refunded in two parts',
      [
        collection('PROCESSING', 1_000),
        succeeded(1_000),
        refund('re_1', 5_000, 'PENDING'),
        refund('re_1', 5_000, 'SUCCEEDED'),
        refund('re_2', 7_000, 'SUCCEEDED'),
      ],
      'REFUNDED',
    ],
    [
      'given up after a decline',
      [
        collection('PROCESSING', 1_000),
        collection('FAILED', 1_000),
        collection('REQUIRES_ACTION', 2_000),
        collection('FAILED', 3_000),
        collection('CANCELLED', 3_000),
      ],
      'CANCELLED',
    ],
    [
      'declined twice within a second',
      [
        collection('REQUIRES_PAYMENT_METHOD', 1_000),
        collection('PROCESSING', 1_000),
        collection('FAILED', 1_000),
        collection('PROCESSING', 2_000),
        collection('FAILED', 2_000),
      ],
      'FAILED',
    ],
  ])('ends the same in all 120 orders of a payment %s', (_story, evidence, end) => {
    for (const order of permutations(evidence)) {
      expect(after(...order)).toEqual(after(...evidence));
      expect(stateAfter(...order)).toBe(end);
    }
  });

  it('ends the same for any evidence in any order, however often each piece is told', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyEvidence, { maxLength: 12 })
          .chain((evidence) =>
            fc.tuple(
              fc.constant(evidence),
              fc.shuffledSubarray([...evidence, ...evidence], { minLength: evidence.length * 2 }),
            ),
          ),
        ([evidence, shuffled]) => {
          expect(after(...shuffled)).toEqual(after(...evidence));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('does not let a late, older event take a payment back', () => {
    const paid = [succeeded(5_000)];
    for (const late of ['PROCESSING', 'REQUIRES_ACTION', 'FAILED', 'CANCELLED'] as const) {
      expect(stateAfter(...paid, collection(late, 1_000))).toBe('SUCCEEDED');
      expect(stateAfter(...paid, collection(late, 9_000))).toBe('SUCCEEDED');
    }
    expect(stateAfter(collection('FAILED', 5_000), collection('PROCESSING', 1_000))).toBe('FAILED');
  });

  it('lets another card be tried after a decline', () => {
    expect(stateAfter(collection('FAILED', 1_000), collection('REQUIRES_ACTION', 2_000))).toBe(
      'REQUIRES_ACTION',
    );
  });

  it('takes a refund as proof of the collection when it is told first', () => {
    expect(stateAfter(refund('re_1', 12_000, 'SUCCEEDED'))).toBe('REFUNDED');
    expect(stateAfter(refund('re_1', 12_000, 'FAILED'), collection('PROCESSING', 1_000))).toBe('SUCCEEDED');
  });

  it('returns the money of a refund that fails to what can be refunded', () => {
    const failed = after(
      succeeded(1_000),
      refund('re_1', 4_000, 'SUCCEEDED'),
      refund('re_1', 4_000, 'FAILED'),
    );
    expect(paymentState(failed)).toBe('SUCCEEDED');
    expect(refundedAmount(failed)).toBe(0);
    expect(refundableMoney(failed)).toEqual(asked);
  });
});

describe('what can be refunded', () => {
  it('is nothing before the money is collected', () => {
    expect(refundableMoney(created)).toEqual(money(0, 'USD'));
  });

  it('is what was collected, less what went back or is on its way', () => {
    expect(refundableMoney(after(succeeded(1), refund('re_1', 2_000, 'PENDING')))).toEqual(
      money(10_000, 'USD'),
    );
    expect(refundableMoney(after(collection('SUCCEEDED', 1, 9_000)))).toEqual(money(9_000, 'USD'));
  });
});

describe('a command', () => {
  it.each<[PaymentState, PaymentState]>([
    ['REQUIRES_PAYMENT_METHOD', 'SUCCEEDED'],
    ['FAILED', 'SUCCEEDED'],
    ['REQUIRES_ACTION', 'CANCELLED'],
    ['SUCCEEDED', 'PARTIALLY_REFUNDED'],
    ['PARTIALLY_REFUNDED', 'REFUNDED'],
  ])('may take a payment from %s to %s', (from, to) => {
    expect(() => assertMayBecome(from, to)).not.toThrow();
  });

  it.each<[PaymentState, PaymentState]>([
    ['SUCCEEDED', 'CANCELLED'],
    ['SUCCEEDED', 'SUCCEEDED'],
    ['CANCELLED', 'SUCCEEDED'],
    ['REQUIRES_PAYMENT_METHOD', 'REFUNDED'],
    ['REFUNDED', 'PROCESSING'],
  ])('may not take a payment from %s to %s', (from, to) => {
    expect(() => assertMayBecome(from, to)).toThrow(InvalidTransitionError);
  });
});
