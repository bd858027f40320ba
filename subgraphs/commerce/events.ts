import type { Money } from '../_kernel/money/money.js';
import type { PersonalDataAnswers } from '../_kernel/personal-data/personal-data.js';

/** A booking with a price is now owed for. Ids are UUIDs. */
export interface BillOpened {
  readonly billId: string;
  readonly bookingId: string;
  readonly amount: Money;
}

/** The provider has collected the money and the ledger says so. */
export interface PaymentSucceeded {
  readonly paymentId: string;
  readonly bookingId: string;
  /** All bookings that it is for and that were not over, when they were made together; that one alone when left out. */
  readonly bookingIds?: readonly string[];
  /** The client's record, when the payer has one. */
  readonly clientId: string | null;
  readonly amount: Money;
  readonly method: 'CARD';
  /** User whose bill it is; null or left out where none signs in. */
  readonly payerUserId?: string | null;
  /** What it is for, in words. */
  readonly what?: string;
}

/** An attempt to pay came to nothing; no money moved. */
export interface PaymentFailed {
  readonly paymentId: string;
  readonly bookingId: string;
  /** The card network's reason, such as `insufficient_funds`; null when it gave none. */
  readonly declineCode: string | null;
  /** The client's record, when the payer has one. */
  readonly clientId?: string | null;
  /** What was asked for. */
  readonly amount?: Money;
  /** User whose bill it is; null or left out where none signs in. */
  readonly payerUserId?: string | null;
  /** What it is for, in words. */
  readonly what?: string;
}

/** Money went back to the client. */
export interface PaymentRefunded {
  readonly paymentId: string;
  readonly bookingId: string;
  /** Of this refund, not of all of them. */
  readonly amount: Money;
}

/** What share of their work those who do it get has changed. */
export interface CommissionRuleChanged {
  readonly ruleId: string;
  /** Everybody when null. */
  readonly providerId: string | null;
  /** Everything when null. */
  readonly serviceId: string | null;
  readonly change: 'SET' | 'REMOVED';
}

export interface CommerceEvents extends PersonalDataAnswers<'commerce'> {
  'commerce.commission_rule_changed': CommissionRuleChanged;
  'commerce.bill_opened': BillOpened;
  'commerce.payment_succeeded': PaymentSucceeded;
  'commerce.payment_failed': PaymentFailed;
  'commerce.payment_refunded': PaymentRefunded;
}
