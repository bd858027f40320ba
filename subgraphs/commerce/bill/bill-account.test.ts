import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { balances, type AccountCode, type JournalEntry } from '../ledger/ledger.js';
import { recordDepositEarned, recordFeeKept, recordPaymentReceived, recordRefund } from '../ledger/movements.js';
import { money } from '../money.js';
import {
  amountOf,
  billStatus,
  creditingOf,
  depositsHeld,
  dueFees,
  dueOn,
  dueOnBill,
  earnableOn,
  feeKept,
  hasEnded,
  keptOn,
  nextPortion,
  owedOn,
  paidOn,
  surplusOf,
  type BillAccount,
  type LineOfBill,
  type LineState,
  type Portion,
  type Share,
} from './bill-account.js';

const lineOf = (known: Partial<LineOfBill> = {}): LineOfBill => ({
  id: 'a',
  price: 100,
  deposit: 0,
  fee: 0,
  state: 'LIVE',
  depositEarned: 0,
  ...known,
});

const CURRENCY = 'USD';

/** A bill that goes through what may happen to it, with the journal that the services write meanwhile. */
function journeyOf(lines: readonly LineOfBill[]) {
  let account: BillAccount = { lines, received: [] };
  const journal: JournalEntry[] = [];
  let nth = 0;

  const earn = (shares: readonly Share[]): void => {
    account = {
      ...account,
      lines: account.lines.map((line) => {
        const earned = amountOf({ shares: shares.filter(({ lineId }) => lineId === line.id) });
        return { ...line, depositEarned: line.depositEarned + earned };
      }),
    };
  };
  const receive = (portion: Portion): void => {
    const received = amountOf(portion);
    if (received === 0) return;
    nth += 1;
    const { deposits, fees, earned } = creditingOf(account, portion);
    const paymentId = String(nth);
    journal.push(recordPaymentReceived({ paymentId, received: money(received, CURRENCY), deposits, fees }));
    account = { ...account, received: [...account.received, { ...portion, paymentId, refunds: [] }] };
    earn(earned);
  };
  const giveBack = (paymentId: string, lineId: string | null, amount: number): void => {
    nth += 1;
    const isDeposit = account.received.some((payment) => payment.paymentId === paymentId && payment.purpose === 'DEPOSIT');
    const fromDeposits = isDeposit ? Math.min(amount, Math.max(0, depositsHeld(account))) : 0;
    journal.push(recordRefund({ refundId: String(nth), refunded: money(amount, CURRENCY), fromDeposits }));
    account = {
      ...account,
      received: account.received.map((payment) =>
        payment.paymentId === paymentId
          ? { ...payment, refunds: [...payment.refunds, { lineId, amount, fromDeposits }] }
          : payment,
      ),
    };
  };
  const settle = (chargesFees: boolean): void => {
    for (const { paymentId, lineId, amount } of surplusOf(account)) giveBack(paymentId, lineId, amount);
    if (chargesFees) receive({ purpose: 'FEE', shares: dueFees(account) });
  };

  return {
    account: () => account,
    journal,
    pay: (whole: boolean) => receive(nextPortion(account, whole)),
    /** A payment that was made out before something ended, and whose money comes now. */
    receiveLate(portion: Portion, chargesFees: boolean) {
      receive(portion);
      settle(chargesFees);
    },
    refundByHand(share: number) {
      const payment = account.received[0];
      if (!payment) return;
      const left = amountOf(payment) - payment.refunds.reduce((sum, { amount }) => sum + amount, 0);
      const amount = Math.floor(left * share);
      if (amount > 0) giveBack(payment.paymentId, null, amount);
    },
    become(at: number, state: LineState, feeShare: number, chargesFees: boolean) {
      const known = account.lines[at % account.lines.length];
      if (known?.state !== 'LIVE') return;
      const line = { ...known, state, fee: state === 'CANCELLED' || state === 'MISSED' ? Math.floor(known.price * feeShare) : 0 };
      account = { ...account, lines: account.lines.map((one) => (one.id === line.id ? line : one)) };
      if (state === 'DONE') {
        const amount = earnableOn(account, line);
        if (amount > 0) journal.push(recordDepositEarned({ lineId: line.id, earned: money(amount, CURRENCY) }));
        earn([{ lineId: line.id, amount }]);
      }
      if (hasEnded(line)) {
        const kept = feeKept(account, line);
        if (kept.fromDeposit + kept.fromRevenue > 0) journal.push(recordFeeKept({ lineId: line.id, ...kept, currency: CURRENCY }));
        earn([{ lineId: line.id, amount: kept.fromDeposit }]);
      }
      settle(chargesFees);
    },
  };
}

