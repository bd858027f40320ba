import type { Mail } from '../mail/mail.js';
import type { Money } from '../money/money.js';
import { moneyInWords } from '../money/money-words.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { TenantIdentity } from '../wire/tenant.js';
import { receiptAddress, receiptNumber } from './receipt-link.js';

/** What a payment is for, where nobody has said it. */
const SOMETHING_BOOKED = 'your booking';

/** To whom such a mail goes. */
export interface Payer {
  readonly displayName: string;
  readonly email: string;
}

/** By what the address is made that opens without signing in. */
interface ReceiptAddresses {
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}

/** Tells whoever was to pay that it did not go through, with the address at which it can be paid after all. */
export function paymentFailedMail(
  at: ReceiptAddresses,
  tenant: TenantIdentity,
  { paymentId, amount, what = SOMETHING_BOOKED }: { readonly paymentId: string; readonly amount: Money; readonly what?: string | undefined },
  { displayName, email }: Payer,
): Mail {
  const link = receiptAddress(at, tenant, paymentId);
  return { template: 'PAYMENT_FAILED', to: email, values: { displayName, amount: moneyInWords(amount), what, link } };
}

/** Tells whoever paid that the money has come, with the address of the receipt: it opens without signing in. */
export function receiptMail(
  at: ReceiptAddresses,
  tenant: TenantIdentity,
  { paymentId, amount, what = SOMETHING_BOOKED, paidAt }: {
    readonly paymentId: string;
    readonly amount: Money;
    readonly what?: string | undefined;
    readonly paidAt: Date;
  },
  payer: Payer,
): Mail {
  return {
    template: 'INVOICE',
    to: payer.email,
    values: {
      displayName: payer.displayName,
      number: receiptNumber(paymentId, paidAt),
      amount: moneyInWords(amount),
      what,
      day: new Intl.DateTimeFormat('en-US', { timeZone: tenant.timeZone, dateStyle: 'long' }).format(paidAt),
      link: receiptAddress(at, tenant, paymentId),
    },
  };
}
