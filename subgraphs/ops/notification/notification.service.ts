import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { encodePosition } from '../../_kernel/events/event.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { mapStream } from '../../_kernel/events/map-stream.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { OpsEvents } from '../events.js';
import { resumeFrom } from '../stream-position.js';
import {
  countUnread,
  findNotificationsByIds,
  findNotificationsPage,
  markRead,
  NOTIFICATION_SORT,
  type NotificationRow,
} from './notification.store.js';

const MOST_AT_ONCE = 500;

export interface ReceivedNotification {
  /** Resume behind this. */
  readonly cursor: string;
  readonly notificationId: string;
}

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
  received(
    context: RequestContext,
    after: string | null | undefined,
  ): AsyncGenerator<ReceivedNotification, void, void>;
}

export function createNotificationService(parts: {
  readonly tenants: TenantDatabase;
  readonly tail: EventTail;
  readonly byId: LoaderDefinition<string, NotificationRow | null>;
}): NotificationService {
  const { tenants, tail, byId } = parts;
  return {
    find: (context, id) => context.loaders.of(context, byId).load(id),
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
      const stream = tail.stream({
        tenantId: context.tenant.id,
        types: ['ops.notification_created'],
        after: resumeFrom(after),
      });
      return mapStream(stream, ({ payload, position }) => {
        const { notificationId, userId: recipient } = payload as OpsEvents['ops.notification_created'];
        return recipient === userId ? { cursor: encodePosition(position), notificationId } : null;
      });
    },
  };
}
