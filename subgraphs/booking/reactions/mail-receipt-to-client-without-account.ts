import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { receiptMail } from '../../_kernel/receipts/receipt-mail.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import { isNews } from '../../_kernel/time/news.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { nameOf } from '../client/client.js';
import { findClientsByIds } from '../client/client.store.js';

/** Who signs in is sent hers by her account's address; the company alone knows where to write to anybody else. */
export const mailReceiptToClientWithoutAccount = (parts: {
  readonly mailDesk: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): Reaction =>
  reactTo<CommerceEvents>()(
    'commerce.payment_succeeded',
    'mailReceiptToClientWithoutAccount',
    async (context, db, { payload: { clientId, paymentId, amount, what }, occurredAt }) => {
      if (clientId === null || !isNews(occurredAt, context.clock.now())) return;
      const [client] = await findClientsByIds(db, [clientId]);
      if (!client || client.userId !== null || client.email === null) return;
      const payer = { displayName: nameOf(client), email: client.email };
      await parts.mailDesk.send(db, context, receiptMail(parts, context.tenant, { paymentId, amount, what, paidAt: occurredAt }, payer));
    },
  );
