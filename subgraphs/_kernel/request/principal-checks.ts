import { ForbiddenError, UnauthenticatedError } from '../errors/domain-error.js';
import type { Permission } from '../wire/permissions.js';
import { permissionsOf, type MemberPrincipal } from '../wire/principal.js';
import type { RequestContext } from './request-context.js';

/**
 * The gateway has authorized the field already. These checks are the second line: a service does not
 * trust that it was reached through the field its author had in mind.
 * @throws {UnauthenticatedError} for everybody but a member of the tenant
 */
export function requireMember(context: RequestContext): MemberPrincipal {
  if (context.principal.kind !== 'member') throw new UnauthenticatedError('Sign in to do this');
  return context.principal;
}

/** Whether one of the permissions is there; the platform itself may do everything. */
export const hasPermission = ({ principal }: RequestContext, ...anyOf: readonly Permission[]): boolean =>
  principal.kind === 'system' || anyOf.some((permission) => permissionsOf(principal).includes(permission));

/** @throws {ForbiddenError} when none of the permissions is there */
export function requirePermission(context: RequestContext, ...anyOf: readonly Permission[]): void {
  if (!hasPermission(context, ...anyOf)) {
    throw new ForbiddenError(`This needs the permission ${anyOf.join(' or ')}`);
  }
}
