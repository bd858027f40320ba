import type { AutomationRule, AutomationRun, Prisma } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

export type RuleRow = AutomationRule;
export type RuleRunRow = AutomationRun;

export const findRules = (db: TenantDb): Promise<RuleRow[]> => db.automationRule.findMany({ orderBy: { id: 'asc' } });

export const findRule = (db: TenantDb, id: string): Promise<RuleRow | null> => db.automationRule.findFirst({ where: { id } });

export const countRules = (db: TenantDb): Promise<number> => db.automationRule.count();

/** Rules for an event that are on, oldest first. */
export const findRulesFor = (db: TenantDb, event: string): Promise<RuleRow[]> =>
  db.automationRule.findMany({ where: { event, isEnabled: true }, orderBy: { id: 'asc' } });

export const insertRule = (db: TenantDb, rule: Omit<Prisma.AutomationRuleUncheckedCreateInput, 'tenantId'>): Promise<RuleRow> =>
  db.automationRule.create({ data: rule });

export async function changeRule(
  db: TenantDb,
  id: string,
  data: Omit<Prisma.AutomationRuleUncheckedUpdateManyInput, 'tenantId' | 'id'>,
): Promise<RuleRow | null> {
  const [row] = await db.automationRule.updateManyAndReturn({ where: { id }, data });
  return row ?? null;
}

export const wasFollowed = async (db: TenantDb, ruleId: string, eventId: string): Promise<boolean> =>
  (await db.automationRun.count({ where: { ruleId, eventId } })) > 0;

export async function insertRuleRun(db: TenantDb, run: Omit<Prisma.AutomationRunCreateManyInput, 'tenantId'>): Promise<void> {
  await db.automationRun.createMany({ data: [run] });
}

/** When a rule was followed, newest first. */
export const findRuleRuns = (db: TenantDb, ruleId: string, limit: number): Promise<RuleRunRow[]> =>
  db.automationRun.findMany({ where: { ruleId }, orderBy: [{ ranAt: 'desc' }, { eventId: 'desc' }], take: limit });
