import { hashOfEmail } from '../../_kernel/mail/mail.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { lockUser } from '../user/user.store.js';

/** Members of an event's payload that say something of a person in words, or hold such words under seal. */
const TELLING = ['email', 'emailBefore', 'sealed', 'sealedEmail', 'recipientHash', 'displayName', 'phone', 'reason', 'note', 'text', 'comment', 'subject'];

/**
 * Removes a person's account when no company has her as a member any more, and with it all that hangs on it.
 * @returns whether it was removed
 */
export async function removeAccountOfNobody(db: PlatformDb, userId: string): Promise<boolean> {
  await lockUser(db, userId);
  const place = await db.membership.findFirst({ where: { userId }, select: { id: true } });
  if (place) return false;
  const hers = { realm: 'tenant', subjectId: userId };
  await db.totpCredential.deleteMany({ where: hers });
  await db.recoveryCode.deleteMany({ where: hers });
  const { count } = await db.user.deleteMany({ where: { id: userId } });
  return count > 0;
}

/**
 * Takes out of a tenant's log what events of the past say of a person: names, addresses and words, and from where
 * events about her or by her were caused; mails and messages to her lose what is under seal. The events stay, in
 * their places, and so do their ids.
 */
export async function scrubEventsOf(
  db: PlatformDb,
  tenantId: string,
  who: { readonly userId: string | null; readonly clientId: string | null; readonly emails: readonly string[] },
): Promise<void> {
  const ids = [who.userId, who.clientId].filter((id) => id !== null);
  const addressed = who.emails.map(hashOfEmail);
  await db.$executeRaw`
    UPDATE kernel.outbox_event SET
      payload = payload || (
        SELECT coalesce(jsonb_object_agg(key, '""'::jsonb), '{}'::jsonb) FROM jsonb_each(payload)
        WHERE key = ANY(${TELLING}::text[]) AND jsonb_typeof(value) = 'string'),
      headers = headers || '{"ip": null, "userAgent": null}'::jsonb
    WHERE tenant_id = ${tenantId}::uuid AND jsonb_typeof(payload) = 'object' AND (
      headers ->> 'actorId' = ANY(${ids}::text[]) OR payload ->> 'userId' = ANY(${ids}::text[])
      OR payload ->> 'clientUserId' = ANY(${ids}::text[]) OR payload ->> 'clientId' = ANY(${ids}::text[])
      OR payload ->> 'subjectId' = ANY(${ids}::text[]) OR payload ->> 'recipientHash' = ANY(${addressed}::text[]))`;
  await db.$executeRaw`
    UPDATE kernel.job SET headers = headers || '{"ip": null, "userAgent": null}'::jsonb
    WHERE tenant_id = ${tenantId}::uuid AND headers ->> 'actorId' = ANY(${ids}::text[])`;
  await db.$executeRaw`
    UPDATE kernel.job SET payload = payload || '{"sealed": ""}'::jsonb
    WHERE tenant_id = ${tenantId}::uuid AND payload ? 'sealed' AND payload ->> 'userId' = ANY(${ids}::text[])`;
}
