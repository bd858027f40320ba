import type Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { pageOf } from './pages.js';

/** What the processor keeps of a charge: 2.9 % and 30 of the smallest unit, whatever the currency. */
const FEE = { perMille: 29, fixed: 30 } as const;
const SECONDS_UNTIL_AVAILABLE = 2 * 24 * 60 * 60;

export function retrieveBalanceTransaction({ account, params, id }: Call): Stripe.BalanceTransaction {
  params.refuseUnknown();
  const found = account.balanceTransactions.get(id);
  if (!found) throw resourceMissing('balance transaction', id);
  return withPresentStatus(account, found);
}

export function listBalanceTransactions({
  account,
  params,
}: Call): Stripe.ApiList<Stripe.BalanceTransaction> {
  const currency = params.text('currency');
  const source = params.text('source');
  const type = params.text('type');
  const found = account.balanceTransactions
    .newestFirst()
    .filter((transaction) => currency === undefined || transaction.currency === currency)
    .filter((transaction) => source === undefined || transaction.source === source)
    .filter((transaction) => type === undefined || transaction.type === type)
    .map((transaction) => withPresentStatus(account, transaction));
  const page = pageOf(found, params, '/v1/balance_transactions');
  params.refuseUnknown();
  return page;
}

/** @param amount of the smallest unit that the account receives before the fee is taken off */
export function recordChargeMovement(
  account: StripeAccount,
  charge: Stripe.Charge,
  amount: number,
): Stripe.BalanceTransaction {
  const fee = Math.min(amount, Math.round((amount * FEE.perMille) / 1000) + FEE.fixed);
  return record(account, {
    type: 'charge',
    source: charge.id,
    amount,
    fee,
    currency: charge.currency,
    description: charge.description,
  });
}

/** The account pays a refund, and is not given the charge's fee back. */
export function recordRefundMovement(
  account: StripeAccount,
  refund: Stripe.Refund,
): Stripe.BalanceTransaction {
  return record(account, {
    type: 'refund',
    source: refund.id,
    amount: -refund.amount,
    fee: 0,
    currency: refund.currency,
    description: null,
  });
}

/** A refund that did not reach the customer comes back to the account. */
export function recordRefundFailureMovement(
  account: StripeAccount,
  refund: Stripe.Refund,
): Stripe.BalanceTransaction {
  return record(account, {
    type: 'refund_failure',
    source: refund.id,
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    description: null,
  });
}

interface Movement {
  readonly type: 'charge' | 'refund' | 'refund_failure';
  readonly source: string;
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly description: string | null;
}

function record(account: StripeAccount, movement: Movement): Stripe.BalanceTransaction {
  const { amount, fee, currency } = movement;
  return account.balanceTransactions.put({
    id: account.newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: account.now() + SECONDS_UNTIL_AVAILABLE,
    balance_type: 'payments',
    created: account.now(),
    currency,
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: movement.type,
    source: movement.source,
    status: 'pending',
    type: movement.type,
  });
}

const withPresentStatus = (
  account: StripeAccount,
  transaction: Stripe.BalanceTransaction,
): Stripe.BalanceTransaction => ({
  ...transaction,
  status: transaction.available_on <= account.now() ? 'available' : 'pending',
});
