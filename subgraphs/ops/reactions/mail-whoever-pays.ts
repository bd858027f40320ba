import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Mail } from '../../_kernel/mail/mail.js';
import { paymentFailedMail, receiptMail, type Payer } from '../../_kernel/receipts/receipt-mail.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isNews } from '../../_kernel/time/news.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { findContacts, findOwners } from '../notification/notification.store.js';

/** Whoever pays is told by mail what became of it: a receipt, or that it has to be tried again. */
export function mailWhoeverPays(parts: {
  readonly desk: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): readonly Reaction[] {
  const { desk } = parts;

  const send = async (context: RequestContext, db: TenantDb, userIds: readonly string[], letter: (recipient: Payer) => Mail): Promise<void> => {
    for (const { email, displayName } of await findContacts(db, userIds)) {
      if (email !== null) await desk.send(db, context, letter({ displayName, email }));
    }
  };

  return [
    reactTo<CommerceEvents>()('commerce.payment_failed', 'mailWhoeverPaysWhenPaymentFails', async (context, db, { payload, occurredAt }) => {
      const { paymentId, amount, payerUserId = null, what } = payload;
      if (!amount || !isNews(occurredAt, context.clock.now())) return;
      // Where nobody who signs in pays, the company has to know.
      const recipients = payerUserId === null ? await findOwners(db) : [payerUserId];
      const failed = { paymentId, amount, what };
      await send(context, db, recipients, (recipient) => paymentFailedMail(parts, context.tenant, failed, recipient));
    }),
    reactTo<CommerceEvents>()('commerce.payment_succeeded', 'mailWhoeverPaysWhenPaymentSucceeds', async (context, db, { payload, occurredAt }) => {
      const { paymentId, amount, payerUserId = null, what } = payload;
      if (payerUserId === null || !isNews(occurredAt, context.clock.now())) return;
      const paid = { paymentId, amount, what, paidAt: occurredAt };
      await send(context, db, [payerUserId], (payer) => receiptMail(parts, context.tenant, paid, payer));
    }),
  ];
}
