import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { journalEntry, type JournalEntry } from './ledger.js';
import {
  findAccounts,
  findEntriesPage,
  insertEntry,
  JOURNAL_SORT,
  type JournalEntryRow,
  type LedgerAccountRow,
} from './ledger.store.js';

export interface LedgerService {
  /**
   * Writes a movement in the caller's transaction, with what it does to the balances.
   * @returns false when its reference was posted before; the ledger is then as it was
   * @throws {ValidationError} for an entry that is not balanced or not of the chart of accounts
   */
  post(db: TenantDb, entry: JournalEntry, occurredAt: Date): Promise<boolean>;
  /** @throws {ForbiddenError} without `billing:read` */
  accounts(context: RequestContext): Promise<LedgerAccountRow[]>;
  /**
   * Newest first.
   * @throws {ForbiddenError} without `billing:read`
   */
  entries(context: RequestContext, args: PageArgs): Promise<Connection<JournalEntryRow>>;
}

export function createLedgerService(tenants: TenantDatabase): LedgerService {
  return {
    post: (db, entry, occurredAt) => insertEntry(db, journalEntry(entry), occurredAt),
    async accounts(context) {
      requirePermission(context, 'billing:read');
      return findAccounts(tenants.of(context));
    },
    async entries(context, args) {
      requirePermission(context, 'billing:read');
      const page = pageOf(args, JOURNAL_SORT);
      const rows = await findEntriesPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.occurredAt, row.id]);
    },
  };
}
