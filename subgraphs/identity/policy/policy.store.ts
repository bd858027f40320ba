import type { AccessDecision, Policy, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type PolicyRow = Policy;
export type AccessDecisionRow = AccessDecision;

/** Newest first. */
export const POLICY_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

/** Newest first. */
export const ACCESS_LOG_SORT: readonly SortKey[] = [
  { field: 'decidedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const findPolicy = (db: TenantDb, id: string): Promise<PolicyRow | null> => db.policy.findFirst({ where: { id } });

export const findPoliciesPage = (db: TenantDb, page: Page): Promise<PolicyRow[]> =>
  db.policy.findMany(keysetQuery(page, POLICY_SORT));

/** Oldest first. */
export const findEnabledPolicies = (db: TenantDb): Promise<PolicyRow[]> =>
  db.policy.findMany({ where: { enabled: true }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });

export const insertPolicy = (db: TenantDb, row: Omit<Prisma.PolicyUncheckedCreateInput, 'tenantId'>): Promise<PolicyRow> =>
  db.policy.create({ data: row });

/** @returns null when there is no such policy */
export async function updatePolicy(
  db: TenantDb,
  id: string,
  data: Pick<Prisma.PolicyUncheckedUpdateInput, 'document' | 'cedar' | 'enabled'>,
): Promise<PolicyRow | null> {
  const [row] = await db.policy.updateManyAndReturn({ where: { id }, data });
  return row ?? null;
}

export async function deletePolicy(db: TenantDb, id: string): Promise<boolean> {
  return (await db.policy.deleteMany({ where: { id } })).count > 0;
}

export interface AccessLogFilter {
  readonly allowed?: boolean | undefined;
  readonly actorId?: string | undefined;
  /** Decided at or after. */
  readonly from?: Date | null | undefined;
  /** Decided before. */
  readonly to?: Date | null | undefined;
}

export function findAccessDecisionsPage(db: TenantDb, filter: AccessLogFilter, page: Page): Promise<AccessDecisionRow[]> {
  const { where, ...rest } = keysetQuery(page, ACCESS_LOG_SORT);
  const { allowed, actorId, from, to } = filter;
  const wanted: Prisma.AccessDecisionWhereInput = {
    ...(allowed === undefined ? {} : { allowed }),
    ...(actorId === undefined ? {} : { actorId }),
    decidedAt: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) },
  };
  return db.accessDecision.findMany({ where: { AND: [wanted, where] }, ...rest });
}
