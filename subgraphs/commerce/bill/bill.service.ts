import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Money } from '../../_kernel/money/money.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { CommerceEvents } from '../events.js';
import type { LedgerService } from '../ledger/ledger.service.js';
import { recordDepositEarned, recordFeeKept } from '../ledger/movements.js';
import { money } from '../money.js';
import { earnableOn, feeKept, type LineState } from './bill-account.js';
import { settleBill } from './bill-settlement.js';
import {
  accountOf,
  addEarned,
  hasLine,
  insertBill,
  insertLine,
  keepBillOfGroup,
  lockBillOfBooking,
  setLineState,
  type BillLineRow,
  type WholeBill,
} from './bill.store.js';

export interface OwedBooking {
  readonly bookingId: string;
  /** What it is made together with; bookings of one group share a bill. */
  readonly groupId: string | null;
  readonly clientId: string | null;
  readonly clientUserId: string | null;
  readonly description: string;
  readonly price: Money;
  /** What is asked for beforehand; null for nothing. */
  readonly deposit: Money | null;
  /** When it is to be paid; null for at once. */
  readonly dueAt: Date | null;
}

/** What bookings cost. Every use case runs in the caller's transaction, and one done twice is done once. */
export interface BillService {
  /** Puts a booking on its bill, once; what costs nothing is on none. */
  open(context: RequestContext, db: TenantDb, booking: OwedBooking): Promise<void>;
  /** Nothing is owed for a booking that nobody paid for in time, unless it is confirmed all the same. */
  expire(context: RequestContext, db: TenantDb, bookingId: string): Promise<void>;
  /** It stands; what was expired is owed again. */
  confirm(context: RequestContext, db: TenantDb, bookingId: string): Promise<void>;
  /** The company has done what was booked: the deposit is its own. */
  complete(context: RequestContext, db: TenantDb, bookingId: string, at: Date): Promise<void>;
  /**
   * It was cancelled or missed, and only the fee is owed any more: out of what was paid, the deposit first. What was
   * paid beyond it goes back; what is missing is charged to the card the provider keeps, or left to be paid.
   * @param ended.fee null for none
   */
  end(
    context: RequestContext,
    db: TenantDb,
    ended: { readonly bookingId: string; readonly state: 'CANCELLED' | 'MISSED'; readonly fee: Money | null; readonly at: Date },
  ): Promise<void>;
  /** Its time is given away: whatever was paid for it goes back. @returns false when it is on no bill */
  lose(context: RequestContext, db: TenantDb, bookingId: string): Promise<boolean>;
}

interface Standing {
  readonly bill: WholeBill;
  readonly line: BillLineRow;
}

const standingOf = async (db: TenantDb, bookingId: string): Promise<Standing | null> => {
  const bill = await lockBillOfBooking(db, bookingId);
  const line = bill?.lines.find((one) => one.bookingId === bookingId);
  return bill && line ? { bill, line } : null;
};

export function createBillService(parts: {
  readonly outbox: Outbox<CommerceEvents>;
  readonly ledger: LedgerService;
}): BillService {
  const { outbox, ledger } = parts;

  /** @returns null when the booking is on a bill already */
  const billOf = async (context: RequestContext, db: TenantDb, booking: OwedBooking): Promise<string | null> => {
    const { price, groupId, bookingId, clientId, clientUserId, description, dueAt } = booking;
    const { amount, currency } = price;
    const createdAt = context.clock.now();
    const bill = { id: uuidv7(), bookingId, clientId, clientUserId, description, currency, createdAt };
    if (groupId === null) return (await insertBill(db, { ...bill, groupId, dueAt }, amount)) ? bill.id : null;
    return (await hasLine(db, bookingId)) ? null : keepBillOfGroup(db, { ...bill, groupId }, amount);
  };

  const change = async (
    context: RequestContext,
    db: TenantDb,
    bookingId: string,
    from: readonly LineState[],
    to: LineState,
  ): Promise<void> => {
    const known = await standingOf(db, bookingId);
    if (!known || !from.includes(known.line.state)) return;
    await setLineState(db, known.line.id, to, 0, context.clock.now());
    await settleBill(context, db, known.bill.id);
  };

  const lineNow = (bill: WholeBill, line: BillLineRow, state: LineState, fee: number) => {
    const changed = { ...bill, lines: bill.lines.map((one) => (one.id === line.id ? { ...one, state, fee: BigInt(fee) } : one)) };
    const account = accountOf(changed);
    const found = account.lines.find(({ id }) => id === line.id);
    if (!found) throw new Error('a line is not on its bill');
    return { account, line: found };
  };

  return {
    async open(context, db, booking) {
      const { price, deposit, bookingId } = booking;
      if (price.amount <= 0) return;
      const billId = await billOf(context, db, booking);
      if (billId === null) return;
      await insertLine(db, {
        id: uuidv7(),
        billId,
        bookingId,
        description: booking.description,
        price: price.amount,
        deposit: Math.min(deposit?.amount ?? 0, price.amount),
        createdAt: context.clock.now(),
      });
      await outbox.emit(db, context, 'commerce.bill_opened', { billId, bookingId, amount: price });
    },
    expire: (context, db, bookingId) => change(context, db, bookingId, ['LIVE'], 'EXPIRED'),
    confirm: (context, db, bookingId) => change(context, db, bookingId, ['EXPIRED'], 'LIVE'),
    async complete(context, db, bookingId, at) {
      const known = await standingOf(db, bookingId);
      if (known?.line.state !== 'LIVE') return;
      const { account, line } = lineNow(known.bill, known.line, 'DONE', 0);
      await setLineState(db, line.id, 'DONE', 0, context.clock.now());
      const amount = earnableOn(account, line);
      if (amount > 0) {
        await ledger.post(db, recordDepositEarned({ lineId: line.id, earned: money(amount, known.bill.currency) }), at);
        await addEarned(db, [{ lineId: line.id, amount }], context.clock.now());
      }
      await settleBill(context, db, known.bill.id);
    },
    async end(context, db, { bookingId, state, fee, at }) {
      const known = await standingOf(db, bookingId);
      if (known?.line.state !== 'LIVE') return;
      const { bill } = known;
      const owed = Math.min(fee?.currency === bill.currency ? fee.amount : 0, Number(known.line.price));
      const { account, line } = lineNow(bill, known.line, state, owed);
      const now = context.clock.now();
      await setLineState(db, line.id, state, owed, now);
      const kept = feeKept(account, line);
      if (kept.fromDeposit + kept.fromRevenue > 0) {
        await ledger.post(db, recordFeeKept({ lineId: line.id, ...kept, currency: bill.currency }), at);
        await addEarned(db, [{ lineId: line.id, amount: kept.fromDeposit }], now);
      }
      await settleBill(context, db, bill.id);
    },
    async lose(context, db, bookingId) {
      const known = await standingOf(db, bookingId);
      if (!known) return false;
      const { bill, line } = known;
      const isOver = line.state === 'CANCELLED' || line.state === 'MISSED' || line.state === 'DONE';
      if (!isOver) await setLineState(db, line.id, 'CANCELLED', 0, context.clock.now());
      await settleBill(context, db, bill.id);
      return true;
    },
  };
}
