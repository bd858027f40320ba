import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Mail } from '../../_kernel/mail/mail.js';
import { paymentFailedMail, receiptMail, type Payer } from '../../_kernel/receipts/receipt-mail.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isNews } from '../../_kernel/time/news.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { nameOf } from '../client/client.js';
import { findClientsByIds } from '../client/client.store.js';

/**
 * Who signs in is told by her account's address what became of her payment; the company alone knows where to write to
 * anybody else.
 */
export function mailClientWithoutAccountWhoPays(parts: {
  readonly mailDesk: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): readonly Reaction[] {
  const send = async (context: RequestContext, db: TenantDb, clientId: string, mailFor: (payer: Payer) => Mail): Promise<void> => {
    const [client] = await findClientsByIds(db, [clientId]);
    if (!client || client.userId !== null || client.email === null) return;
    await parts.mailDesk.send(db, context, mailFor({ displayName: nameOf(client), email: client.email }));
  };

  return [
    reactTo<CommerceEvents>()(
      'commerce.payment_succeeded',
      'mailReceiptToClientWithoutAccount',
      async (context, db, { payload: { clientId, paymentId, amount, what }, occurredAt }) => {
        if (clientId === null || !isNews(occurredAt, context.clock.now())) return;
        const paid = { paymentId, amount, what, paidAt: occurredAt };
        await send(context, db, clientId, (payer) => receiptMail(parts, context.tenant, paid, payer));
      },
    ),
    reactTo<CommerceEvents>()(
      'commerce.payment_failed',
      'mailWhatIsDueToClientWithoutAccount',
      async (context, db, { payload: { clientId = null, paymentId, amount, what }, occurredAt }) => {
        if (clientId === null || !amount || !isNews(occurredAt, context.clock.now())) return;
        const failed = { paymentId, amount, what };
        await send(context, db, clientId, (payer) => paymentFailedMail(parts, context.tenant, failed, payer));
      },
    ),
  ];
}
