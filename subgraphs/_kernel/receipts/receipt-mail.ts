import type { Mail } from '../mail/mail.js';
import type { Money } from '../money/money.js';
import { moneyInWords } from '../money/money-words.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { TenantIdentity } from '../wire/tenant.js';
import { receiptAddress, receiptNumber } from './receipt-link.js';

/** What a payment is for, where nobody has said it. */
export const SOMETHING_BOOKED = 'your booking';

/** Tells whoever paid that the money has come, with the address of the receipt: it opens without signing in. */
export function receiptMail(
  at: { readonly secretBox: SecretBox; readonly publicUrl: string },
  tenant: TenantIdentity,
  { paymentId, amount, what = SOMETHING_BOOKED, paidAt }: {
    readonly paymentId: string;
    readonly amount: Money;
    readonly what?: string | undefined;
    readonly paidAt: Date;
  },
  payer: { readonly displayName: string; readonly email: string },
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
