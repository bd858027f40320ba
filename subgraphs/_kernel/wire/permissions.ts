/**
 * The built-in permission catalogue of a tenant. The literals are what `@requiresScopes` names in the graph,
 * what an access token carries in `scope`, and what an API key may be limited to.
 */
export const TENANT_PERMISSIONS = [
  'appointments:create',
  'appointments:read',
  'appointments:update',
  'appointments:delete',
  'patients:create',
  'patients:read',
  'patients:update',
  'patients:delete',
  'billing:create',
  'billing:read',
  'billing:update',
  'billing:delete',
  'reports:read',
  'settings:read',
  'settings:update',
  'users:invite',
  'users:manage',
  'workflows:read',
  'workflows:start',
  'workflows:manage',
  'files:read',
  'files:create',
  'files:delete',
] as const;
export type TenantPermission = (typeof TENANT_PERMISSIONS)[number];

/** What staff of the platform may do. No tenant role ever carries one of these. */
export const PLATFORM_PERMISSIONS = [
  'platform:tenants:read',
  'platform:tenants:manage',
  'platform:incidents:read',
  'platform:incidents:manage',
  'platform:audit:read',
  'platform:metrics:read',
  'platform:support:read',
  'platform:support:manage',
  'platform:admins:manage',
  'platform:users:impersonate',
] as const;
export type PlatformPermission = (typeof PLATFORM_PERMISSIONS)[number];

export type Permission = TenantPermission | PlatformPermission;
