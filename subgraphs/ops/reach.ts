import { ForbiddenError, NotFoundError } from '../_kernel/errors/domain-error.js';
import { hasPermission } from '../_kernel/request/principal-checks.js';
import type { RequestContext } from '../_kernel/request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../_kernel/tenancy/tenant-database.js';
import type { PlatformPermission, TenantPermission } from '../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../_kernel/wire/tenant.js';

/** Who may: a member with the one within her own tenant, platform staff with the other over all tenants. */
export interface Demand {
  readonly member: TenantPermission;
  readonly platform: PlatformPermission;
}

export const READ_INCIDENTS: Demand = { member: 'settings:read', platform: 'platform:incidents:read' };
export const MANAGE_INCIDENTS: Demand = { member: 'settings:update', platform: 'platform:incidents:manage' };
export const READ_AUDIT: Demand = { member: 'settings:read', platform: 'platform:audit:read' };

/** What went out, once more. */
export const MANAGE_DELIVERIES: Demand = { member: 'settings:update', platform: 'platform:incidents:manage' };

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

/** Companies by their UUID; null for one that there is not. */
export type FindTenant = (tenantId: string) => Promise<TenantIdentity | null>;

/**
 * A context at the company that is named: members may name their own, platform staff any.
 * @param tenantId UUID; where the caller is when null
 * @returns null for one that is unknown or out of reach
 * @throws {ForbiddenError}
 */
export async function contextAt(
  context: RequestContext,
  demand: Demand,
  tenantId: string | null,
  findTenant: FindTenant,
): Promise<RequestContext | null> {
  const reach = requireReach(context, demand);
  if (tenantId === null || tenantId === context.tenant.id) return context;
  const tenant = reach === 'PLATFORM' ? await findTenant(tenantId) : null;
  return tenant && { ...context, tenant };
}

/** Of what somebody asks: of one company, or of all. */
export interface Extent {
  readonly reach: Reach;
  /** Sees that company, or all. */
  readonly db: TenantDb | PlatformDb;
  readonly within: RequestContext;
}

/**
 * The company that is named, or else the caller's own, which is every company for platform staff.
 * @param tenantId UUID, or null
 * @returns null for one that is unknown or out of reach
 * @throws {ForbiddenError}
 */
export async function extentOf(
  context: RequestContext,
  demand: Demand,
  tenantId: string | null,
  { database, findTenant }: { readonly database: Database; readonly findTenant: FindTenant },
): Promise<Extent | null> {
  const within = await contextAt(context, demand, tenantId, findTenant);
  if (!within) return null;
  const reach = tenantId === null ? requireReach(context, demand) : 'TENANT';
  return { reach, within, db: dbWithin(reach, within, database) };
}

/**
 * A context inside the company that a thing belongs to, for whoever may reach it.
 * @throws {ForbiddenError} @throws {NotFoundError} for a thing that is unknown or out of reach
 */
export async function contextInsideOf<Thing extends { readonly tenantId: string }>(
  context: RequestContext,
  demand: Demand,
  { what, find, database, findTenant }: {
    /** As in "Mail not found". */
    readonly what: string;
    readonly find: (db: TenantDb | PlatformDb) => Promise<Thing | null>;
    readonly database: Database;
    readonly findTenant: FindTenant;
  },
): Promise<{ readonly thing: Thing; readonly within: RequestContext }> {
  const reach = requireReach(context, demand);
  const thing = await find(dbWithin(reach, context, database));
  if (!thing) throw new NotFoundError(what);
  if (reach === 'TENANT') return { thing, within: context };
  const tenant = await findTenant(thing.tenantId);
  if (!tenant) throw new NotFoundError(what);
  return { thing, within: { ...context, tenant } };
}
