import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isNews } from '../../_kernel/time/news.js';
import type { OpsEvents } from '../events.js';
import type { DeliveryPlanner } from './delivery/planner.js';
import type { Message } from './notification.js';
import { findOwners, insertNotifications, isRecipient, keepRecipient } from './notification.store.js';

/** Tells people things, in the caller's transaction. */
export interface Notifier {
  /** Remembers somebody who can be told things from now on. */
  keepMember(
    db: TenantDb,
    member: {
      readonly membershipId: string;
      readonly userId: string;
      readonly displayName: string;
      readonly email: string;
      readonly roles: readonly string[];
    },
  ): Promise<void>;
  /** @param happenedAt when what is told happened */
  tellOwners(context: RequestContext, db: TenantDb, message: Message, happenedAt: Date): Promise<void>;
  /** Does nothing for somebody who is no member of the tenant. */
  tellMember(context: RequestContext, db: TenantDb, userId: string, message: Message, happenedAt: Date): Promise<void>;
}

export function createNotifier(outbox: Outbox<OpsEvents>, planner: DeliveryPlanner): Notifier {
  const tell = async (
    context: RequestContext,
    db: TenantDb,
    userIds: readonly string[],
    message: Message,
    happenedAt: Date,
  ): Promise<void> => {
    const now = context.clock.now();
    const fresh = isNews(happenedAt, now);
    const { kind, title, body, bookingId = null, incidentId = null } = message;
    const rows = userIds.map((userId) => ({
      id: uuidv7(),
      userId,
      kind,
      title,
      body,
      bookingId,
      incidentId,
      createdAt: happenedAt,
      readAt: fresh ? null : now,
    }));
    await insertNotifications(db, rows);
    if (!fresh) return;
    for (const { id, userId } of rows) {
      await outbox.emit(db, context, 'ops.notification_created', { notificationId: id, userId, kind });
    }
    await planner.planFor(context, db, userIds, message);
  };

  return {
    keepMember: (db, { membershipId, roles, ...person }) =>
      keepRecipient(db, { id: membershipId, ...person, roles, isOwner: roles.includes('OWNER') }),
    async tellOwners(context, db, message, happenedAt) {
      await tell(context, db, await findOwners(db), message, happenedAt);
      if (isNews(happenedAt, context.clock.now())) await planner.alertTeam(context, db, message);
    },
    async tellMember(context, db, userId, message, happenedAt) {
      if (await isRecipient(db, userId)) await tell(context, db, [userId], message, happenedAt);
    },
  };
}
