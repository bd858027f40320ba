import type { Prisma } from '../../../prisma/generated/client.js';
import type { RESOURCES } from '../../_kernel/policy/catalogue.js';
import type { PolicyResource } from '../../_kernel/policy/policy.js';
import { asDate, whereOf, type Column } from '../../_kernel/policy/row-filter-query.js';
import type { RowFilter } from '../../_kernel/policy/row-filter.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { MembershipRow } from './membership.store.js';

type Attribute = keyof (typeof RESOURCES)['Membership'];

export const membershipResource = ({ id, tenantId, userId, roles, status, createdAt }: MembershipRow): PolicyResource => ({
  type: 'Membership',
  id,
  tenantId,
  attributes: { id, ownerId: userId, roles, status, createdAt } satisfies Record<Attribute, unknown>,
});

const COLUMNS: Readonly<Record<Attribute, Column<Prisma.MembershipWhereInput>>> = {
  id: { where: (id) => ({ id }) },
  ownerId: { where: (userId) => ({ userId }) },
  roles: { where: (roles) => ({ roles }) },
  status: { where: (status) => ({ status }) },
  createdAt: { where: (createdAt) => ({ createdAt }), value: asDate },
};

/** The members that a filter leaves, as a condition of a query. */
export const membersLeftBy = (filter: RowFilter): Prisma.MembershipWhereInput => whereOf(filter, COLUMNS);

/**
 * Those of the members whom whoever asks may see, decided together. The platform's staff is bound by no policy of a
 * company.
 */
export async function seenOf(
  policies: TenantPolicies,
  context: RequestContext,
  rows: readonly MembershipRow[],
): Promise<readonly MembershipRow[]> {
  if (context.principal.kind === 'platform') return rows;
  const decisions = (await policies.of(context)).decideAll('member:read', rows.map(membershipResource));
  return rows.filter((_row, at) => decisions[at]?.allowed === true);
}
