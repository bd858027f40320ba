import type {
  AccountBalance,
  JournalEntry as JournalEntryRecord,
  LedgerAccount,
  Posting as PostingRecord,
} from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { JournalEntry } from './ledger.js';

export type LedgerAccountRow = LedgerAccount & { readonly balance: AccountBalance | null };
export type PostingRow = PostingRecord & { readonly account: LedgerAccountRow };
export type JournalEntryRow = JournalEntryRecord & { readonly postings: PostingRow[] };

export const JOURNAL_SORT: readonly SortKey[] = [
  { field: 'occurredAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

const withBalance = { balance: true } as const;

export const findAccounts = (db: TenantDb): Promise<LedgerAccountRow[]> =>
  db.ledgerAccount.findMany({ include: withBalance, orderBy: [{ code: 'asc' }, { currency: 'asc' }] });

export function findEntriesPage(db: TenantDb, page: Page): Promise<JournalEntryRow[]> {
  return db.journalEntry.findMany({
    ...keysetQuery(page, JOURNAL_SORT),
    include: { postings: { include: { account: { include: withBalance } }, orderBy: { id: 'asc' } } },
  });
}

/** @returns false when an entry of that reference is there already; then nothing was written */
export async function insertEntry(db: TenantDb, entry: JournalEntry, occurredAt: Date): Promise<boolean> {
  const { reference, description, currency, postings } = entry;
  const [header] = await db.journalEntry.createManyAndReturn({
    data: [{ id: uuidv7(), reference, description, currency, postingCount: postings.length, occurredAt }],
    skipDuplicates: true,
  });
  if (!header) return false;
  const accountIds = await accountIdsOf(db, entry);
  const rows = postings.map(({ account, amount }) => ({
    id: uuidv7(),
    entryId: header.id,
    accountId: accountIds.get(account) ?? '',
    amount: BigInt(amount),
  }));
  await db.posting.createMany({ data: rows });
  await addToBalances(db, rows);
  return true;
}

/** The accounts an entry posts to, opened where this is their first posting in its currency. */
async function accountIdsOf(db: TenantDb, { postings, currency }: JournalEntry): Promise<Map<string, string>> {
  const codes = [...new Set(postings.map((posting) => posting.account))].sort();
  const find = () => db.ledgerAccount.findMany({ where: { currency, code: { in: codes } } });
  let found = await find();
  if (found.length < codes.length) {
    await db.ledgerAccount.createMany({
      data: codes.map((code) => ({ id: uuidv7(), code, currency })),
      skipDuplicates: true,
    });
    found = await find();
  }
  return new Map(found.map((account) => [account.code, account.id]));
}

async function addToBalances(
  db: TenantDb,
  postings: readonly { readonly accountId: string; readonly amount: bigint }[],
): Promise<void> {
  // One order for everybody, so that no two entries wait for each other's balances.
  const changes = postings.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
  for (const { accountId, amount } of changes) {
    await db.$executeRaw`
      INSERT INTO commerce.account_balance AS held (account_id, net) VALUES (${accountId}::uuid, ${amount})
      ON CONFLICT (tenant_id, account_id) DO UPDATE SET net = held.net + excluded.net`;
  }
}
