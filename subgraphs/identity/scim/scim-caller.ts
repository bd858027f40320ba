import { ForbiddenError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { MemberPrincipal } from '../../_kernel/wire/principal.js';
import { mayHandOn, type RoleCatalogue } from '../role/role.js';
import type { ScimTokenRow } from './token/scim-token.store.js';

/** A directory that has proved whose it is. */
export interface ScimCaller {
  readonly context: RequestContext;
  readonly token: Pick<ScimTokenRow, 'permissions' | 'defaultRole'>;
  /** Address of the service in this company, without a slash at the end. */
  readonly base: string;
}

/** What somebody may hand on at most. */
export type Power = Pick<MemberPrincipal, 'roles' | 'permissions'>;

/** What a directory may hand on: what the maker of its token might, and never that somebody owns the company. */
export const powerOf = ({ token }: ScimCaller): Power => ({
  roles: [],
  permissions: token.permissions as MemberPrincipal['permissions'],
});

/** @throws {ForbiddenError} for roles that allow more than may be handed on, or taken */
export function requirePower(power: Power, roles: readonly string[], catalogue: RoleCatalogue): void {
  if (!mayHandOn(power, roles, catalogue)) {
    throw new ForbiddenError('These roles, or who has them, are beyond what may be given and taken with this proof');
  }
}
