import { SYSTEM_ROLES } from '../../_kernel/wire/principal.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { builder } from '../builder.js';
import { MembershipId } from '../ids.js';
import { UserRef } from '../user/user.graph.js';
import { permissionsOfRoles, ROLE_FAMILIES, SYSTEM_ROLE_DEFINITIONS } from './membership.js';
import type { MembershipRow } from './membership.store.js';

export const MembershipRef = builder.objectRef<MembershipRow>('Membership');

MembershipRef.implement({
  description: "A person's place in this tenant and what she may do in it.",
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (membership) => MembershipId.encode(membership.id) }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person.',
      resolve: (membership, _args, { request, services }) => services.users.find(request, membership.userId),
    }),
    roles: t.stringList({
      description: 'Names of her roles; system roles are upper case.',
      resolve: (membership) => membership.roles,
    }),
    permissions: t.stringList({
      description: 'Union of what her roles allow, such as `appointments:read`.',
      resolve: (membership) => [...permissionsOfRoles(membership.roles)],
    }),
    joinedAt: t.expose('createdAt', { type: 'DateTime', description: 'When she became a member.' }),
  }),
});

builder.asEntity(MembershipRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = MembershipId.decode(id);
    return uuid === null ? null : services.memberships.find(request, uuid);
  },
});

const RoleFamilyEnum = builder.enumType('RoleFamily', {
  description: 'What kind of people a role is for.',
  values: ROLE_FAMILIES,
});

const RoleRef = builder.objectRef<(typeof SYSTEM_ROLES)[number]>('Role').implement({
  description: 'A named set of permissions.',
  fields: (t) => ({
    name: t.string({ description: 'Name, unique in the tenant.', resolve: (role) => role }),
    family: t.field({
      type: RoleFamilyEnum,
      description: 'Kind of people the role is for.',
      resolve: (role) => SYSTEM_ROLE_DEFINITIONS[role].family,
    }),
    permissions: t.stringList({
      description: 'What the role allows.',
      resolve: (role) => [...SYSTEM_ROLE_DEFINITIONS[role].permissions],
    }),
  }),
});

builder.queryFields((t) => ({
  members: t.connection(
    {
      type: MembershipRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      description: 'Everybody in this tenant, oldest membership first.',
      resolve: (_root, args, { request, services }) => services.memberships.list(request, args),
    },
    { name: 'MembershipConnection', description: 'A page of members.' },
    { name: 'MembershipEdge', description: 'A member in a page.' },
  ),
  roles: t.field({
    type: [RoleRef],
    nullable: true,
    authenticated: true,
    description: 'The roles a member can have here, with what each allows.',
    resolve: () => [...SYSTEM_ROLES],
  }),
  permissions: t.stringList({
    nullable: true,
    authenticated: true,
    description: 'The permission catalogue.',
    resolve: () => [...TENANT_PERMISSIONS],
  }),
}));
