import { ADMIN_ROLES, type AdminRole } from '../../_kernel/wire/principal.js';
import { PLATFORM_PERMISSIONS, type PlatformPermission } from '../../_kernel/wire/permissions.js';

const READ_ONLY: readonly PlatformPermission[] = PLATFORM_PERMISSIONS.filter((permission) =>
  permission.endsWith(':read'),
);

export const isAdminRole = (role: string): role is AdminRole => (ADMIN_ROLES as readonly string[]).includes(role);

/** What each role of platform staff may do. */
export const ADMIN_ROLE_PERMISSIONS: Readonly<Record<AdminRole, readonly PlatformPermission[]>> = {
  SUPER_ADMIN: PLATFORM_PERMISSIONS,
  ADMIN: PLATFORM_PERMISSIONS.filter((permission) => permission !== 'platform:admins:manage'),
  DEVELOPER: [...READ_ONLY, 'platform:incidents:manage'],
  SUPPORT: [...READ_ONLY, 'platform:support:manage', 'platform:users:impersonate'],
  MARKETING: ['platform:tenants:read', 'platform:metrics:read'],
  FINANCE: ['platform:tenants:read', 'platform:metrics:read'],
  SALES: ['platform:tenants:read', 'platform:metrics:read'],
};
