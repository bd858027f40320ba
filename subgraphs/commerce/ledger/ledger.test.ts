import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { money } from '../money.js';
import { balances, journalEntry, type AccountCode, type JournalEntry, type LedgerBalance } from './ledger.js';
import {
  recordCreditGranted,
  recordCreditSpent,
  recordPaymentReceived,
  recordPayout,
  recordProcessorFee,
  recordRefund,
  recordRefundFailed,
  recordReversal,
} from './movements.js';

const anySum = fc
  .tuple(fc.integer({ min: 1, max: 100_000_000 }), fc.constantFrom('USD', 'JPY', 'KWD', 'EUR'))
  .map(([amount, currency]) => money(amount, currency));

const anyMovement: fc.Arbitrary<JournalEntry> = fc
  .tuple(fc.uuid(), anySum, fc.nat({ max: 7 }))
  .map(([id, sum, kind]) => {
    const movements = [
      recordPaymentReceived({ paymentId: id, received: sum }),
      recordProcessorFee({ paymentId: id, fee: sum }),
      recordRefund({ refundId: id, refunded: sum }),
      recordRefundFailed({ refundId: id, refunded: sum }),
      recordCreditGranted({ grantId: id, credit: sum }),
      recordCreditSpent({ paymentId: id, spent: sum }),
      recordPayout({ payoutId: id, paidOut: sum }),
      recordReversal(recordRefund({ refundId: id, refunded: sum }), 'issued by mistake'),
    ];
    return movements[kind] ?? recordPaymentReceived({ paymentId: id, received: sum });
  });

function netPerCurrency(rows: readonly LedgerBalance[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const row of rows) totals[row.currency] = (totals[row.currency] ?? 0) + row.net;
  return totals;
}

const balanceOf = (entries: readonly JournalEntry[], account: AccountCode, currency = 'USD'): number =>
  balances(entries).find((row) => row.account === account && row.currency === currency)?.balance ?? 0;

const sound: JournalEntry = {
  reference: 'payment:1:received',
  description: 'Payment received',
  currency: 'USD',
  postings: [
    { account: 'stripe_clearing', amount: 100 },
    { account: 'service_revenue', amount: -100 },
  ],
};

describe('the ledger', () => {
  it('sums to zero in every currency after 10,000 random movements', () => {
    fc.assert(
      fc.property(fc.array(anyMovement, { minLength: 10_000, maxLength: 10_000 }), (entries) => {
        for (const total of Object.values(netPerCurrency(balances(entries)))) expect(total).toBe(0);
      }),
      { numRuns: 1 },
    );
  });

  it('comes to the same balances in whatever order the entries are read', () => {
    fc.assert(
      fc.property(fc.array(anyMovement, { maxLength: 40 }), (entries) => {
        expect(balances(entries.toReversed())).toEqual(balances(entries));
      }),
    );
  });

  it('reads a paid, charged and partly refunded booking as people would', () => {
    const entries = [
      recordPaymentReceived({ paymentId: 'p1', received: money(10_000, 'USD') }),
      recordProcessorFee({ paymentId: 'p1', fee: money(320, 'USD') }),
      recordRefund({ refundId: 'r1', refunded: money(2_500, 'USD') }),
      recordPaymentReceived({ paymentId: 'p2', received: money(5_000, 'JPY') }),
    ];
    expect(balances(entries)).toEqual([
      { account: 'stripe_clearing', currency: 'JPY', net: 5_000, balance: 5_000 },
      { account: 'stripe_clearing', currency: 'USD', net: 7_180, balance: 7_180 },
      { account: 'service_revenue', currency: 'JPY', net: -5_000, balance: 5_000 },
      { account: 'service_revenue', currency: 'USD', net: -10_000, balance: 10_000 },
      { account: 'refunds', currency: 'USD', net: 2_500, balance: 2_500 },
      { account: 'processor_fees', currency: 'USD', net: 320, balance: 320 },
    ]);
  });

  it('returns to where it was when a movement is reversed', () => {
    fc.assert(
      fc.property(anyMovement, (entry) => {
        for (const row of balances([entry, recordReversal(entry, 'undo')])) expect(row.net).toBe(0);
      }),
    );
  });

  it('keeps what a client is owed as a liability until it is spent', () => {
    const granted = recordCreditGranted({ grantId: 'g1', credit: money(3_000, 'USD') });
    const spent = recordCreditSpent({ paymentId: 'p3', spent: money(1_000, 'USD') });
    expect(balanceOf([granted, spent], 'client_credit')).toBe(2_000);
  });

  it('names the same cause by the same reference and different causes by different ones', () => {
    const again = (): string =>
      recordPaymentReceived({ paymentId: 'p1', received: money(1, 'USD') }).reference;
    expect(again()).toBe(again());
    expect(recordProcessorFee({ paymentId: 'p1', fee: money(1, 'USD') }).reference).not.toBe(again());
  });
});

describe('a journal entry', () => {
  it('is taken when it balances', () => {
    expect(journalEntry(sound)).toEqual(sound);
  });

  it.each<[string, Partial<JournalEntry>, string]>([
    ['without a reference', { reference: '' }, 'reference'],
    ['without a description', { description: '' }, 'description'],
    ['in an unknown currency', { currency: 'ZZZ' }, 'currency'],
    ['with one posting', { postings: [{ account: 'bank', amount: 1 }] }, 'postings'],
    [
      'that does not sum to zero',
      {
        postings: [
          { account: 'bank', amount: 2 },
          { account: 'refunds', amount: -1 },
        ],
      },
      'postings',
    ],
    [
      'with an empty posting',
      {
        postings: [
          { account: 'bank', amount: 0 },
          { account: 'refunds', amount: -1 },
        ],
      },
      'postings.0.amount',
    ],
    [
      'with a fraction',
      {
        postings: [
          { account: 'bank', amount: 0.5 },
          { account: 'refunds', amount: -0.5 },
        ],
      },
      'postings.0.amount',
    ],
    [
      'beyond exact integers',
      {
        postings: [
          { account: 'bank', amount: 1 },
          { account: 'refunds', amount: -(2 ** 53) },
        ],
      },
      'postings.1.amount',
    ],
  ])('is refused %s', (_what, flaw, field) => {
    expect(() => journalEntry({ ...sound, ...flaw })).toThrow(
      expect.objectContaining({ issues: expect.arrayContaining([expect.objectContaining({ field })]) }),
    );
  });

  it('is refused with an account that is not in the chart, whatever the caller claims its type is', () => {
    const stored: unknown = {
      ...sound,
      postings: [
        { account: 'toString', amount: 1 },
        { account: 'bank', amount: -1 },
      ],
    };
    expect(() => journalEntry(stored as JournalEntry)).toThrow(/postings\.0\.account/);
  });

  it.each([0, -1, 1.5])('is not made of a payment of %d minor units', (amount) => {
    expect(() => recordPaymentReceived({ paymentId: 'p1', received: { amount, currency: 'USD' } })).toThrow(
      /amount/,
    );
  });
});
