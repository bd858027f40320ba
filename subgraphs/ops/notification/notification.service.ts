import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdate, type LiveUpdates } from '../../_kernel/events/live-updates.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { OpsEvents } from '../events.js';
import type { NotificationLoader } from './notification.loader.js';
import {
  countUnread,
  findNotificationsByIds,
  findNotificationsPage,
  markRead,
  NOTIFICATION_SORT,
  type NotificationRow,
} from './notification.store.js';

const MOST_AT_ONCE = 500;

interface NewNotification {
  readonly notificationId: string;
}

export type ReceivedNotification = LiveUpdate<NewNotification>;

/** What is told to whoever asks; nobody reads another's. Every call throws {UnauthenticatedError} for a stranger. */
export interface NotificationService {
  find(context: RequestContext, id: string): Promise<NotificationRow | null>;
  /** Newest first. */
  list(context: RequestContext, args: PageArgs, unreadOnly: boolean): Promise<Connection<NotificationRow>>;
  countUnread(context: RequestContext): Promise<number>;
  /**
   * All or none; those that were read before stay as they were.
   * @returns the notifications, in the order asked for
   * @throws {NotFoundError} when one of them is unknown or another's
   * @throws {ValidationError} for none, or for more than 500
   */
  markRead(context: RequestContext, ids: readonly string[]): Promise<readonly NotificationRow[]>;
  /**
   * New ones from now on, or from behind a cursor.
   * @throws {ValidationError} for a cursor that is not one of ours
   */
  received(context: RequestContext, after: string | null | undefined): LiveUpdates<NewNotification>;
}

export function createNotificationService(parts: {
  readonly tenants: TenantDatabase;
  readonly tail: EventTail;
  readonly loader: NotificationLoader;
}): NotificationService {
  const { tenants, tail, loader } = parts;
  return {
    find: (context, id) => context.loaders.of(context, loader).load(id),
    async list(context, args, unreadOnly) {
      const { userId } = requireMember(context);
      const page = pageOf(args, NOTIFICATION_SORT);
      const rows = await findNotificationsPage(tenants.of(context), page, { userId, unreadOnly });
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async countUnread(context) {
      const { userId } = requireMember(context);
      return countUnread(tenants.of(context), userId);
    },
    async markRead(context, ids) {
      const { userId } = requireMember(context);
      if (ids.length === 0) throw ValidationError.of('ids', 'must name at least one');
      if (ids.length > MOST_AT_ONCE) throw ValidationError.of('ids', `must name at most ${MOST_AT_ONCE}`);
      const rows = await tenants.transaction(context, async (db) => {
        await markRead(db, userId, ids, context.clock.now());
        const found = new Map((await findNotificationsByIds(db, userId, ids)).map((row) => [row.id, row]));
        return ids.map((id) => {
          const row = found.get(id);
          if (!row) throw new NotFoundError('Notification');
          return row;
        });
      });
      context.loaders.clear();
      return rows;
    },
    received(context, after) {
      const { userId } = requireMember(context);
      const news = { tenantId: context.tenant.id, types: ['ops.notification_created'], after };
      return liveUpdates(tail, news, ({ payload }) => {
        const { notificationId, userId: recipient } = payload as OpsEvents['ops.notification_created'];
        return recipient === userId ? { notificationId } : null;
      });
    },
  };
}
