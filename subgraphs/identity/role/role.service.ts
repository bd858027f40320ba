import { z } from 'zod';
import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import type { IdentityEvents } from '../events.js';
import { findMembershipsWithRole } from '../membership/membership.store.js';
import {
  catalogueOf,
  familyNameSchema,
  isSystemRole,
  mayHandOn,
  mayHandOnPermissions,
  newRoleSchema,
  permissionsOfRoles,
  roleChangesSchema,
  SYSTEM_CATALOGUE,
  SYSTEM_FAMILIES,
  type RoleCatalogue,
  type RoleDefinition,
} from './role.js';
import { WHOLE, type RoleCatalogueLoader } from './role.loader.js';
import { deleteRole, findFamilies, findRole, findRoles, insertFamily, insertRole, updateRole, type RoleRow } from './role.store.js';

export interface RoleService {
  catalogue(context: RequestContext): Promise<RoleCatalogue>;
  /** The union of what the roles allow. */
  permissionsOf(context: RequestContext, roles: readonly string[]): Promise<readonly TenantPermission[]>;
  /**
   * That somebody may be given these roles by whoever asks.
   * @throws {ValidationError} naming those that are not there, and for none
   * @throws {ForbiddenError} when they allow more than whoever asks may
   */
  requireGrantable(context: RequestContext, roles: readonly string[]): Promise<void>;
  /** Kinds of people: those everybody has, and behind them the tenant's own. */
  families(context: RequestContext): Promise<readonly string[]>;
  /** @throws {ForbiddenError} @throws {ValidationError} @throws {ConflictError} when there is one */
  createFamily(context: RequestContext, name: string): Promise<string>;
  /**
   * @throws {ForbiddenError} without `users:manage`, or for permissions that the maker has not
   * @throws {ValidationError} @throws {ConflictError} when there is one of that name
   */
  create(
    context: RequestContext,
    input: { readonly name: string; readonly family: string; readonly description: string; readonly permissions: readonly string[] },
  ): Promise<RoleDefinition>;
  /** Takes effect for its members at once. @throws as `create` @throws {NotFoundError} */
  update(
    context: RequestContext,
    id: string,
    changes: { readonly description?: string | null | undefined; readonly permissions?: readonly string[] | null | undefined },
  ): Promise<RoleDefinition>;
  /** @throws {ForbiddenError} @throws {NotFoundError} @throws {ConflictError} while somebody has it */
  remove(context: RequestContext, id: string): Promise<void>;
}

const rolesSchema = z.object({ roles: z.array(z.string()).min(1, 'must name at least one role') });

export function createRoleService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly catalogue: RoleCatalogueLoader;
}): RoleService {
  const { tenants, outbox } = parts;

  const catalogue = (context: RequestContext) => context.loaders.of(context, parts.catalogue).load(WHOLE);

  const definitionOf = (row: RoleRow): RoleDefinition => {
    const definition = catalogueOf([row]).get(row.name);
    if (!definition) throw new Error(`Role ${row.id} is not in its own catalogue`);
    return definition;
  };

  const requireOwn = ({ principal }: RequestContext, permissions: readonly TenantPermission[]): void => {
    if (principal.kind === 'member' && !mayHandOnPermissions(principal, permissions)) {
      throw new ForbiddenError('A role cannot allow what you may not do yourself');
    }
  };

  const changed = (context: RequestContext, db: TenantDb, role: RoleRow, change: IdentityEvents['identity.role_changed']['change']) =>
    outbox.emit(db, context, 'identity.role_changed', { role: role.name, permissions: role.permissions, change });

  const families = async (context: RequestContext): Promise<readonly string[]> => [
    ...SYSTEM_FAMILIES,
    ...(await findFamilies(tenants.of(context))),
  ];

  return {
    catalogue,
    families,
    permissionsOf: async (context, roles) =>
      permissionsOfRoles(roles, roles.every(isSystemRole) ? SYSTEM_CATALOGUE : await catalogue(context)),

    async requireGrantable(context, roles) {
      validate(rolesSchema, { roles });
      const known = await catalogue(context);
      const issues = roles.flatMap((role, index) =>
        known.has(role) ? [] : [{ field: `roles.${index}`, message: 'must be one of the roles of the company' }],
      );
      if (issues.length > 0) throw new ValidationError(issues);
      if (context.principal.kind === 'member' && !mayHandOn(context.principal, roles, known)) {
        throw new ForbiddenError('You cannot hand on roles that allow more than you may');
      }
    },

    async createFamily(context, name) {
      requirePermission(context, 'users:manage');
      validate(z.object({ name: familyNameSchema }), { name });
      const taken = (SYSTEM_FAMILIES as readonly string[]).includes(name);
      if (taken || !(await insertFamily(tenants.of(context), name, context.clock.now()))) {
        throw new ConflictError('There is a family of this name already');
      }
      return name;
    },

    async create(context, input) {
      requirePermission(context, 'users:manage');
      const role = validate(newRoleSchema, input);
      requireOwn(context, role.permissions);
      if (!(await families(context)).includes(role.family)) {
        throw ValidationError.of('family', 'must be one of the role families of the company');
      }
      const created = await tenants.transaction(context, async (db) => {
        const row = await insertRole(db, { id: uuidv7(), ...role, createdAt: context.clock.now() });
        if (row) await changed(context, db, row, 'CREATED');
        return row;
      });
      if (!created) throw new ConflictError('There is a role of this name already');
      context.loaders.clear();
      return definitionOf(created);
    },

    async update(context, id, input) {
      requirePermission(context, 'users:manage');
      const changes = validate(roleChangesSchema, {
        description: input.description ?? undefined,
        permissions: input.permissions ?? undefined,
      });
      const updated = await tenants.transaction(context, async (db) => {
        const before = await findRole(db, id);
        if (!before) throw new NotFoundError('Role');
        // What it allowed before counts as well: nobody takes from others what she could not have given them.
        requireOwn(context, [...definitionOf(before).permissions, ...(changes.permissions ?? [])]);
        const row = await updateRole(db, id, changes);
        if (!row) throw new NotFoundError('Role');
        await changed(context, db, row, 'UPDATED');
        for (const { id: membershipId, userId, roles, status } of await findMembershipsWithRole(db, row.name)) {
          await outbox.emit(db, context, 'identity.membership_changed', { membershipId, userId, roles, status });
        }
        return row;
      });
      context.loaders.clear();
      return definitionOf(updated);
    },

    async remove(context, id) {
      requirePermission(context, 'users:manage');
      await tenants.transaction(context, async (db) => {
        const role = (await findRoles(db)).find((row) => row.id === id);
        if (!role) throw new NotFoundError('Role');
        const members = await findMembershipsWithRole(db, role.name);
        if (members.length > 0) throw new ConflictError(`${members.length} members have this role; give them another first`);
        await deleteRole(db, id);
        await changed(context, db, role, 'DELETED');
      });
      context.loaders.clear();
    },
  };
}
