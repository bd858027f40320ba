import type { Outbox } from '../events/outbox.js';
import type { RequestContext } from '../request/request-context.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { PlatformDb, TenantDb } from '../tenancy/tenant-database.js';
import { MAIL_PURPOSE, hashOfEmail, type Mail, type MailRequested } from './mail.js';

/** Where a subgraph asks for mails to be sent. */
export interface MailDesk {
  /** In the caller's transaction: the mail is sent if and only if that commits. */
  send(db: TenantDb | PlatformDb, context: RequestContext, mail: Mail): Promise<void>;
}

/** @param type the event by which the subgraph asks, such as `identity.mail_requested` */
export function createMailDesk<Type extends string>(
  outbox: Outbox<Readonly<Record<Type, MailRequested>>>,
  secretBox: SecretBox,
  type: Type,
): MailDesk {
  return {
    send: (db, context, mail) => {
      const { template, to, values, locale } = mail;
      const sealed = secretBox.seal(JSON.stringify({ to, values, ...(locale ? { locale } : {}) }), MAIL_PURPOSE);
      return outbox.emit(db, context, type, { template, sealed, recipientHash: hashOfEmail(to) });
    },
  };
}
