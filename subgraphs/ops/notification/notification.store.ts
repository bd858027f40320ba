import type { Notification } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { NotificationKind } from './notification.js';

export type NotificationRow = Notification;

/** Newest first. */
export const NOTIFICATION_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewNotificationRow {
  readonly id: string;
  readonly userId: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly bookingId: string | null;
  readonly incidentId: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export async function insertNotifications(db: TenantDb, rows: readonly NewNotificationRow[]): Promise<void> {
  await db.notification.createMany({ data: [...rows] });
}

export const findNotificationsByIds = (
  db: TenantDb,
  userId: string,
  ids: readonly string[],
): Promise<NotificationRow[]> => db.notification.findMany({ where: { userId, id: { in: [...ids] } } });

export function findNotificationsPage(
  db: TenantDb,
  page: Page,
  of: { readonly userId: string; readonly unreadOnly: boolean },
): Promise<NotificationRow[]> {
  const { where, ...rest } = keysetQuery(page, NOTIFICATION_SORT);
  const wanted = { userId: of.userId, ...(of.unreadOnly ? { readAt: null } : {}) };
  return db.notification.findMany({ where: { AND: [wanted, where] }, ...rest });
}

export const countUnread = (db: TenantDb, userId: string): Promise<number> =>
  db.notification.count({ where: { userId, readAt: null } });

/** Those that were read before keep the time at which they were. */
export async function markRead(db: TenantDb, userId: string, ids: readonly string[], at: Date): Promise<void> {
  await db.notification.updateMany({ where: { userId, id: { in: [...ids] }, readAt: null }, data: { readAt: at } });
}

export interface RecipientRow {
  /** The membership. */
  readonly id: string;
  readonly userId: string;
  readonly displayName: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly isOwner: boolean;
}

export async function keepRecipient(db: TenantDb, { id, ...recipient }: RecipientRow): Promise<void> {
  const data = { ...recipient, roles: [...recipient.roles] };
  const { count } = await db.notificationRecipient.updateMany({ where: { id }, data });
  if (count === 0) await db.notificationRecipient.create({ data: { id, ...data }, select: { id: true } });
}

/** What a member is from now on; nothing happens where she is not known. */
export async function keepRecipientRoles(db: TenantDb, id: string, roles: readonly string[]): Promise<void> {
  await db.notificationRecipient.updateMany({ where: { id }, data: { roles: [...roles], isOwner: roles.includes('OWNER') } });
}

export async function forgetRecipient(db: TenantDb, id: string): Promise<void> {
  await db.notificationRecipient.deleteMany({ where: { id } });
}

export async function keepRecipientAddress(db: TenantDb, userId: string, email: string): Promise<void> {
  await db.notificationRecipient.updateMany({ where: { userId }, data: { email } });
}

/** How people can be written to. */
export const findContacts = (
  db: TenantDb,
  userIds: readonly string[],
): Promise<{ readonly userId: string; readonly displayName: string; readonly email: string | null }[]> =>
  db.notificationRecipient.findMany({
    where: { userId: { in: [...userIds] } },
    select: { userId: true, displayName: true, email: true },
  });

export async function findOwners(db: TenantDb): Promise<readonly string[]> {
  const rows = await db.notificationRecipient.findMany({ where: { isOwner: true }, select: { userId: true } });
  return rows.map((row) => row.userId);
}

/** Whether the person is a member of the tenant. */
export const isRecipient = async (db: TenantDb, userId: string): Promise<boolean> =>
  (await db.notificationRecipient.count({ where: { userId } })) > 0;
