import { ForbiddenError, UnauthenticatedError } from '../errors/domain-error.js';
import type { Permission } from '../wire/permissions.js';
import { permissionsOf, type MemberPrincipal } from '../wire/principal.js';
import type { RequestContext } from './request-context.js';

/**
 * The gateway has authorized the field already. These checks are the second line: a service does not
 * trust that it was reached through the field its author had in mind.
 */
export function requireMember(context: RequestContext): MemberPrincipal {
  if (context.principal.kind !== 'member') throw new UnauthenticatedError('Sign in to do this');
  return context.principal;
}

export const hasPermission = (context: RequestContext, permission: Permission): boolean =>
  context.principal.kind === 'system' || permissionsOf(context.principal).includes(permission);

export function requirePermission(context: RequestContext, permission: Permission): void {
  if (!hasPermission(context, permission)) {
    throw new ForbiddenError(`This needs the permission ${permission}`);
  }
}
