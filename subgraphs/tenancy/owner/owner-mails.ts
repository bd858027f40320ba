import type { Mail } from '../../_kernel/mail/mail.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { findOwnersOf } from './owner.store.js';

type WithoutRecipient<Each> = Each extends Mail ? Omit<Each, 'to'> : never;

/** Mails to whoever answers for a company. */
export interface OwnerMails {
  /**
   * Writes to every owner, in the caller's transaction.
   * @param write is given the address of the company, where its plan is chosen
   */
  send(
    db: PlatformDb,
    context: RequestContext,
    tenant: TenantIdentity,
    write: (link: string) => WithoutRecipient<Mail>,
  ): Promise<void>;
}

export const createOwnerMails = (mails: MailDesk, publicUrl: string): OwnerMails => ({
  async send(db, context, tenant, write) {
    const mail = write(`${addressOfTenant(publicUrl, tenant)}/account/plan`);
    for (const { email } of await findOwnersOf(db, [tenant.id])) {
      await mails.send(db, { ...context, tenant }, { ...mail, to: email });
    }
  },
});
