import { ForbiddenError } from '../../_kernel/errors/domain-error.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import type { Person } from './instance/engine.js';
import type { Actor } from './instance/entry.js';

/** What staff of the platform need for it where the platform itself is at work. */
const STAFF = { 'workflows:read': 'platform:tenants:read', 'workflows:start': 'platform:tenants:manage', 'workflows:manage': 'platform:tenants:manage' } as const;
type WorkflowPermission = keyof typeof STAFF & TenantPermission;

/** Whether somebody may: in a company by its permissions, in the platform's own tenant by those of its staff. */
export const mayWorkflow = (context: RequestContext, permission: WorkflowPermission): boolean =>
  isPlatformTenant(context.tenant) ? hasPermission(context, STAFF[permission]) : hasPermission(context, permission);

/** @throws {ForbiddenError} */
export function requireWorkflow(context: RequestContext, permission: WorkflowPermission): void {
  if (!mayWorkflow(context, permission)) throw new ForbiddenError(`This needs the permission ${permission}`);
}

export const actorOf = ({ principal }: RequestContext): Actor => ({ id: actorIdOf(principal), kind: principal.kind });

/**
 * Somebody who can have tasks. Roles of staff and of members are named alike, so each counts only where it is given.
 * @returns null for everybody else
 */
export function personOf({ principal, tenant }: RequestContext): Person | null {
  if (principal.kind === 'member') return { id: principal.userId, kind: 'member', roles: principal.roles };
  if (principal.kind === 'platform' && isPlatformTenant(tenant)) {
    return { id: principal.adminId, kind: 'platform', roles: principal.roles };
  }
  return null;
}

/** @throws {ForbiddenError} for whoever can have no tasks here */
export function requirePerson(context: RequestContext): Person {
  const person = personOf(context);
  if (!person) throw new ForbiddenError('Only people do tasks');
  return person;
}
