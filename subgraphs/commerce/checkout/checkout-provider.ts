import type { Money } from '../../_kernel/money/money.js';
import type { PaymentSubject, ProviderPayment } from '../payment/payment-provider.js';

/** A page of the provider's at which a payer gives her card, as it stands now. */
export interface ProviderCheckout {
  readonly checkoutId: string;
  /** Once it is COMPLETE or EXPIRED nobody can pay there any more. */
  readonly state: 'OPEN' | 'COMPLETE' | 'EXPIRED';
  /** Where the page is; null unless it is OPEN. */
  readonly address: string | null;
  /** What the payer has tried there; null before her first attempt. */
  readonly payment: ProviderPayment | null;
}

export interface OpenCheckoutInput {
  readonly amount: Money;
  readonly subject: PaymentSubject;
  readonly description: string;
  /** The client as the provider knows her, for whom it then keeps the card; null where it does not. */
  readonly providerCustomerId: string | null;
  /** Half an hour to a day from now. */
  readonly expiresAt: Date;
  /** Where the payer comes back to once she has paid, and where she comes back to instead. */
  readonly paidUrl: string;
  readonly backUrl: string;
}

/** Pages of the payment provider at which it takes cards itself. Errors are those of `PaymentProvider`. */
export interface CheckoutProvider {
  /** The same key gives the same page, for a day at least. */
  open(input: OpenCheckoutInput, idempotencyKey: string): Promise<ProviderCheckout>;
  /** Null when the provider does not know it. */
  retrieve(checkoutId: string): Promise<ProviderCheckout | null>;
  /** Has nobody pay there any more. What comes back says whether somebody has. */
  expire(checkoutId: string): Promise<ProviderCheckout>;
}
