import type { Outbox } from '../events/outbox.js';
import type { RequestContext } from '../request/request-context.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { PlatformDb, TenantDb } from '../tenancy/tenant-database.js';
import { SMS_PURPOSE, type Sms, type SmsRequested } from './sms.js';

/** Where a subgraph asks for messages to telephones to be sent. */
export interface SmsDesk {
  /** In the caller's transaction: the message is sent, before `validUntil`, if and only if that commits. */
  send(db: TenantDb | PlatformDb, context: RequestContext, sms: Sms, validUntil: Date): Promise<void>;
}

/** @param type the event by which the subgraph asks, such as `identity.sms_requested` */
export function createSmsDesk<Type extends string>(
  outbox: Outbox<Readonly<Record<Type, SmsRequested>>>,
  secretBox: SecretBox,
  type: Type,
): SmsDesk {
  return {
    send: (db, context, { template, userId, to, values }, validUntil) => {
      const sealed = secretBox.seal(JSON.stringify({ to, values }), SMS_PURPOSE);
      return outbox.emit(db, context, type, { template, userId, sealed, validUntil: validUntil.toISOString() });
    },
  };
}
