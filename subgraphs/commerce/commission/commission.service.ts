import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { Money } from '../../_kernel/money/money.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { keptOn, paidOn } from '../bill/bill-account.js';
import { accountOf, findWholeBill, lockBillOfBooking, type WholeBill } from '../bill/bill.store.js';
import type { LedgerService } from '../ledger/ledger.service.js';
import { recordCommission, recordCommissionChange } from '../ledger/movements.js';
import { money } from '../money.js';
import { lockPayment } from '../payment/payment.store.js';
import { commissionFor, monthSchema, scopesFor, takenBackOf, tiersOf } from './commission.js';
import {
  addTurnover,
  COMMISSION_SORT,
  findCommissionsPage,
  findPayeesOf,
  findRuleFor,
  hasCommission,
  insertCommission,
  keepPayee,
  lockCommission,
  setReversed,
  sumCommissions,
  type CommissionFilter,
  type CommissionRow,
  type CommissionTotal,
} from './commission.store.js';

export interface DoneWork {
  readonly bookingId: string;
  readonly providerId: string;
  readonly serviceId: string;
  readonly price: Money;
}

export interface CommissionQuery {
  /** Everybody's, as far as you may see it, when left out. */
  readonly providerId?: string | undefined;
  /** `YYYY-MM`; all when left out. */
  readonly month?: string | null | undefined;
}

/** What those who do the work get of it. The first three run in the caller's transaction. */
export interface CommissionService {
  /** Posts the commission of a booking that is done, once, by the rule that fits best; nothing where none does. */
  earn(context: RequestContext, db: TenantDb, work: DoneWork, at: Date): Promise<void>;
  /** Takes back, of the commissions on a bill, the part for which the client got her money back. */
  followRefunds(context: RequestContext, db: TenantDb, paymentId: string): Promise<void>;
  /** Which user a provider is; null for none. */
  keepPayee(db: TenantDb, providerId: string, userId: string | null): Promise<void>;
  /**
   * Newest first: everybody's with `billing:read`, else your own.
   * @throws {UnauthenticatedError}
   * @throws {ValidationError} on `month`
   */
  list(context: RequestContext, query: CommissionQuery, args: PageArgs): Promise<Connection<CommissionRow>>;
  /** What they come to, by provider and currency; seen as `list` is. */
  totals(context: RequestContext, query: CommissionQuery): Promise<readonly CommissionTotal[]>;
}

const querySchema = z.object({ month: monthSchema.nullish() });

/** The month an instant belongs to on the calendar of a zone, as `YYYY-MM`. */
const monthOf = (instant: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toPlainYearMonth().toString();

export function createCommissionService(parts: {
  readonly tenants: TenantDatabase;
  readonly ledger: LedgerService;
}): CommissionService {
  const { tenants, ledger } = parts;

  /** Has the commissions of a bill's lines be what is right by what was given back of each. */
  const follow = async (context: RequestContext, db: TenantDb, bill: WholeBill): Promise<void> => {
    const account = accountOf(bill);
    for (const { id, bookingId } of bill.lines) {
      const commission = await lockCommission(db, bookingId);
      if (!commission) continue;
      const returned = paidOn(account, id) - keptOn(account, id);
      const terms = { amount: Number(commission.amount), base: Number(commission.base) };
      const takenBack = takenBackOf(terms, returned);
      const change = takenBack - Number(commission.reversed);
      if (change === 0) continue;
      const revision = commission.revision + 1;
      const { id: commissionId, currency } = commission;
      const entry = recordCommissionChange({ commissionId, revision, takenBack: change, currency });
      await ledger.post(db, entry, context.clock.now());
      await setReversed(db, commissionId, takenBack, revision);
    }
  };

  /** What somebody may see of it; null for nothing. */
  const filterOf = async (context: RequestContext, query: CommissionQuery): Promise<CommissionFilter | null> => {
    const { providerId } = query;
    const month = validate(querySchema, { month: query.month }).month ?? undefined;
    if (hasPermission(context, 'billing:read')) {
      return { month, ...(providerId === undefined ? {} : { providerIds: [providerId] }) };
    }
    const own = await findPayeesOf(tenants.of(context), requireMember(context).userId);
    const providerIds = providerId === undefined ? own : own.filter((id) => id === providerId);
    return providerIds.length === 0 ? null : { month, providerIds };
  };

  return {
    async earn(context, db, { bookingId, providerId, serviceId, price }, at) {
      if (price.amount <= 0 || (await hasCommission(db, bookingId))) return;
      const rule = await findRuleFor(db, scopesFor({ providerId, serviceId }));
      if (!rule) return;
      // The bill before the turnover: whoever else writes both locks them in this order.
      const bill = await lockBillOfBooking(db, bookingId);
      const { currency } = price;
      const month = monthOf(at, context.tenant.timeZone);
      const before = await addTurnover(db, { ruleId: rule.id, providerId, month, currency }, price.amount);
      const amount = commissionFor({ currency: rule.currency, tiers: tiersOf(rule) }, before, price);
      const id = uuidv7();
      await insertCommission(db, {
        id,
        bookingId,
        providerId,
        serviceId,
        ruleId: rule.id,
        month,
        base: BigInt(price.amount),
        amount: BigInt(amount),
        currency,
        earnedAt: at,
      });
      if (amount > 0) await ledger.post(db, recordCommission({ commissionId: id, earned: money(amount, currency) }), at);
      if (bill) await follow(context, db, bill);
    },
    async followRefunds(context, db, paymentId) {
      const payment = await lockPayment(db, paymentId);
      const bill = payment && (await findWholeBill(db, payment.billId));
      if (bill) await follow(context, db, bill);
    },
    keepPayee,
    async list(context, query, args) {
      const page = pageOf(args, COMMISSION_SORT);
      const filter = await filterOf(context, query);
      const rows = filter === null ? [] : await findCommissionsPage(tenants.of(context), filter, page);
      return connectionOf(page, rows, (row) => [row.earnedAt, row.id]);
    },
    async totals(context, query) {
      const filter = await filterOf(context, query);
      return filter === null ? [] : sumCommissions(tenants.of(context), filter);
    },
  };
}
