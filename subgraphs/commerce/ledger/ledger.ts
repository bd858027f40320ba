import { ValidationError, type FieldIssue } from '../../_kernel/errors/domain-error.js';
import { currencyExponent } from '../../_kernel/money/currency.js';
import type { Money } from '../../_kernel/money/money.js';

/**
 * The chart of accounts. A posting's amount is signed: positive debits, negative credits. `normalSide` is the side
 * on which the account grows, so that what people read as its balance is positive.
 */
export const ACCOUNTS = {
  /** Money that Stripe holds for us until it pays out. */
  stripe_clearing: { kind: 'asset', normalSide: 'debit' },
  /** Money on the business's bank account. */
  bank: { kind: 'asset', normalSide: 'debit' },
  /** What clients have paid for and not yet received, or may spend later. */
  client_credit: { kind: 'liability', normalSide: 'credit' },
  /** What clients have paid beforehand for what is not done yet. */
  client_deposits: { kind: 'liability', normalSide: 'credit' },
  /** Earned by services. */
  service_revenue: { kind: 'revenue', normalSide: 'credit' },
  /** Earned because a client cancelled late or did not come. */
  cancellation_fees: { kind: 'revenue', normalSide: 'credit' },
  /** Revenue given back; kept apart from revenue so that both can be read. */
  refunds: { kind: 'contra_revenue', normalSide: 'debit' },
  /** What the payment processor keeps. */
  processor_fees: { kind: 'expense', normalSide: 'debit' },
  /** What those who do the work get of it. */
  staff_commissions: { kind: 'expense', normalSide: 'debit' },
  /** Commissions that were earned and are not paid out. */
  commissions_payable: { kind: 'liability', normalSide: 'credit' },
} as const satisfies Record<string, Account>;

export type AccountCode = keyof typeof ACCOUNTS;

export interface Account {
  readonly kind: 'asset' | 'liability' | 'revenue' | 'contra_revenue' | 'expense';
  readonly normalSide: 'debit' | 'credit';
}

export interface Posting {
  readonly account: AccountCode;
  /** Whole minor units of the entry's currency; positive debits, negative credits, never zero. */
  readonly amount: number;
}

/** One balanced movement. The reference is derived from what caused it: posting it twice is recognisable. */
export interface JournalEntry {
  readonly reference: string;
  readonly description: string;
  /** ISO 4217 code of every posting. */
  readonly currency: string;
  readonly postings: readonly Posting[];
}

const LONGEST_REFERENCE = 200;

/**
 * Checks a journal entry and returns it.
 * @throws {ValidationError} naming `reference`, `description`, `currency`, `postings` or `postings.<n>.<field>`:
 * fewer than two postings, an unknown account, an amount that is zero or not a safe integer, or a sum that is not zero
 */
export function journalEntry(entry: JournalEntry): JournalEntry {
  const issues: FieldIssue[] = [];
  if (entry.reference === '' || entry.reference.length > LONGEST_REFERENCE) {
    issues.push({ field: 'reference', message: `must have 1 to ${LONGEST_REFERENCE} characters` });
  }
  if (entry.description === '') issues.push({ field: 'description', message: 'must not be empty' });
  currencyExponent(entry.currency);
  if (entry.postings.length < 2) issues.push({ field: 'postings', message: 'must be at least two' });
  entry.postings.forEach((posting, index) => issues.push(...brokenRulesOf(posting, index)));
  if (issues.length === 0 && sumOf(entry.postings) !== 0n) {
    issues.push({ field: 'postings', message: 'must sum to zero' });
  }
  if (issues.length > 0) throw new ValidationError(issues);
  return entry;
}

export interface LedgerBalance {
  readonly account: AccountCode;
  readonly currency: string;
  /** Signed sum of postings in minor units, debits positive. All accounts of a currency sum to zero. */
  readonly net: number;
  /** The same as people read it: positive on the account's normal side. */
  readonly balance: number;
}

