import type { Commission, CommissionRule, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Tier } from './commission.js';

export type CommissionRow = Commission;
export type CommissionRuleRow = CommissionRule;

export const COMMISSION_SORT: readonly SortKey[] = [
  { field: 'earnedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewRule {
  readonly id: string;
  readonly scope: string;
  readonly providerId: string | null;
  readonly serviceId: string | null;
  readonly currency: string;
  readonly tiers: readonly Tier[];
  readonly now: Date;
}

/** One rule for each scope: a second takes the place of the first and keeps its id. */
export async function keepRule(db: TenantDb, { now, tiers, ...rule }: NewRule): Promise<CommissionRuleRow> {
  const stored = tiers as unknown as Prisma.InputJsonValue;
  const { count } = await db.commissionRule.createMany({
    data: [{ ...rule, tiers: stored, createdAt: now, updatedAt: now }],
    skipDuplicates: true,
  });
  if (count === 0) {
    const data = { tiers: stored, currency: rule.currency, updatedAt: now };
    await db.commissionRule.updateMany({ where: { scope: rule.scope }, data });
  }
  return db.commissionRule.findFirstOrThrow({ where: { scope: rule.scope } });
}

export const findRules = (db: TenantDb): Promise<CommissionRuleRow[]> =>
  db.commissionRule.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });

/** How many rules there are beside that of a scope. */
export const countOtherRules = (db: TenantDb, scope: string): Promise<number> =>
  db.commissionRule.count({ where: { scope: { not: scope } } });

export const findRule = (db: TenantDb, id: string): Promise<CommissionRuleRow | null> =>
  db.commissionRule.findFirst({ where: { id } });

export async function deleteRule(db: TenantDb, id: string): Promise<void> {
  await db.commissionRule.deleteMany({ where: { id } });
}

/** The first of the scopes that has a rule. */
export async function findRuleFor(db: TenantDb, scopes: readonly string[]): Promise<CommissionRuleRow | null> {
  const rules = await db.commissionRule.findMany({ where: { scope: { in: [...scopes] } } });
  return scopes.map((scope) => rules.find((rule) => rule.scope === scope)).find((rule) => rule !== undefined) ?? null;
}

/** Adds to a month's turnover, which stays locked until the transaction ends. @returns what it was before */
export async function addTurnover(
  db: TenantDb,
  of: { readonly ruleId: string; readonly providerId: string; readonly month: string; readonly currency: string },
  amount: number,
): Promise<number> {
  const [row] = await db.$queryRaw<{ amount: bigint }[]>`
    INSERT INTO commerce.commission_turnover AS known (rule_id, provider_id, month, currency, amount)
    VALUES (${of.ruleId}::uuid, ${of.providerId}::uuid, ${of.month}, ${of.currency}, ${amount})
    ON CONFLICT (tenant_id, rule_id, provider_id, month, currency) DO UPDATE SET amount = known.amount + excluded.amount
    RETURNING known.amount`;
  return Number(row?.amount ?? amount) - amount;
}

export async function insertCommission(
  db: TenantDb,
  row: Omit<Prisma.CommissionCreateManyInput, 'tenantId'>,
): Promise<void> {
  await db.commission.createMany({ data: [row] });
}

export const hasCommission = async (db: TenantDb, bookingId: string): Promise<boolean> =>
  (await db.commission.count({ where: { bookingId } })) > 0;

/** Locks the commission of a booking until the transaction ends. */
export async function lockCommission(db: TenantDb, bookingId: string): Promise<CommissionRow | null> {
  await db.$queryRaw`SELECT 1 FROM commerce.commission WHERE booking_id = ${bookingId}::uuid FOR UPDATE`;
  return db.commission.findFirst({ where: { bookingId } });
}

export async function setReversed(db: TenantDb, id: string, reversed: number, revision: number): Promise<void> {
  await db.commission.updateMany({ where: { id }, data: { reversed: BigInt(reversed), revision } });
}

/** @param userId null for one who signs in no more */
export async function keepPayee(db: TenantDb, providerId: string, userId: string | null): Promise<void> {
  await db.commissionPayee.deleteMany({ where: { providerId } });
  if (userId !== null) await db.commissionPayee.create({ data: { providerId, userId } });
}

/** The providers that a user is. */
export async function findPayeesOf(db: TenantDb, userId: string): Promise<string[]> {
  const rows = await db.commissionPayee.findMany({ where: { userId }, select: { providerId: true } });
  return rows.map(({ providerId }) => providerId);
}

export interface CommissionFilter {
  /** Only of these; of everybody when undefined. */
  readonly providerIds?: readonly string[] | undefined;
  readonly month?: string | undefined;
}

const matching = ({ providerIds, month }: CommissionFilter): Prisma.CommissionWhereInput => ({
  ...(providerIds ? { providerId: { in: [...providerIds] } } : {}),
  ...(month === undefined ? {} : { month }),
});

export function findCommissionsPage(db: TenantDb, filter: CommissionFilter, page: Page): Promise<CommissionRow[]> {
  const { where, ...rest } = keysetQuery(page, COMMISSION_SORT);
  return db.commission.findMany({ where: { AND: [matching(filter), where] }, ...rest });
}

export interface CommissionTotal {
  readonly providerId: string;
  readonly currency: string;
  readonly bookings: number;
  /** Minor units, as are the others. */
  readonly turnover: number;
  readonly earned: number;
  readonly takenBack: number;
}

/** One for each provider and currency. */
export async function sumCommissions(db: TenantDb, filter: CommissionFilter): Promise<CommissionTotal[]> {
  const sums = await db.commission.groupBy({
    by: ['providerId', 'currency'],
    where: matching(filter),
    _count: { _all: true },
    _sum: { base: true, amount: true, reversed: true },
    orderBy: [{ providerId: 'asc' }, { currency: 'asc' }],
  });
  return sums.map(({ providerId, currency, _count, _sum }) => ({
    providerId,
    currency,
    bookings: _count._all,
    turnover: Number(_sum.base ?? 0n),
    earned: Number(_sum.amount ?? 0n),
    takenBack: Number(_sum.reversed ?? 0n),
  }));
}
