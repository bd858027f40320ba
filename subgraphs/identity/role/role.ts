import { z } from 'zod';
import { textSchema } from '../../_kernel/validation/text.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import { SYSTEM_ROLES, type MemberPrincipal, type SystemRole } from '../../_kernel/wire/principal.js';

/** The kinds of people every tenant has. */
export const SYSTEM_FAMILIES = ['PROVIDER', 'INTERNAL', 'CUSTOMER'] as const;
type SystemFamily = (typeof SYSTEM_FAMILIES)[number];

interface SystemRoleDefinition {
  readonly family: SystemFamily;
  readonly description: string;
  readonly permissions: readonly TenantPermission[];
}

const startingWith = (...prefixes: readonly string[]): TenantPermission[] =>
  TENANT_PERMISSIONS.filter((permission) => prefixes.some((prefix) => permission.startsWith(prefix)));

/**
 * What each system role may do. A client (`USER`) carries no permission: what is her own she reaches
 * because it is hers, which services decide.
 */
const SYSTEM_ROLE_DEFINITIONS: Readonly<Record<SystemRole, SystemRoleDefinition>> = {
  OWNER: { description: 'Whose company it is.', family: 'INTERNAL', permissions: TENANT_PERMISSIONS },
  ADMIN: { description: 'Runs the company for its owner.', family: 'INTERNAL', permissions: TENANT_PERMISSIONS },
  PRACTITIONER: {
    description: 'Gives the services that are booked.',
    family: 'PROVIDER',
    permissions: [
      ...startingWith('appointments:'),
      'patients:create',
      'patients:read',
      'patients:update',
      'workflows:start',
      'files:create',
    ],
  },
  STAFF: {
    description: 'Works at the desk.',
    family: 'INTERNAL',
    permissions: [
      'appointments:create',
      'appointments:read',
      'appointments:update',
      'patients:create',
      'patients:read',
      'patients:update',
      'billing:read',
      'workflows:read',
      'workflows:start',
      'files:read',
      'files:create',
    ],
  },
  BILLING: {
    description: 'Looks after bills and payments.',
    family: 'INTERNAL',
    permissions: [...startingWith('billing:'), 'reports:read', 'patients:read', 'workflows:start', 'files:create'],
  },
  USER: { description: 'A client: what is hers she reaches because it is hers.', family: 'CUSTOMER', permissions: [] },
  VIEWER: { description: 'Looks on.', family: 'INTERNAL', permissions: ['appointments:read', 'patients:read'] },
};

/** A role as members have it. */
export interface RoleDefinition {
  /** UUID of a role that the tenant has made; null of a system role. */
  readonly id: string | null;
  readonly name: string;
  readonly family: string;
  readonly description: string;
  /** In the catalogue's order. */
  readonly permissions: readonly TenantPermission[];
}

/** Every role of a tenant by its name. */
export type RoleCatalogue = ReadonlyMap<string, RoleDefinition>;

/** Of words those that name a permission: one that the catalogue no longer has grants nothing. */
const known = (words: readonly string[]): readonly TenantPermission[] =>
  TENANT_PERMISSIONS.filter((permission) => words.includes(permission));

/** What everybody has. No role that a tenant makes can be named like one of these. */
export const SYSTEM_CATALOGUE: RoleCatalogue = new Map(
  SYSTEM_ROLES.map((name) => [name, { id: null, name, ...SYSTEM_ROLE_DEFINITIONS[name] }]),
);

export const isSystemRole = (name: string): boolean => SYSTEM_CATALOGUE.has(name);

/** What everybody has, and behind it what the tenant has made. */
export const catalogueOf = (
  made: readonly (Omit<RoleDefinition, 'permissions'> & { readonly permissions: readonly string[] })[],
): RoleCatalogue =>
  new Map([
    ...SYSTEM_CATALOGUE,
    ...made.map((role): [string, RoleDefinition] => [role.name, { ...role, permissions: known(role.permissions) }]),
  ]);

/** The union of what the roles allow, in the catalogue's order. */
export function permissionsOfRoles(roles: readonly string[], catalogue: RoleCatalogue): readonly TenantPermission[] {
  const allowed = new Set(roles.flatMap((name) => catalogue.get(name)?.permissions ?? []));
  return TENANT_PERMISSIONS.filter((permission) => allowed.has(permission));
}

/** Whether somebody may hand on permissions: none that she has not herself. */
export const mayHandOnPermissions = (
  member: Pick<MemberPrincipal, 'permissions'>,
  permissions: readonly TenantPermission[],
): boolean => permissions.every((permission) => member.permissions.includes(permission));

/**
 * Whether somebody may hand roles on: none that allows more than she may herself, and an owner is made by
 * owners only.
 */
export const mayHandOn = (
  member: Pick<MemberPrincipal, 'roles' | 'permissions'>,
  roles: readonly string[],
  catalogue: RoleCatalogue,
): boolean =>
  (!roles.includes('OWNER') || member.roles.includes('OWNER')) &&
  mayHandOnPermissions(member, permissionsOfRoles(roles, catalogue));

/** Lower case: a role that a tenant makes is never taken for a system role, whatever comes to be one. */
const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 lower-case letters, digits and dashes, a letter first');

export const familyNameSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{1,39}$/, 'must be 2 to 40 upper-case letters, digits and underscores, a letter first');

const permissionsSchema = z.array(z.enum(TENANT_PERMISSIONS, 'must be one of the permission catalogue'));

export const newRoleSchema = z.object({
  name: nameSchema,
  family: familyNameSchema,
  description: textSchema(300),
  permissions: permissionsSchema,
});

export const roleChangesSchema = z.object({
  description: textSchema(300).optional(),
  permissions: permissionsSchema.optional(),
});
