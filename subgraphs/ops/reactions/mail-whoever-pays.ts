import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Mail } from '../../_kernel/mail/mail.js';
import { moneyInWords } from '../../_kernel/money/money-words.js';
import { receiptNumber, receiptPath } from '../../_kernel/receipts/receipt-link.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { isNews } from '../notification/notification.js';
import { findContacts, findOwners } from '../notification/notification.store.js';

/** A mail but for whom it is to. */
type Letter = (displayName: string) => Pick<Mail, 'template' | 'values'>;

/** What a payment is for, where the event does not say. */
const SOMETHING = 'your booking';

/** Whoever pays is told by mail what became of it: a receipt, or that it has to be tried again. */
export function mailWhoeverPays(parts: {
  readonly desk: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): readonly Reaction[] {
  const { desk, secretBox, publicUrl } = parts;

  const send = async (context: RequestContext, db: TenantDb, userIds: readonly string[], letter: Letter): Promise<void> => {
    for (const { email, displayName } of await findContacts(db, userIds)) {
      if (email !== null) await desk.send(db, context, { to: email, ...letter(displayName) } as Mail);
    }
  };

  return [
    reactTo<CommerceEvents>()('commerce.payment_failed', 'mailWhoeverPaysWhenPaymentFails', async (context, db, { payload, occurredAt }) => {
      const { amount, payerUserId = null, what = SOMETHING } = payload;
      if (!amount || !isNews(occurredAt, context.clock.now())) return;
      const link = `${addressOfTenant(publicUrl, context.tenant)}/account/sign-in`;
      // Where nobody who signs in pays, the company has to know.
      const recipients = payerUserId === null ? await findOwners(db) : [payerUserId];
      await send(context, db, recipients, (displayName) => ({
        template: 'PAYMENT_FAILED',
        values: { displayName, amount: moneyInWords(amount), what, link },
      }));
    }),
    reactTo<CommerceEvents>()('commerce.payment_succeeded', 'mailWhoeverPaysWhenPaymentSucceeds', async (context, db, { payload, occurredAt }) => {
      const { paymentId, amount, payerUserId = null, what = SOMETHING } = payload;
      if (payerUserId === null || !isNews(occurredAt, context.clock.now())) return;
      const { tenant } = context;
      const link = addressOfTenant(publicUrl, tenant) + receiptPath(secretBox, { tenantId: tenant.id, paymentId });
      const day = new Intl.DateTimeFormat('en-US', { timeZone: tenant.timeZone, dateStyle: 'long' }).format(occurredAt);
      const number = receiptNumber(paymentId, occurredAt);
      await send(context, db, [payerUserId], (displayName) => ({
        template: 'INVOICE',
        values: { displayName, number, amount: moneyInWords(amount), what, day, link },
      }));
    }),
  ];
}
