import { builder } from '../builder.js';
import { MembershipId } from '../ids.js';
import { UserRef, UserStatusEnum } from '../user/user.graph.js';
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
      resolve: async (membership, _args, { request, services }) => [
        ...(await services.roles.permissionsOf(request, membership.roles)),
      ],
    }),
    status: t.expose('status', { type: UserStatusEnum, description: 'Where she stands in this tenant.' }),
    lastActivityAt: t.expose('lastActiveAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When she last asked for anything here while signed in, to within a few seconds; null before that.',
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
}));
