import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Mail } from '../../_kernel/mail/mail.js';
import { moneyInWords } from '../../_kernel/money/money-words.js';
import { receiptAddress } from '../../_kernel/receipts/receipt-link.js';
import { receiptMail, SOMETHING_BOOKED } from '../../_kernel/receipts/receipt-mail.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isNews } from '../../_kernel/time/news.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { findContacts, findOwners } from '../notification/notification.store.js';

type Letter = (recipient: { readonly displayName: string; readonly email: string }) => Mail;

/** Whoever pays is told by mail what became of it: a receipt, or that it has to be tried again. */
export function mailWhoeverPays(parts: {
  readonly desk: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): readonly Reaction[] {
  const { desk } = parts;

  const send = async (context: RequestContext, db: TenantDb, userIds: readonly string[], letter: Letter): Promise<void> => {
    for (const { email, displayName } of await findContacts(db, userIds)) {
      if (email !== null) await desk.send(db, context, letter({ displayName, email }));
    }
  };

  return [
    reactTo<CommerceEvents>()('commerce.payment_failed', 'mailWhoeverPaysWhenPaymentFails', async (context, db, { payload, occurredAt }) => {
      const { paymentId, amount, payerUserId = null, what = SOMETHING_BOOKED } = payload;
      if (!amount || !isNews(occurredAt, context.clock.now())) return;
      const link = receiptAddress(parts, context.tenant, paymentId);
      // Where nobody who signs in pays, the company has to know.
      const recipients = payerUserId === null ? await findOwners(db) : [payerUserId];
      await send(context, db, recipients, ({ displayName, email }) => ({
        template: 'PAYMENT_FAILED',
        to: email,
        values: { displayName, amount: moneyInWords(amount), what, link },
      }));
    }),
    reactTo<CommerceEvents>()('commerce.payment_succeeded', 'mailWhoeverPaysWhenPaymentSucceeds', async (context, db, { payload, occurredAt }) => {
      const { paymentId, amount, payerUserId = null, what } = payload;
      if (payerUserId === null || !isNews(occurredAt, context.clock.now())) return;
      const paid = { paymentId, amount, what, paidAt: occurredAt };
      await send(context, db, [payerUserId], (payer) => receiptMail(parts, context.tenant, paid, payer));
    }),
  ];
}
