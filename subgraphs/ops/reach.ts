import { ForbiddenError } from '../_kernel/errors/domain-error.js';
import { hasPermission } from '../_kernel/request/principal-checks.js';
import type { RequestContext } from '../_kernel/request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../_kernel/tenancy/tenant-database.js';
import type { PlatformPermission, TenantPermission } from '../_kernel/wire/permissions.js';

/** Who may: a member with the one within her own tenant, platform staff with the other over all tenants. */
export interface Demand {
  readonly member: TenantPermission;
  readonly platform: PlatformPermission;
}

export const READ_INCIDENTS: Demand = { member: 'settings:read', platform: 'platform:incidents:read' };
export const MANAGE_INCIDENTS: Demand = { member: 'settings:update', platform: 'platform:incidents:manage' };
export const READ_AUDIT: Demand = { member: 'settings:read', platform: 'platform:audit:read' };

/** How far a principal sees; null when the permission it needs is not there. */
export type Reach = 'TENANT' | 'PLATFORM';

export function reachOf(context: RequestContext, { member, platform }: Demand): Reach | null {
  const staff = context.principal.kind === 'platform';
  if (!hasPermission(context, staff ? platform : member)) return null;
  return staff ? 'PLATFORM' : 'TENANT';
}

/** @throws {ForbiddenError} */
export function requireReach(context: RequestContext, demand: Demand): Reach {
  const reach = reachOf(context, demand);
  if (!reach) throw new ForbiddenError(`This needs the permission ${demand.member} or ${demand.platform}`);
  return reach;
}

/** A handle that sees what the reach allows, and nothing else. */
export const dbWithin = (
  reach: Reach,
  context: RequestContext,
  { tenants, platform }: Database,
): TenantDb | PlatformDb => (reach === 'PLATFORM' ? platform.db : tenants.of(context));
