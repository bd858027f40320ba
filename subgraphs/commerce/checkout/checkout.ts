import type { BillStatus } from '../bill/bill.js';
import { nextPortion, type BillAccount, type PaymentPurpose, type Portion } from '../bill/bill-account.js';

/** What a page for cards would ask for; null where nothing is due. */
export function portionDue(status: BillStatus, account: BillAccount): Portion | null {
  const portion = status === 'OPEN' ? nextPortion(account, false) : null;
  return portion && portion.shares.length > 0 ? portion : null;
}

/** A payment that was made; amounts are minor units. */
interface AskedFor {
  readonly purpose: PaymentPurpose;
  readonly shares: readonly { readonly lineId: string; readonly amount: bigint }[];
}

/** Whether a payment asks for exactly that, line by line. */
export function paysPortion({ purpose, shares }: AskedFor, portion: Portion): boolean {
  const asked = new Map(shares.map(({ lineId, amount }) => [lineId, Number(amount)]));
  return (
    purpose === portion.purpose &&
    asked.size === portion.shares.length &&
    portion.shares.every(({ lineId, amount }) => asked.get(lineId) === amount)
  );
}
