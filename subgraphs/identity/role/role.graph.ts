import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import { builder } from '../builder.js';
import { RoleId } from '../ids.js';
import type { RoleDefinition } from './role.js';

const PermissionRef = builder.objectRef<TenantPermission>('Permission').implement({
  description: 'Something that a role can allow.',
  fields: (t) => ({
    name: t.string({ description: 'Resource and action, such as `appointments:read`.', resolve: (name) => name }),
    resource: t.string({ description: 'What it is about.', resolve: (name) => name.split(':')[0] ?? name }),
    action: t.string({ description: 'What may be done with it.', resolve: (name) => name.split(':')[1] ?? name }),
  }),
});

const RoleRef = builder.objectRef<RoleDefinition>('Role').implement({
  description: 'A named set of permissions.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description: 'Global id of a role that your company has made; null of a system role, which cannot be changed.',
      resolve: ({ id }) => (id === null ? null : RoleId.encode(id)),
    }),
    name: t.exposeString('name', { description: 'Name, unique in the company; system roles are upper case.' }),
    family: t.exposeString('family', { description: 'Kind of people the role is for, one of `roleFamilies`.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    isSystem: t.boolean({ description: 'Whether every company has it.', resolve: ({ id }) => id === null }),
    permissions: t.stringList({ description: 'What the role allows.', resolve: ({ permissions }) => [...permissions] }),
  }),
});

const MatrixCellRef = builder
  .objectRef<{ readonly permission: TenantPermission; readonly allowed: boolean }>('PermissionMatrixCell')
  .implement({
    description: 'Whether a role allows something.',
    fields: (t) => ({
      permission: t.exposeString('permission', { description: 'The permission.' }),
      allowed: t.exposeBoolean('allowed', { description: 'Whether the role has it.' }),
    }),
  });

const MatrixRowRef = builder.objectRef<RoleDefinition>('PermissionMatrixRow').implement({
  description: 'What one role allows and what not.',
  fields: (t) => ({
    role: t.field({ type: RoleRef, description: 'The role.', resolve: (role) => role }),
    cells: t.field({
      type: [MatrixCellRef],
      description: 'Every permission of the catalogue, in its order.',
      resolve: ({ permissions }) =>
        TENANT_PERMISSIONS.map((permission) => ({ permission, allowed: permissions.includes(permission) })),
    }),
  }),
});

const RoleDeletedRef = builder.objectRef<{ readonly id: string }>('RoleDeleted').implement({
  description: 'A role is no more.',
  fields: (t) => ({ id: t.id({ description: 'Global id it had.', resolve: ({ id }) => RoleId.encode(id) }) }),
});

const RoleFamilyCreatedRef = builder.objectRef<{ readonly name: string }>('RoleFamilyCreated').implement({
  description: 'There is another kind of people to make roles for.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'Its name.' }) }),
});

const CreateRoleInput = builder.inputType('CreateRoleInput', {
  description: 'A role of your own.',
  fields: (t) => ({
    name: t.string({ description: '2 to 40 lower-case letters, digits and dashes.' }),
    family: t.string({ description: 'Kind of people it is for, one of `roleFamilies`.' }),
    description: t.string({ description: 'What it is for, at most 300 characters.' }),
    permissions: t.stringList({ description: 'What it allows; nothing that you may not do yourself.' }),
  }),
});

const UpdateRoleInput = builder.inputType('UpdateRoleInput', {
  description: 'What changes about a role. What is left out stays.',
  fields: (t) => ({
    description: t.string({ required: false, description: 'What it is for, at most 300 characters.' }),
    permissions: t.stringList({ required: false, description: 'What it allows from now on.' }),
  }),
});

builder.queryFields((t) => ({
  roles: t.field({
    type: [RoleRef],
    nullable: true,
    authenticated: true,
    description: 'The roles a member can have here, with what each allows: system roles first.',
    resolve: async (_root, _args, { request, services }) => [...(await services.roles.catalogue(request)).values()],
  }),
  roleFamilies: t.stringList({
    nullable: true,
    authenticated: true,
    description: 'The kinds of people there are roles for.',
    resolve: async (_root, _args, { request, services }) => [...(await services.roles.families(request))],
  }),
  permissions: t.stringList({
    nullable: true,
    authenticated: true,
    deprecationReason: 'Use `permissionCatalogue`. Goes on 2027-06-01.',
    description: 'The permission catalogue.',
    resolve: () => [...TENANT_PERMISSIONS],
  }),
  permissionCatalogue: t.field({
    type: [PermissionRef],
    nullable: true,
    authenticated: true,
    description: 'Everything that a role can allow.',
    resolve: () => [...TENANT_PERMISSIONS],
  }),
  permissionMatrix: t.field({
    type: [MatrixRowRef],
    nullable: true,
    requiresScopes: [['users:manage'], ['settings:read']],
    description: 'Which role allows what: a row for each role.',
    resolve: async (_root, _args, { request, services }) => [...(await services.roles.catalogue(request)).values()],
  }),
}));

builder.mutationFields((t) => {
  const id = t.arg.id({ description: 'Global id of the role.' });
  return {
    createRoleFamily: t.field({
      type: RoleFamilyCreatedRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [ValidationError, ConflictError, ForbiddenError] },
      description: 'Adds a kind of people to make roles for, such as `COURIER`.',
      args: { name: t.arg.string({ description: '2 to 40 upper-case letters, digits and underscores.' }) },
      resolve: async (_root, { name }, { request, services }) => ({
        name: await services.roles.createFamily(request, name),
      }),
    }),
    createRole: t.field({
      type: RoleRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [ValidationError, ConflictError, ForbiddenError] },
      description: 'Makes a role of your own.',
      args: { input: t.arg({ type: CreateRoleInput, description: 'The role.' }) },
      resolve: (_root, { input }, { request, services }) => services.roles.create(request, input),
    }),
    updateRole: t.field({
      type: RoleRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [ValidationError, NotFoundError, ForbiddenError] },
      description: 'Changes a role of your own; its members feel it at once. System roles cannot be changed.',
      args: { id, input: t.arg({ type: UpdateRoleInput, description: 'What changes.' }) },
      resolve: (_root, { id: roleId, input }, { request, services }) =>
        services.roles.update(request, RoleId.require(roleId), input),
    }),
    deleteRole: t.field({
      type: RoleDeletedRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
      description: 'Does away with a role that nobody has.',
      args: { id },
      resolve: async (_root, { id: roleId }, { request, services }) => {
        const uuid = RoleId.require(roleId);
        await services.roles.remove(request, uuid);
        return { id: uuid };
      },
    }),
  };
});
