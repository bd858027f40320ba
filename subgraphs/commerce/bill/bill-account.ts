/** What stands on a bill and what was paid on it. All amounts are minor units of the bill's currency. */

export const LINE_STATES = ['LIVE', 'DONE', 'CANCELLED', 'MISSED', 'EXPIRED'] as const;
export type LineState = (typeof LINE_STATES)[number];

export const PAYMENT_PURPOSES = ['WHOLE', 'DEPOSIT', 'REST', 'FEE'] as const;
export type PaymentPurpose = (typeof PAYMENT_PURPOSES)[number];

export interface LineOfBill {
  readonly id: string;
  readonly price: number;
  readonly deposit: number;
  /** What cancelling late or staying away came to. */
  readonly fee: number;
  readonly state: LineState;
  /** How much of a deposit is the company's by now. */
  readonly depositEarned: number;
}

export interface Share {
  readonly lineId: string;
  readonly amount: number;
}

/** A payment whose money has come. */
export interface MoneyReceived {
  readonly paymentId: string;
  readonly purpose: PaymentPurpose;
  readonly shares: readonly Share[];
  /** Those that did not fail; `lineId` is null where nobody has said what one was for. */
  readonly refunds: readonly {
    readonly lineId: string | null;
    readonly amount: number;
    /** How much of it came out of deposits that were not earned. */
    readonly fromDeposits: number;
  }[];
}

export interface BillAccount {
  readonly lines: readonly LineOfBill[];
  readonly received: readonly MoneyReceived[];
}

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

export const hasEnded = ({ state }: LineOfBill): boolean => state === 'CANCELLED' || state === 'MISSED';

/** What a line comes to, paid or not. */
export function owedOn(line: LineOfBill): number {
  if (line.state === 'EXPIRED') return 0;
  return hasEnded(line) ? line.fee : line.price;
}

/** What was paid on a line, whether or not some of it went back. */
export const paidOn = ({ received }: BillAccount, lineId: string): number =>
  sum(received.map(({ shares }) => sum(shares.filter((share) => share.lineId === lineId).map(({ amount }) => amount))));

/**
 * What is left of a payment on each of its lines. Refunds that name no line are taken from the lines in their order.
 */
export function keptOf({ shares, refunds }: MoneyReceived): readonly Share[] {
  let unnamed = sum(refunds.filter(({ lineId }) => lineId === null).map(({ amount }) => amount));
  return shares.map(({ lineId, amount }) => {
    const named = sum(refunds.filter((refund) => refund.lineId === lineId).map((refund) => refund.amount));
    const left = Math.max(0, amount - named);
    const taken = Math.min(unnamed, left);
    unnamed -= taken;
    return { lineId, amount: left - taken };
  });
}

const keptOnBy = (payment: MoneyReceived, lineId: string): number =>
  sum(keptOf(payment).filter((share) => share.lineId === lineId).map(({ amount }) => amount));

/** What was paid on a line and did not go back. */
export const keptOn = ({ received }: BillAccount, lineId: string): number =>
  sum(received.map((payment) => keptOnBy(payment, lineId)));

/** What is still to be paid on a line. What went back was given back on purpose and is not asked for again. */
export const dueOn = (account: BillAccount, line: LineOfBill): number =>
  Math.max(0, owedOn(line) - paidOn(account, line.id));

/** What is still to be paid on all of them. */
export const dueOnBill = (account: BillAccount): number => sum(account.lines.map((line) => dueOn(account, line)));

export interface Portion {
  readonly purpose: PaymentPurpose;
  readonly shares: readonly Share[];
}

export const amountOf = ({ shares }: Pick<Portion, 'shares'>): number => sum(shares.map(({ amount }) => amount));

/**
 * What is to be paid next: the deposits, where some are asked for and nothing has been paid, else all that is due.
 * @param whole all that is due, although a deposit would do
 */
