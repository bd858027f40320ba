import type { ReminderRule } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { PlannedReminder, ReminderTerms } from './reminder.js';

export type ReminderRuleRow = ReminderRule;

/** The scope of the rule of all that has none of its own. */
const EVERYTHING = '*';

const scopeOf = (serviceId: string | null): string => serviceId ?? EVERYTHING;

export const termsOf = ({ leadMinutes, quietFrom, quietUntil }: ReminderRuleRow): ReminderTerms => ({
  leadMinutes,
  quiet: quietFrom === null || quietUntil === null ? null : { from: quietFrom, until: quietUntil },
});

export const findReminderRules = (db: TenantDb): Promise<ReminderRuleRow[]> =>
  db.reminderRule.findMany({ orderBy: { scope: 'asc' } });

/** The rule of a service, else that of everything. */
export async function findReminderRuleFor(db: TenantDb, serviceId: string): Promise<ReminderRuleRow | null> {
  const rules = await db.reminderRule.findMany({ where: { scope: { in: [serviceId, EVERYTHING] } } });
  return rules.find(({ scope }) => scope === serviceId) ?? rules[0] ?? null;
}

/** One rule for each scope: a second takes the place of the first. */
export async function keepReminderRule(
  db: TenantDb,
  rule: { readonly id: string; readonly serviceId: string | null; readonly terms: ReminderTerms; readonly now: Date },
): Promise<ReminderRuleRow> {
  const { id, serviceId, terms, now } = rule;
  const scope = scopeOf(serviceId);
  const said = {
    leadMinutes: [...terms.leadMinutes],
    quietFrom: terms.quiet?.from ?? null,
    quietUntil: terms.quiet?.until ?? null,
    updatedAt: now,
  };
  await db.reminderRule.createMany({ data: [{ id, scope, serviceId, ...said }], skipDuplicates: true });
  await db.reminderRule.updateMany({ where: { scope }, data: said });
  return db.reminderRule.findFirstOrThrow({ where: { scope } });
}

/** @returns the rule as it was; null when there was none */
export async function deleteReminderRule(db: TenantDb, serviceId: string | null): Promise<ReminderRuleRow | null> {
  const where = { scope: scopeOf(serviceId) };
  const known = await db.reminderRule.findFirst({ where });
  await db.reminderRule.deleteMany({ where });
  return known;
}

/** Has exactly these be waiting for a booking; what was sent stays as it is and is not sent again. */
export async function keepReminders(
  db: TenantDb,
  booking: { readonly id: string; readonly startsAt: Date },
  planned: readonly PlannedReminder[],
  tenant: TenantIdentity,
): Promise<void> {
  await dropReminders(db, booking.id);
  await db.reminder.createMany({
    data: planned.map((one) => ({ ...one, bookingId: booking.id, startsAt: booking.startsAt, tenant: { ...tenant } })),
    skipDuplicates: true,
  });
}

/** Drops what is not sent yet. */
export async function dropReminders(db: TenantDb, bookingId: string): Promise<void> {
  await db.reminder.deleteMany({ where: { bookingId, sentAt: null } });
}

export interface DueReminder {
  readonly bookingId: string;
  readonly leadMinutes: number;
  readonly startsAt: Date;
  readonly tenant: TenantIdentity;
}

/** Reminders of all tenants that are due, the oldest first. */
export async function findDueReminders(db: PlatformDb, now: Date, limit: number): Promise<DueReminder[]> {
  const rows = await db.reminder.findMany({
    where: { sentAt: null, dueAt: { lte: now } },
    orderBy: { dueAt: 'asc' },
    take: limit,
  });
  return rows.map(({ bookingId, leadMinutes, startsAt, tenant }) => ({
    bookingId,
    leadMinutes,
    startsAt,
    tenant: tenant as unknown as TenantIdentity,
  }));
}

/** Notes that a reminder is sent. @returns false when it was sent or dropped before */
export async function claimReminder(db: TenantDb, { bookingId, leadMinutes, startsAt }: DueReminder, now: Date): Promise<boolean> {
  const where = { bookingId, leadMinutes, startsAt, sentAt: null };
  return (await db.reminder.updateMany({ where, data: { sentAt: now } })).count > 0;
}
