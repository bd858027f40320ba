import { ForbiddenError, StepUpRequiredError, UnauthenticatedError } from '../errors/domain-error.js';
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

/** How old the newest proof of who asks may be for something dangerous, in seconds. */
const FRESH_SECONDS = 10 * 60;

/**
 * For what is dangerous enough that a token lying around must not be enough for it.
 * @throws {StepUpRequiredError} for a person who has not proved within ten minutes who she is
 * @throws {ForbiddenError} for whoever acts in somebody else's name
 */
export function requireFreshProof({ principal, clock }: RequestContext): void {
  if (principal.kind === 'system') return;
  if (principal.kind === 'member' && principal.impersonatorId !== undefined) {
    throw new ForbiddenError('Not in the name of somebody else');
  }
  const at = 'assurance' in principal ? principal.assurance.at : 0;
  if (clock.now().getTime() / 1_000 - at > FRESH_SECONDS) throw new StepUpRequiredError();
}
