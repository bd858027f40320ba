import type { NotificationPhone, NotificationSetting, PushSubscription } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { Preference } from './settings.js';

export type SettingRow = Omit<NotificationSetting, 'tenantId' | 'createdAt' | 'updatedAt'>;
export type PhoneRow = NotificationPhone;
export type SubscriptionRow = PushSubscription;

const anyOf = (userIds: readonly string[]) => ({ userId: { in: [...userIds] } });

export const findSettings = (db: TenantDb, userIds: readonly string[]): Promise<SettingRow[]> =>
  db.notificationSetting.findMany({ where: anyOf(userIds), omit: { tenantId: true } });

export async function keepSetting(db: TenantDb, { userId, ...data }: Partial<SettingRow> & Pick<SettingRow, 'userId'>): Promise<void> {
  await db.notificationSetting.createMany({ data: [{ userId }], skipDuplicates: true });
  await db.notificationSetting.updateMany({ where: { userId }, data });
}

export async function findPreferences(db: TenantDb, userIds: readonly string[]): Promise<readonly (Preference & { readonly userId: string })[]> {
  const rows = await db.notificationPreference.findMany({ where: anyOf(userIds), omit: { tenantId: true } });
  // Only a person's own channels are ever written.
  return rows as readonly (Preference & { readonly userId: string })[];
}

export async function keepPreferences(db: TenantDb, userId: string, preferences: readonly Preference[]): Promise<void> {
  for (const { kind, channel, enabled } of preferences) {
    await db.notificationPreference.createMany({ data: [{ userId, kind, channel, enabled }], skipDuplicates: true });
    await db.notificationPreference.updateMany({ where: { userId, kind, channel }, data: { enabled } });
  }
}

export const findPhones = (db: TenantDb, userIds: readonly string[]): Promise<PhoneRow[]> =>
  db.notificationPhone.findMany({ where: anyOf(userIds) });

/** Asks for the proof of a number, unless that was asked for after a time. @returns whether it is */
export async function askForPhone(
  db: TenantDb,
  phone: { readonly userId: string; readonly number: string; readonly sealedCode: string; readonly codeUntil: Date; readonly askedAt: Date },
  unlessAfter: Date,
): Promise<boolean> {
  const { userId, ...data } = phone;
  const made = await db.notificationPhone.createMany({ data: [phone], skipDuplicates: true });
  if (made.count > 0) return true;
  const { count } = await db.notificationPhone.updateMany({
    where: { userId, askedAt: { lte: unlessAfter } },
    data: { ...data, tries: 0, confirmedAt: null },
  });
  return count > 0;
}

/** Counts a try, while there is one left. @returns false when there is none */
export async function countTry(db: TenantDb, userId: string, now: Date, most: number): Promise<boolean> {
  const { count } = await db.notificationPhone.updateMany({
    where: { userId, confirmedAt: null, tries: { lt: most }, codeUntil: { gt: now } },
    data: { tries: { increment: 1 } },
  });
  return count > 0;
}

export async function confirmPhone(db: TenantDb, userId: string, at: Date): Promise<void> {
  await db.notificationPhone.updateMany({ where: { userId }, data: { confirmedAt: at, sealedCode: null, codeUntil: null } });
}

export async function deletePhone(db: TenantDb, userId: string): Promise<void> {
  await db.notificationPhone.deleteMany({ where: { userId } });
}

export const findSubscriptions = (db: TenantDb, userIds: readonly string[]): Promise<SubscriptionRow[]> =>
  db.pushSubscription.findMany({ where: anyOf(userIds), orderBy: { id: 'asc' } });

export const findSubscription = (db: TenantDb, id: string): Promise<SubscriptionRow | null> =>
  db.pushSubscription.findFirst({ where: { id } });

/** A browser that is known already gets other keys. */
export async function keepSubscription(db: TenantDb, row: Omit<SubscriptionRow, 'tenantId'>): Promise<void> {
  const { userId, endpoint, p256dh, auth } = row;
  const { count } = await db.pushSubscription.updateMany({ where: { userId, endpoint }, data: { p256dh, auth } });
  if (count === 0) await db.pushSubscription.createMany({ data: [row], skipDuplicates: true });
}

/** @returns false when it is not hers */
export async function deleteSubscription(db: TenantDb, of: { readonly id: string; readonly userId?: string }): Promise<boolean> {
  const { count } = await db.pushSubscription.deleteMany({ where: of });
  return count > 0;
}