export function nextPortion(account: BillAccount, whole: boolean): Portion {
  const shares = account.lines
    .map((line) => ({ lineId: line.id, amount: dueOn(account, line) }))
    .filter(({ amount }) => amount > 0);
  if (account.received.length > 0) return { purpose: 'REST', shares };
  const live = account.lines.filter((line) => !hasEnded(line) && line.state !== 'EXPIRED');
  const deposits = live.map(({ id, deposit }) => ({ lineId: id, amount: deposit })).filter(({ amount }) => amount > 0);
  const isPart = deposits.length > 0 && amountOf({ shares: deposits }) < amountOf({ shares });
  return isPart && !whole ? { purpose: 'DEPOSIT', shares: deposits } : { purpose: 'WHOLE', shares };
}

/** The fees that nothing paid so far covers. */
export const dueFees = (account: BillAccount): readonly Share[] =>
  account.lines
    .filter(hasEnded)
    .map((line) => ({ lineId: line.id, amount: dueOn(account, line) }))
    .filter(({ amount }) => amount > 0);

export interface Surplus extends Share {
  readonly paymentId: string;
}

/** What was paid for lines that have ended beyond their fees, and from which payment it goes back: the latest first. */
export function surplusOf(account: BillAccount): readonly Surplus[] {
  return account.lines.filter(hasEnded).flatMap((line) => {
    let surplus = keptOn(account, line.id) - line.fee;
    return account.received.toReversed().flatMap((payment) => {
      const amount = Math.min(Math.max(0, surplus), keptOnBy(payment, line.id));
      surplus -= amount;
      return amount === 0 ? [] : [{ paymentId: payment.paymentId, lineId: line.id, amount }];
    });
  });
}

/** Deposits that were paid, are not earned and did not go back: what the company owes its clients. */
export function depositsHeld({ lines, received }: BillAccount): number {
  const deposits = received.filter(({ purpose }) => purpose === 'DEPOSIT');
  const paid = sum(deposits.map((payment) => amountOf(payment)));
  const returned = sum(received.flatMap(({ refunds }) => refunds.map(({ fromDeposits }) => fromDeposits)));
  return paid - returned - sum(lines.map(({ depositEarned }) => depositEarned));
}

/** How much of the deposit that was kept on a line can become the company's own. */
export function earnableOn(account: BillAccount, line: LineOfBill): number {
  const deposits = account.received.filter(({ purpose }) => purpose === 'DEPOSIT');
  const kept = sum(deposits.map((payment) => keptOnBy(payment, line.id)));
  return Math.max(0, Math.min(kept - line.depositEarned, depositsHeld(account)));
}

/** What of a fee is covered by what was paid before: out of the deposit first, else out of revenue. */
export function feeKept(account: BillAccount, line: LineOfBill): { readonly fromDeposit: number; readonly fromRevenue: number } {
  const kept = Math.min(line.fee, keptOn(account, line.id));
  const fromDeposit = Math.min(kept, earnableOn(account, line));
  return { fromDeposit, fromRevenue: kept - fromDeposit };
}

/** Where money that has just come belongs. */
export interface Crediting {
  readonly deposits: number;
  readonly revenue: number;
  readonly fees: number;
  /** By line: what of a deposit is earned as it comes, because the line is over. */
  readonly earned: readonly Share[];
}

/** @param account without the payment itself */
export function creditingOf(account: BillAccount, { purpose, shares }: Portion): Crediting {
  let [deposits, revenue, fees] = [0, 0, 0];
  const earned: Share[] = [];
  for (const { lineId, amount } of shares) {
    const line = account.lines.find(({ id }) => id === lineId);
    const ofFee = line && hasEnded(line) ? Math.min(amount, Math.max(0, line.fee - keptOn(account, lineId))) : 0;
    const isHeld = purpose === 'DEPOSIT' && line?.state !== 'DONE';
    fees += ofFee;
    if (isHeld) deposits += amount - ofFee;
    else revenue += amount - ofFee;
    const earnedAtOnce = isHeld ? ofFee : amount;
    if (purpose === 'DEPOSIT' && earnedAtOnce > 0) earned.push({ lineId, amount: earnedAtOnce });
  }
  return { deposits, revenue, fees, earned };
}

/** Whether something is owed: PAID once nothing is and something was paid. */
export function billStatus(account: BillAccount): 'OPEN' | 'PAID' | 'VOID' {
  if (dueOnBill(account) > 0) return 'OPEN';
  return account.received.length > 0 ? 'PAID' : 'VOID';
}
