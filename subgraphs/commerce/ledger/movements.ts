import type { Money } from '../../_kernel/money/money.js';
import { journalEntry, transferEntry, type JournalEntry, type Posting } from './ledger.js';

/**
 * The movements of the business as journal entries, one function a sentence. Each names its cause in the reference,
 * so that the same cause recorded again carries the same reference and a unique key refuses it.
 */

/** A client's payment arrived at the processor and is earned at once. */
export function recordPaymentReceived(payment: {
  readonly paymentId: string;
  readonly received: Money;
}): JournalEntry {
  return transferEntry({
    reference: `payment:${payment.paymentId}:received`,
    description: 'Payment received',
    debit: 'stripe_clearing',
    credit: 'service_revenue',
    sum: payment.received,
  });
}

/** The processor kept its fee of a payment. */
export function recordProcessorFee(charge: {
  readonly paymentId: string;
  readonly fee: Money;
}): JournalEntry {
  return transferEntry({
    reference: `payment:${charge.paymentId}:fee`,
    description: 'Processor fee',
    debit: 'processor_fees',
    credit: 'stripe_clearing',
    sum: charge.fee,
  });
}

/** Money of a payment went back to the client through the processor. */
export function recordRefund(refund: { readonly refundId: string; readonly refunded: Money }): JournalEntry {
  return transferEntry({
    reference: `refund:${refund.refundId}:issued`,
    description: 'Refund issued',
    debit: 'refunds',
    credit: 'stripe_clearing',
    sum: refund.refunded,
  });
}

/** A refund did not reach the client: the processor gave the money back to us. */
export function recordRefundFailed(refund: {
  readonly refundId: string;
  readonly refunded: Money;
}): JournalEntry {
  return transferEntry({
    reference: `refund:${refund.refundId}:failed`,
    description: 'Refund failed and returned',
    debit: 'stripe_clearing',
    credit: 'refunds',
    sum: refund.refunded,
  });
}

/** Instead of money a client received credit to spend later. */
export function recordCreditGranted(grant: {
  readonly grantId: string;
  readonly credit: Money;
}): JournalEntry {
  return transferEntry({
    reference: `credit:${grant.grantId}:granted`,
    description: 'Client credit granted',
    debit: 'refunds',
    credit: 'client_credit',
    sum: grant.credit,
  });
}

/** A client paid with credit. */
export function recordCreditSpent(spending: {
  readonly paymentId: string;
  readonly spent: Money;
}): JournalEntry {
  return transferEntry({
    reference: `payment:${spending.paymentId}:credit-spent`,
    description: 'Paid with client credit',
    debit: 'client_credit',
    credit: 'service_revenue',
    sum: spending.spent,
  });
}

/** The processor paid out what it held. */
export function recordPayout(payout: { readonly payoutId: string; readonly paidOut: Money }): JournalEntry {
  return transferEntry({
    reference: `payout:${payout.payoutId}:paid`,
    description: 'Payout to the bank',
    debit: 'bank',
    credit: 'stripe_clearing',
    sum: payout.paidOut,
  });
}

/** Undoes an entry by its mirror image. The undone entry stays: a ledger is corrected, never edited. */
export function recordReversal(entry: JournalEntry, reason: string): JournalEntry {
  return journalEntry({
    reference: `${entry.reference}:reversed`,
    description: reason,
    currency: entry.currency,
    postings: entry.postings.map((posting): Posting => ({
      account: posting.account,
      amount: -posting.amount,
    })),
  });
}
