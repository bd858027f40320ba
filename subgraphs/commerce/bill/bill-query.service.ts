import type { Money } from '../../_kernel/money/money.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { amountOf, dueOn, dueOnBill, keptOn, nextPortion, type LineState } from './bill-account.js';
import { accountOf, findOverdueBills, findWholeBills, OVERDUE_SORT, type BillRow, type WholeBill } from './bill.store.js';

export interface LineStanding {
  readonly bookingId: string;
  readonly description: string;
  readonly state: LineState;
  readonly price: Money;
  readonly deposit: Money;
  readonly fee: Money;
  readonly paid: Money;
  readonly due: Money;
}

/** How a bill stands. */
export interface BillStanding {
  readonly lines: readonly LineStanding[];
  /** What was paid and did not go back. */
  readonly paid: Money;
  /** What is still to be paid. */
  readonly due: Money;
  /** What is to be paid next. */
  readonly dueNow: Money;
}

export interface BillQueryService {
  /** For whoever has the bill in hand; null for one that is not known. */
  standing(context: RequestContext, billId: string): Promise<BillStanding | null>;
  /** What has come due and is still owed, the longest due first. @throws {ForbiddenError} without `billing:read` */
  overdue(context: RequestContext, args: PageArgs): Promise<Connection<BillRow>>;
}

export function createBillQueryService({ tenants }: { readonly tenants: TenantDatabase }): BillQueryService {
  const byId: LoaderDefinition<string, WholeBill | null> = {
    name: 'wholeBillById',
    batch: async (context, ids) => inKeyOrder(ids, await findWholeBills(tenants.of(context), ids), (bill) => bill.id),
  };
  return {
    async standing(context, billId) {
      const bill = await context.loaders.of(context, byId).load(billId);
      return bill && standingOf(bill);
    },
    async overdue(context, args) {
      requirePermission(context, 'billing:read');
      const page = pageOf(args, OVERDUE_SORT);
      const rows = await findOverdueBills(tenants.of(context), context.clock.now(), page);
      return connectionOf(page, rows, (bill) => [bill.dueAt ?? bill.createdAt, bill.id]);
    },
  };
}

function standingOf(bill: WholeBill): BillStanding {
  const { currency } = bill;
  const account = accountOf(bill);
  const of = (amount: number): Money => ({ amount, currency });
  const lines = account.lines.map((line, at): LineStanding => ({
    bookingId: bill.lines[at]?.bookingId ?? '',
    description: bill.lines[at]?.description ?? '',
    state: line.state,
    price: of(line.price),
    deposit: of(line.deposit),
    fee: of(line.fee),
    paid: of(keptOn(account, line.id)),
    due: of(dueOn(account, line)),
  }));
  const paid = account.lines.reduce((sum, { id }) => sum + keptOn(account, id), 0);
  const dueNow = amountOf(nextPortion(account, false));
  return { lines, paid: of(paid), due: of(dueOnBill(account)), dueNow: of(dueNow) };
}