/**
 * Balances per account and currency over the entries, in the order of the chart of accounts, then of currency.
 * An account without postings is left out.
 * @throws {RangeError} when a balance leaves the range of exact integers
 */
export function balances(entries: Iterable<JournalEntry>): readonly LedgerBalance[] {
  const totals = new Map<AccountCode, Map<string, bigint>>();
  for (const entry of entries) {
    for (const posting of entry.postings) {
      const ofAccount = totals.get(posting.account) ?? new Map<string, bigint>();
      ofAccount.set(entry.currency, (ofAccount.get(entry.currency) ?? 0n) + BigInt(posting.amount));
      totals.set(posting.account, ofAccount);
    }
  }
  return accountCodes().flatMap((account) =>
    [...(totals.get(account) ?? [])]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([currency, total]) => {
        const net = exactNumber(total);
        return { account, currency, net, balance: asRead(account, net) };
      }),
  );
}

/** A signed net amount as people read it: positive on the account's normal side. */
export function asRead(account: AccountCode, net: number): number {
  return ACCOUNTS[account].normalSide === 'debit' ? net : 0 - net;
}

/**
 * Debits one account and credits another with the same sum: what most movements are.
 * @throws {ValidationError} on `amount` when the sum is not positive
 */
export function transferEntry(movement: {
  readonly reference: string;
  readonly description: string;
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly sum: Money;
}): JournalEntry {
  const { amount, currency } = movement.sum;
  if (!Number.isSafeInteger(amount) || amount <= 0) {
    throw ValidationError.of('amount', 'must be a positive whole number of minor units');
  }
  return journalEntry({
    reference: movement.reference,
    description: movement.description,
    currency,
    postings: [
      { account: movement.debit, amount },
      { account: movement.credit, amount: -amount },
    ],
  });
}

type Sums = Partial<Readonly<Record<AccountCode, number>>>;

/**
 * Debits and credits several accounts at once; what is zero is left out.
 * @throws {ValidationError} for a sum that is negative or not exact, and when the two sides differ
 */
export function splitEntry(movement: {
  readonly reference: string;
  readonly description: string;
  readonly currency: string;
  readonly debits: Sums;
  readonly credits: Sums;
}): JournalEntry {
  const { reference, description, currency, debits, credits } = movement;
  if (Object.values(debits).every((amount) => amount === 0)) {
    throw ValidationError.of('amount', 'must be a positive whole number of minor units');
  }
  const postingsOf = (sums: Sums, sign: 1 | -1): Posting[] =>
    accountCodes().flatMap((account) => {
      const amount = sums[account] ?? 0;
      if (amount < 0) throw ValidationError.of('amount', 'must be a positive whole number of minor units');
      return amount === 0 ? [] : [{ account, amount: sign * amount }];
    });
  return journalEntry({
    reference,
    description,
    currency,
    postings: [...postingsOf(debits, 1), ...postingsOf(credits, -1)],
  });
}

const accountCodes = (): readonly AccountCode[] => Object.keys(ACCOUNTS).filter(isAccountCode);

/** Whether a stored or received word is an account of the chart. */
export function isAccountCode(code: string): code is AccountCode {
  return Object.hasOwn(ACCOUNTS, code);
}

function brokenRulesOf(posting: Posting, index: number): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (!isAccountCode(posting.account)) {
    issues.push({ field: `postings.${index}.account`, message: 'is not in the chart of accounts' });
  }
  if (!Number.isSafeInteger(posting.amount) || posting.amount === 0) {
    issues.push({
      field: `postings.${index}.amount`,
      message: 'must be a whole number of minor units, not zero',
    });
  }
  return issues;
}

const sumOf = (postings: readonly Posting[]): bigint =>
  postings.reduce((sum, posting) => sum + BigInt(posting.amount), 0n);

function exactNumber(total: bigint): number {
  const value = Number(total);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`a balance of ${total} minor units cannot be held exactly`);
  return value;
}