type Step =
  | { readonly kind: 'pay'; readonly whole: boolean }
  | { readonly kind: 'late'; readonly chargesFees: boolean }
  | { readonly kind: 'byHand'; readonly share: number }
  | { readonly kind: 'become'; readonly at: number; readonly state: LineState; readonly fee: number; readonly chargesFees: boolean };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyStep = (byHand: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({ kind: fc.constant('pay' as const), whole: fc.boolean() }),
    fc.record({ kind: fc.constant('late' as const), chargesFees: fc.boolean() }),
    fc.record({
      kind: fc.constant('become' as const),
      at: fc.nat(9),
      state: fc.constantFrom('DONE' as const, 'CANCELLED' as const, 'MISSED' as const, 'EXPIRED' as const),
      fee: share,
      chargesFees: fc.boolean(),
    }),
    ...(byHand ? [fc.record({ kind: fc.constant('byHand' as const), share })] : []),
  );
const anyLines = fc
  .array(fc.record({ price: fc.integer({ min: 1, max: 100_000 }), deposit: share }), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(({ price, deposit }, at) => lineOf({ id: String(at), price, deposit: Math.floor(price * deposit) })));

function went(lines: readonly LineOfBill[], steps: readonly Step[]) {
  const journey = journeyOf(lines);
  let madeOut = nextPortion(journey.account(), true);
  for (const step of steps) {
    if (step.kind === 'pay') journey.pay(step.whole);
    if (step.kind === 'byHand') journey.refundByHand(step.share);
    if (step.kind === 'become') {
      madeOut = nextPortion(journey.account(), false);
      journey.become(step.at, step.state, step.fee, step.chargesFees);
    }
    if (step.kind === 'late' && amountOf(madeOut) > 0) {
      journey.receiveLate(madeOut, step.chargesFees);
      madeOut = { ...madeOut, shares: [] };
    }
  }
  return journey;
}

describe('what stands on a bill', () => {
  it('never keeps more of what is over than its fee, nor asks for more than the price, whatever happens in which order', () => {
    fc.assert(
      fc.property(anyLines, fc.array(anyStep(false), { maxLength: 25 }), (lines, steps) => {
        const account = went(lines, steps).account();
        for (const line of account.lines) {
          if (hasEnded(line)) expect(keptOn(account, line.id)).toBeLessThanOrEqual(line.fee);
          expect(dueOn(account, line)).toBeLessThanOrEqual(line.price);
          expect(Math.min(paidOn(account, line.id), owedOn(line)) + dueOn(account, line)).toBe(owedOn(line));
        }
        expect(billStatus(account) === 'OPEN').toBe(dueOnBill(account) > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('is written down in journals that balance, and that owe clients exactly the deposits that are held', () => {
    fc.assert(
      fc.property(anyLines, fc.array(anyStep(true), { maxLength: 25 }), (lines, steps) => {
        const journey = went(lines, steps);
        for (const { postings } of journey.journal) expect(postings.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
        const account = journey.account();
        const rows = balances(journey.journal);
        const balanceOf = (code: AccountCode): number => rows.find((row) => row.account === code)?.balance ?? 0;
        expect(balanceOf('client_deposits')).toBe(depositsHeld(account));
        expect(balanceOf('client_deposits')).toBeGreaterThanOrEqual(0);
        const kept = account.lines.reduce((sum, { id }) => sum + keptOn(account, id), 0);
        expect(balanceOf('stripe_clearing')).toBe(kept);
        for (const { paymentId, shares, refunds } of account.received) {
          const returned = refunds.reduce((sum, { amount }) => sum + amount, 0);
          expect([paymentId, returned <= amountOf({ shares })]).toEqual([paymentId, true]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('asks for deposits first, but not where they come to the whole price', () => {
    const account = { lines: [lineOf({ deposit: 30 }), lineOf({ id: 'b', price: 50 })], received: [] };
    expect(nextPortion(account, false)).toEqual({ purpose: 'DEPOSIT', shares: [{ lineId: 'a', amount: 30 }] });
    expect(amountOf(nextPortion(account, true))).toBe(150);
    const all = { lines: [lineOf({ deposit: 100 })], received: [] };
    expect(nextPortion(all, false)).toEqual({ purpose: 'WHOLE', shares: [{ lineId: 'a', amount: 100 }] });
  });

  it('takes a refund that names no line from its lines in their order', () => {
    const shares = [
      { lineId: 'a', amount: 60 },
      { lineId: 'b', amount: 40 },
    ];
    const refunds = [{ lineId: null, amount: 70, fromDeposits: 0 }];
    const account = { lines: [lineOf(), lineOf({ id: 'b' })], received: [{ paymentId: '1', purpose: 'WHOLE' as const, shares, refunds }] };
    expect(['a', 'b'].map((id) => keptOn(account, id))).toEqual([0, 30]);
  });
});
