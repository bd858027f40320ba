import { permissionsOf } from '../wire/principal.js';
import type { Asking } from './asking.js';
import { ACTIONS, type ActionDefinition, type PolicyAction } from './catalogue.js';

/** What roles say of an action: for everything, for what is her own, or for nothing. */
export type RoleGrant = 'everything' | { readonly ownedBy: string } | 'nothing';

export function roleGrant({ principal }: Asking, action: PolicyAction): RoleGrant {
  const { permissions, ownerMay }: ActionDefinition = ACTIONS[action];
  const held = permissionsOf(principal);
  if (permissions.length === 0 || permissions.some((permission) => held.includes(permission))) return 'everything';
  return ownerMay && principal.kind === 'member' ? { ownedBy: principal.userId } : 'nothing';
}

export const isGranted = (grant: RoleGrant, ownerId: unknown): boolean =>
  typeof grant === 'object' ? grant.ownedBy === ownerId : grant === 'everything';
