import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import type { SystemRole } from '../../_kernel/wire/principal.js';

export const ROLE_FAMILIES = ['PROVIDER', 'INTERNAL', 'CUSTOMER'] as const;
export type RoleFamily = (typeof ROLE_FAMILIES)[number];

interface RoleDefinition {
  readonly family: RoleFamily;
  readonly permissions: readonly TenantPermission[];
}

const startingWith = (...prefixes: readonly string[]): TenantPermission[] =>
  TENANT_PERMISSIONS.filter((permission) => prefixes.some((prefix) => permission.startsWith(prefix)));

/**
 * What each system role may do. A client (`USER`) carries no permission: what is her own she reaches
 * because it is hers, which services decide.
 */
export const SYSTEM_ROLE_DEFINITIONS: Readonly<Record<SystemRole, RoleDefinition>> = {
  OWNER: { family: 'INTERNAL', permissions: TENANT_PERMISSIONS },
  ADMIN: { family: 'INTERNAL', permissions: TENANT_PERMISSIONS },
  PRACTITIONER: {
    family: 'PROVIDER',
    permissions: [...startingWith('appointments:'), 'patients:create', 'patients:read', 'patients:update'],
  },
  STAFF: {
    family: 'INTERNAL',
    permissions: [
      'appointments:create',
      'appointments:read',
      'appointments:update',
      'patients:create',
      'patients:read',
      'patients:update',
      'billing:read',
    ],
  },
  BILLING: { family: 'INTERNAL', permissions: [...startingWith('billing:'), 'reports:read', 'patients:read'] },
  USER: { family: 'CUSTOMER', permissions: [] },
  VIEWER: { family: 'INTERNAL', permissions: ['appointments:read', 'patients:read'] },
};

const isSystemRole = (role: string): role is SystemRole => role in SYSTEM_ROLE_DEFINITIONS;

/** The union of what the roles allow, in the catalogue's order. */
export function permissionsOfRoles(roles: readonly string[]): readonly TenantPermission[] {
  const allowed = new Set(
    roles.filter(isSystemRole).flatMap((role) => SYSTEM_ROLE_DEFINITIONS[role].permissions),
  );
  return TENANT_PERMISSIONS.filter((permission) => allowed.has(permission));
}
