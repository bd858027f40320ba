import type { Money } from '../../_kernel/money/money.js';
import { journalEntry, splitEntry, transferEntry, type JournalEntry, type Posting } from './ledger.js';

/**
 * The movements of the business as journal entries, one function a sentence. Each names its cause in the reference,
 * so that the same cause recorded again carries the same reference and a unique key refuses it.
 */

/**
 * A client's payment arrived at the processor. It is earned at once, but for what is a deposit, which is owed to her
 * until the booking is done, and what pays a fee.
 * @param payment.deposits of it, in minor units, as are `fees`
 */
export function recordPaymentReceived(payment: {
  readonly paymentId: string;
  readonly received: Money;
  readonly deposits?: number;
  readonly fees?: number;
}): JournalEntry {
  const { paymentId, received, deposits = 0, fees = 0 } = payment;
  return splitEntry({
    reference: `payment:${paymentId}:received`,
    description: 'Payment received',
    currency: received.currency,
    debits: { stripe_clearing: received.amount },
    credits: {
      service_revenue: received.amount - deposits - fees,
      client_deposits: deposits,
      cancellation_fees: fees,
    },
  });
}

/** What was paid beforehand is earned: the company has done what it was for. */
export function recordDepositEarned(deposit: { readonly lineId: string; readonly earned: Money }): JournalEntry {
  return transferEntry({
    reference: `bill-line:${deposit.lineId}:deposit-earned`,
    description: 'Deposit earned',
    debit: 'client_deposits',
    credit: 'service_revenue',
    sum: deposit.earned,
  });
}

/** A fee for cancelling late or staying away was covered by what had been paid before; amounts in minor units. */
export function recordFeeKept(fee: {
  readonly lineId: string;
  readonly fromDeposit: number;
  readonly fromRevenue: number;
  readonly currency: string;
}): JournalEntry {
  return splitEntry({
    reference: `bill-line:${fee.lineId}:fee-kept`,
    description: 'Cancellation fee kept',
    currency: fee.currency,
    debits: { client_deposits: fee.fromDeposit, service_revenue: fee.fromRevenue },
    credits: { cancellation_fees: fee.fromDeposit + fee.fromRevenue },
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

interface RefundMovement {
  readonly refundId: string;
  readonly refunded: Money;
  /** What of it had not been earned, in minor units. */
  readonly fromDeposits?: number;
}

/** Money of a payment went back to the client through the processor. */
export function recordRefund({ refundId, refunded, fromDeposits = 0 }: RefundMovement): JournalEntry {
  return splitEntry({
    reference: `refund:${refundId}:issued`,
    description: 'Refund issued',
    currency: refunded.currency,
    debits: { refunds: refunded.amount - fromDeposits, client_deposits: fromDeposits },
    credits: { stripe_clearing: refunded.amount },
  });
}

/** A refund did not reach the client: the processor gave the money back to us. */
export function recordRefundFailed({ refundId, refunded, fromDeposits = 0 }: RefundMovement): JournalEntry {
  return splitEntry({
    reference: `refund:${refundId}:failed`,
    description: 'Refund failed and returned',
    currency: refunded.currency,
    debits: { stripe_clearing: refunded.amount },
    credits: { refunds: refunded.amount - fromDeposits, client_deposits: fromDeposits },
  });
}

/** Somebody has earned a share of what she did. */
export function recordCommission(commission: { readonly commissionId: string; readonly earned: Money }): JournalEntry {
  return transferEntry({
    reference: `commission:${commission.commissionId}:earned`,
    description: 'Commission earned',
    debit: 'staff_commissions',
    credit: 'commissions_payable',
    sum: commission.earned,
  });
}

/**
 * A commission follows what the client got back, or did not get back after all.
 * @param change.takenBack minor units; negative where it is earned again
 * @param change.revision counts the changes of one commission
 */
export function recordCommissionChange(change: {
  readonly commissionId: string;
  readonly revision: number;
  readonly takenBack: number;
  readonly currency: string;
}): JournalEntry {
  const { commissionId, revision, takenBack, currency } = change;
  const isTaken = takenBack > 0;
  return transferEntry({
    reference: `commission:${commissionId}:changed:${revision}`,
    description: isTaken ? 'Commission taken back' : 'Commission earned again',
    debit: isTaken ? 'commissions_payable' : 'staff_commissions',
    credit: isTaken ? 'staff_commissions' : 'commissions_payable',
    sum: { amount: Math.abs(takenBack), currency },
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
