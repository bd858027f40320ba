import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Money } from '../../_kernel/money/money.js';
import { creditingOf, depositsHeld } from '../bill/bill-account.js';
import { settleBill } from '../bill/bill-settlement.js';
import { accountOf, addEarned, findWholeBill, type WholeBill } from '../bill/bill.store.js';
import type { CommerceEvents } from '../events.js';
import type { LedgerService } from '../ledger/ledger.service.js';
import {
  recordPaymentReceived,
  recordProcessorFee,
  recordRefund,
  recordRefundFailed,
} from '../ledger/movements.js';
import { money } from '../money.js';
import {
  applyEvidence,
  type CollectionState,
  type Payment,
  type PaymentEvidence,
  type RefundState,
} from './payment.js';
import { knownOf } from './known-payment.js';
import { findPayment, lockPayment, updateKnown, type PaymentRow } from './payment.store.js';
import { claimRefundRow, setFromDeposits, updateRefundState } from './refund.store.js';

/** What the provider has told of a payment: by its answer, by a webhook, or when it was asked again. */
export interface PaymentNews {
  /** The provider's id of the payment; null for a payment that it was never told of. */
  readonly providerRef: string | null;
  readonly evidence: readonly PaymentEvidence[];
  readonly clientSecret?: string | null;
  /** The card as the provider names it, where it was asked to keep it. */
  readonly cardRef?: string | null;
  /** Why it came to nothing. */
  readonly declineCode?: string | null;
  /** What the provider keeps; null until it has said. */
  readonly fee?: Money | null;
}

/** The news names a payment of the provider that is not this one's. */
export class ForeignPaymentNewsError extends Error {
  override readonly name = 'ForeignPaymentNewsError';
}

export interface PaymentRecorder {
  /**
   * Writes what the provider has told, in the caller's transaction, with all that follows from it: the journal, the
   * bill, the events. The one way on which money is booked. The same news again, or late, changes nothing.
   * @throws {NotFoundError}
   * @throws {ForeignPaymentNewsError}
   */
  record(context: RequestContext, db: TenantDb, paymentId: string, news: PaymentNews): Promise<PaymentRow>;
}

interface Change {
  readonly row: PaymentRow;
  readonly before: Payment;
  readonly after: Payment;
}

export function createPaymentRecorder(parts: {
  readonly outbox: Outbox<CommerceEvents>;
  readonly ledger: LedgerService;
}): PaymentRecorder {
  const { outbox, ledger } = parts;

  const reload = async (db: TenantDb, id: string): Promise<PaymentRow> => {
    const row = await findPayment(db, id);
    if (!row) throw new NotFoundError('Payment');
    return row;
  };

  /** The payment, locked, with a row for every refund that the news speaks of. */
  const lockFor = async (db: TenantDb, paymentId: string, news: PaymentNews, now: Date): Promise<PaymentRow> => {
    let row = await lockPayment(db, paymentId);
    if (!row) throw new NotFoundError('Payment');
    // One that came to its money without the provider was made elsewhere: the provider has no news of it.
    const isAnothers = row.providerRef === null ? row.succeededAt !== null : row.providerRef !== news.providerRef;
    if (news.providerRef !== null && isAnothers) {
      throw new ForeignPaymentNewsError(`${news.providerRef} is not the provider's id of payment ${paymentId}`);
    }
    for (const evidence of news.evidence) {
      if (evidence.kind !== 'refund') continue;
      await claimRefundRow(db, row, evidence.refund, now);
      row = await reload(db, paymentId);
    }
    return row;
  };

  /** Writes to the ledger what the money is: owed to the client for the time being, revenue, or a fee. */
  const credit = async (
    context: RequestContext,
    db: TenantDb,
    { id: paymentId, purpose, shares }: PaymentRow,
    whole: WholeBill,
    received: Money,
    at: Date,
  ): Promise<void> => {
    const before = accountOf({ lines: whole.lines, payments: whole.payments.filter(({ id }) => id !== paymentId) });
    const parts = shares.map(({ lineId, amount }) => ({ lineId, amount: Number(amount) }));
    const { deposits, fees, earned } = creditingOf(before, { purpose, shares: parts });
    // The provider may have collected less than was asked for: then there is nothing to set apart.
    const isWhole = deposits + fees <= received.amount;
    await ledger.post(db, recordPaymentReceived({ paymentId, received, ...(isWhole ? { deposits, fees } : {}) }), at);
    await addEarned(db, earned, context.clock.now());
  };

  const bookCollection = async (context: RequestContext, db: TenantDb, change: Change): Promise<void> => {
    const { row, before, after } = change;
    const { id: paymentId, bill } = row;
    const { bookingId, clientId } = bill;
    const about = { payerUserId: bill.clientUserId ?? row.payerUserId, what: bill.description };
    if (after.collection === before.collection) return;
    if (after.collection === 'FAILED') {
      const { declineCode } = row;
      await outbox.emit(db, context, 'commerce.payment_failed', {
        paymentId,
        bookingId,
        declineCode,
        clientId,
        amount: after.asked,
        ...about,
      });
    }
    if (after.collection !== 'SUCCEEDED') return;
    const occurredAt = new Date(after.collectionAt);
    const received = after.received > 0 ? money(after.received, row.currency) : after.asked;
    if (bill.status !== 'OPEN') {
      context.logger.warn({ paymentId, bill: bill.status }, 'money was collected for a bill that is not open');
    }
    const whole = await billOf(db, bill.id);
    await credit(context, db, row, whole, received, occurredAt);
    await settleBill(context, db, bill.id);
    const bookingIds = bookingsToConfirm(whole, row);
    await outbox.emit(
      db,
      context,
      'commerce.payment_succeeded',
      { paymentId, bookingId: bookingIds[0] ?? bookingId, bookingIds, clientId, amount: received, method: row.method, ...about },
      occurredAt,
    );
  };

  const bookFee = async (db: TenantDb, { row, after }: Change): Promise<void> => {
    if (row.fee === null || row.fee === 0n || after.collection !== 'SUCCEEDED') return;
    const fee = money(Number(row.fee), row.currency);
    await ledger.post(db, recordProcessorFee({ paymentId: row.id, fee }), new Date(after.collectionAt));
  };

  const bookRefunds = async (context: RequestContext, db: TenantDb, change: Change): Promise<void> => {
    const { row, before, after } = change;
    const now = context.clock.now();
    const known = new Map<string, RefundState>(before.refunds.map((fact) => [fact.refundId, fact.state]));
    for (const fact of after.refunds) {
      const was = known.get(fact.refundId);
      if (was === fact.state) continue;
      await updateRefundState(db, fact, now);
      const { refundId } = fact;
      const refunded = money(fact.amount, row.currency);
      if (fact.state === 'SUCCEEDED') {
        const fromDeposits = await fromDepositsOf(db, row, fact.amount);
        await ledger.post(db, recordRefund({ refundId, refunded, fromDeposits }), now);
        await setFromDeposits(db, refundId, fromDeposits);
        await outbox.emit(db, context, 'commerce.payment_refunded', {
          paymentId: row.id,
          bookingId: row.bill.bookingId,
          amount: refunded,
        });
      }
      if (fact.state === 'FAILED' && was === 'SUCCEEDED') {
        const known = row.refunds.find(({ providerRef }) => providerRef === refundId);
        const fromDeposits = Number(known?.fromDeposits ?? 0n);
        await ledger.post(db, recordRefundFailed({ refundId, refunded, fromDeposits }), now);
        await setFromDeposits(db, refundId, 0);
      }
    }
  };

  return {
    async record(context, db, paymentId, news) {
      const now = context.clock.now();
      const known = await lockFor(db, paymentId, news, now);
      const before = knownOf(known);
      const after = news.evidence.reduce(applyEvidence, before);
      await updateKnown(db, paymentId, after, detailsOf(known, after, news, now));
      const change: Change = { row: await reload(db, paymentId), before, after };
      await bookCollection(context, db, change);
      await bookFee(db, change);
      await bookRefunds(context, db, change);
      return reload(db, paymentId);
    },
  };
}

