import { builder } from '../builder.js';
import { AccountId, JournalEntryId } from '../ids.js';
import { ACCOUNTS, asRead, isAccountCode, type AccountCode } from './ledger.js';
import type { JournalEntryRow, LedgerAccountRow, PostingRow } from './ledger.store.js';

const AccountCodeEnum = builder.enumType('AccountCode', {
  description: 'The chart of accounts.',
  values: {
    STRIPE_CLEARING: { value: 'stripe_clearing', description: 'Asset: held by the processor until it pays out.' },
    BANK: { value: 'bank', description: "Asset: on the business's bank account." },
    CLIENT_CREDIT: { value: 'client_credit', description: 'Liability: clients may still spend it.' },
    CLIENT_DEPOSITS: { value: 'client_deposits', description: 'Liability: paid beforehand for what is not done yet.' },
    SERVICE_REVENUE: { value: 'service_revenue', description: 'Revenue: earned by services.' },
    CANCELLATION_FEES: { value: 'cancellation_fees', description: 'Revenue: owed for cancelling late or staying away.' },
    REFUNDS: { value: 'refunds', description: 'Contra revenue: given back to clients.' },
    PROCESSOR_FEES: { value: 'processor_fees', description: 'Expense: kept by the payment processor.' },
    STAFF_COMMISSIONS: { value: 'staff_commissions', description: 'Expense: what those who do the work get of it.' },
    COMMISSIONS_PAYABLE: { value: 'commissions_payable', description: 'Liability: commissions not paid out yet.' },
  } as const satisfies Record<string, { value: AccountCode; description: string }>,
});

const AccountSideEnum = builder.enumType('AccountSide', {
  description: 'The side of an account.',
  values: { DEBIT: { value: 'debit' }, CREDIT: { value: 'credit' } } as const,
});

/** @throws {Error} for a code that the chart does not hold; the store writes none */
function codeOf(account: LedgerAccountRow): AccountCode {
  if (!isAccountCode(account.code)) throw new Error(`the ledger holds an unknown account ${account.code}`);
  return account.code;
}

const LedgerAccountRef = builder.objectRef<LedgerAccountRow>('LedgerAccount').implement({
  description: 'An account of the double-entry ledger, in one currency.',
  requiresScopes: [['billing:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (account) => AccountId.encode(account.id) }),
    code: t.field({ type: AccountCodeEnum, description: 'Which account of the chart.', resolve: codeOf }),
    normalSide: t.field({
      type: AccountSideEnum,
      description: 'The side on which it grows.',
      resolve: (account) => ACCOUNTS[codeOf(account)].normalSide,
    }),
    balance: t.field({
      type: 'Money',
      description: 'Sum of its postings, positive on its normal side.',
      resolve: (account) => ({
        amount: asRead(codeOf(account), Number(account.balance?.net ?? 0n)),
        currency: account.currency,
      }),
    }),
  }),
});

const PostingRef = builder.objectRef<PostingRow>('Posting').implement({
  description: 'One side of a journal entry.',
  requiresScopes: [['billing:read']],
  fields: (t) => ({
    account: t.field({
      type: LedgerAccountRef,
      description: 'The account it changes.',
      resolve: (posting) => posting.account,
    }),
    side: t.field({
      type: AccountSideEnum,
      description: 'Whether it debits or credits the account.',
      resolve: (posting) => (posting.amount > 0n ? 'debit' : 'credit'),
    }),
    amount: t.field({
      type: 'Money',
      description: 'By how much; always positive.',
      resolve: (posting) => ({
        amount: Math.abs(Number(posting.amount)),
        currency: posting.account.currency,
      }),
    }),
  }),
});

const JournalEntryRef = builder.objectRef<JournalEntryRow>('JournalEntry').implement({
  description: 'One movement of money. Its postings sum to zero, and it can never be changed.',
  requiresScopes: [['billing:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (entry) => JournalEntryId.encode(entry.id) }),
    reference: t.exposeString('reference', { description: 'What caused it; unique in the ledger.' }),
    description: t.exposeString('description', { description: 'What happened.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    postings: t.field({
      type: [PostingRef],
      description: 'What it did to which accounts.',
      resolve: (entry) => entry.postings,
    }),
  }),
});

builder.queryFields((t) => ({
  ledgerAccounts: t.field({
    type: [LedgerAccountRef],
    nullable: true,
    requiresScopes: [['billing:read']],
    description: 'The accounts in use, with their balances.',
    resolve: (_root, _args, { request, services }) => services.ledger.accounts(request),
  }),
  journalEntries: t.connection(
    {
      type: JournalEntryRef,
      nullable: true,
      requiresScopes: [['billing:read']],
      description: 'Every movement of money, newest first.',
      resolve: (_root, args, { request, services }) => services.ledger.entries(request, args),
    },
    { name: 'JournalEntryConnection', description: 'A page of the journal.' },
    { name: 'JournalEntryEdge', description: 'A movement in a page.' },
  ),
}));
