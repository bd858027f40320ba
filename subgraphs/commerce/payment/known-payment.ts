import type { Payment } from './payment.js';
import type { PaymentRow } from './payment.store.js';

/** What is known of a stored payment, as the rules see it. A refund the provider has not named goes by our id. */
export const knownOf = (row: PaymentRow): Payment => ({
  asked: { amount: Number(row.amount), currency: row.currency },
  collection: row.collection,
  collectionAt: row.collectionAt.getTime(),
  received: Number(row.received),
  refunds: row.refunds.map(({ id, providerRef, amount, state }) => ({
    refundId: providerRef ?? id,
    amount: Number(amount),
    state,
  })),
});