async function billOf(db: TenantDb, id: string): Promise<WholeBill> {
  const bill = await findWholeBill(db, id);
  if (!bill) throw new NotFoundError('Bill');
  return bill;
}

/** The bookings that the payment is for and that are not over: they may stand now. */
function bookingsToConfirm({ lines }: WholeBill, { shares }: PaymentRow): string[] {
  const paid = new Set(shares.map(({ lineId }) => lineId));
  return lines
    .filter(({ id, state }) => paid.has(id) && (state === 'LIVE' || state === 'EXPIRED'))
    .map(({ bookingId }) => bookingId);
}

/** How much of a refund is taken from what the company still owes the client, in minor units. */
async function fromDepositsOf(db: TenantDb, { purpose, billId }: PaymentRow, amount: number): Promise<number> {
  if (purpose !== 'DEPOSIT') return 0;
  return Math.min(amount, Math.max(0, depositsHeld(accountOf(await billOf(db, billId)))));
}

/** What is kept of the news beside the state: told once is enough, and what no longer helps is forgotten. */
function detailsOf(row: PaymentRow, { collection, collectionAt }: Payment, news: PaymentNews, now: Date) {
  const fee = news.fee?.currency === row.currency ? BigInt(news.fee.amount) : null;
  return {
    providerRef: row.providerRef ?? news.providerRef,
    clientSecret: collection === 'REQUIRES_ACTION' ? (news.clientSecret ?? row.clientSecret) : null,
    declineCode: declineCodeOf(row, collection, news),
    fee: row.fee ?? fee,
    cardRef: cardRefOf(row, news),
    releasedAt: row.releasedAt ?? (isOver(collection) ? now : null),
    succeededAt: row.succeededAt ?? (collection === 'SUCCEEDED' ? new Date(collectionAt) : null),
    updatedAt: now,
  };
}

/** Whether it claims the bill no more: another payment may be made, of what is left. */
const isOver = (collection: CollectionState): boolean =>
  collection === 'SUCCEEDED' || collection === 'FAILED' || collection === 'CANCELLED';

/** A card is only kept for whom the provider knows. */
const cardRefOf = ({ cardRef, customerRef }: PaymentRow, news: PaymentNews): string | null =>
  cardRef ?? (customerRef === null ? null : (news.cardRef ?? null));

/** The reason of the latest failure, until the money comes all the same. */
function declineCodeOf(row: PaymentRow, collection: CollectionState, news: PaymentNews): string | null {
  if (collection === 'SUCCEEDED') return null;
  const hasEnded = collection === 'FAILED' || collection === 'CANCELLED';
  return (hasEnded ? news.declineCode : null) ?? row.declineCode;
}
