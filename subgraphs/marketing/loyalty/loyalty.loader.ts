import type { CatchUp } from '../../_kernel/events/consumer-offset.js';
import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { loadPagesOfParents, type PageOfParent } from '../pages-of-parents.js';
import {
  findAccountsOfClients,
  findAccountsOfUsers,
  findEntriesOfAccounts,
  type LoyaltyAccountRow,
  type LoyaltyEntryRow,
} from './loyalty.store.js';

/** How long a read waits for the account of a client whom booking took in a moment ago. */
const CATCH_UP_MS = 1_000;

export interface LoyaltyLoaders {
  readonly accountByClientId: LoaderDefinition<string, LoyaltyAccountRow | null>;
  readonly accountByUserId: LoaderDefinition<string, LoyaltyAccountRow | null>;
  readonly entriesByAccountId: LoaderDefinition<PageOfParent, LoyaltyEntryRow[]>;
}

export function createLoyaltyLoaders(parts: {
  readonly tenants: TenantDatabase;
  readonly catchUp: CatchUp;
}): LoyaltyLoaders {
  const { tenants, catchUp } = parts;

  /** Accounts are opened by events: who is missing may be a client of just now. */
  const findAll =
    (
      find: (db: TenantDb, keys: readonly string[]) => Promise<LoyaltyAccountRow[]>,
      keyOf: (row: LoyaltyAccountRow) => string | null,
    ) =>
    async (context: RequestContext, keys: readonly string[]): Promise<(LoyaltyAccountRow | null)[]> => {
      const db = tenants.of(context);
      const found = await find(db, keys);
      const known = new Set(found.map(keyOf));
      const missing = keys.filter((key) => !known.has(key));
      if (missing.length > 0 && (await catchUp('marketing', context.tenant.id, CATCH_UP_MS))) {
        found.push(...(await find(db, missing)));
      }
      return inKeyOrder(keys, found, keyOf);
    };

  return {
    accountByClientId: {
      name: 'loyaltyAccountByClientId',
      batch: findAll(findAccountsOfClients, (row) => row.clientId),
    },
    accountByUserId: {
      name: 'loyaltyAccountByUserId',
      batch: findAll(findAccountsOfUsers, (row) => row.userId),
    },
    entriesByAccountId: loadPagesOfParents(
      'loyaltyEntriesByAccountId',
      (context, accountIds, page) => findEntriesOfAccounts(tenants.of(context), accountIds, page),
      (row) => row.accountId,
    ),
  };
}
