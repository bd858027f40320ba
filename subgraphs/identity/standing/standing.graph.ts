import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { MembershipId, UserId } from '../ids.js';
import { MembershipRef } from '../membership/membership.graph.js';
import { UserRef, UserStatusEnum } from '../user/user.graph.js';

const MemberRemovedRef = builder.objectRef<{ readonly id: string }>('MemberRemoved').implement({
  description: 'Somebody is a member no more.',
  fields: (t) => ({ id: t.id({ description: 'Global id her membership had.', resolve: ({ id }) => MembershipId.encode(id) }) }),
});

const AccountClosedRef = builder.objectRef<{ readonly id: string }>('AccountClosed').implement({
  description: 'You have closed your account: nobody can sign in to it.',
  fields: (t) => ({ userId: t.id({ description: 'Global id of who you are.', resolve: ({ id }) => UserId.encode(id) }) }),
});

const REASON = 'Why, for the audit trail, 1 to 300 characters.';
const RULING = '`SUSPENDED`, `BANNED`, or `ACTIVE` to lift what was imposed.';

const SetMemberStatusInput = builder.inputType('SetMemberStatusInput', {
  description: 'Where a member is to stand in this company.',
  fields: (t) => ({
    membershipId: t.id({ description: 'Global id of the membership.' }),
    status: t.field({ type: UserStatusEnum, description: RULING }),
    reason: t.string({ description: REASON }),
  }),
});

const AssignRolesInput = builder.inputType('AssignRolesInput', {
  description: 'What a member is to be.',
  fields: (t) => ({
    membershipId: t.id({ description: 'Global id of the membership.' }),
    roles: t.stringList({ description: 'All the roles she has from now on, one or more of what `roles` lists.' }),
  }),
});

const SetUserStatusInput = builder.inputType('SetUserStatusInput', {
  description: 'Where a person is to stand on the whole platform.',
  fields: (t) => ({
    userId: t.id({ description: 'Global id of the person.' }),
    status: t.field({ type: UserStatusEnum, description: RULING }),
    reason: t.string({ description: REASON }),
  }),
});

const UserHoldInput = builder.inputType('UserHoldInput', {
  description: 'Whose verification begins or ends.',
  fields: (t) => ({
    userId: t.id({ description: 'Global id of the person.' }),
    reason: t.string({ description: REASON }),
  }),
});

builder.mutationFields((t) => ({
  setMemberStatus: t.field({
    type: MembershipRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError] },
    description: 'Suspends or bans a member of your company, or lifts that. Her sessions here end at once.',
    args: { input: t.arg({ type: SetMemberStatusInput, description: 'The member, and where she is to stand.' }) },
    resolve: (_root, { input: { membershipId, ...ruling } }, { request, services }) =>
      services.memberStandings.rule(request, MembershipId.require(membershipId), ruling),
  }),
  assignRoles: t.field({
    type: MembershipRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: {
      types: [
        ValidationError,
        NotFoundError,
        ConflictError,
        ForbiddenError,
        UnauthenticatedError,
        StepUpRequiredError,
        QuotaExceededError,
      ],
    },
    description: 'Gives a member of your company other roles. Takes effect at once.',
    args: { input: t.arg({ type: AssignRolesInput, description: 'The member and her roles.' }) },
    resolve: (_root, { input: { membershipId, roles } }, { request, services }) =>
      services.memberStandings.assignRoles(request, MembershipId.require(membershipId), roles),
  }),
  removeMember: t.field({
    type: MemberRemovedRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError, StepUpRequiredError] },
    description: 'Ends a membership of your company. Her sessions here end at once.',
    args: { id: t.arg.id({ description: 'Global id of the membership.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.memberStandings.remove(request, MembershipId.require(id)),
  }),
  closeMyAccount: t.field({
    type: AccountClosedRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ConflictError, UnauthenticatedError, StepUpRequiredError] },
    description: 'Closes your account in every company. Every session you have ends at once, this one too.',
    resolve: (_root, _args, { request, services }) => services.userStandings.leave(request),
  }),
  setUserStatus: t.field({
    type: UserRef,
    nullable: true,
    requiresScopes: [['platform:tenants:manage']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Suspends or bans a person on the whole platform, or lifts that. Her sessions end at once.',
    args: { input: t.arg({ type: SetUserStatusInput, description: 'The person, and where she is to stand.' }) },
    resolve: (_root, { input: { userId, ...ruling } }, { request, services }) =>
      services.userStandings.rule(request, UserId.require(userId), ruling),
  }),
  holdUser: t.field({
    type: UserRef,
    nullable: true,
    requiresScopes: [['platform:tenants:manage']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Keeps a person out until it is verified who she is. Her sessions end at once.',
    args: { input: t.arg({ type: UserHoldInput, description: 'The person.' }) },
    resolve: (_root, { input: { userId, reason } }, { request, services }) =>
      services.userStandings.hold(request, UserId.require(userId), reason),
  }),
  releaseUser: t.field({
    type: UserRef,
    nullable: true,
    requiresScopes: [['platform:tenants:manage']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Ends the verification of a person: she stands where she stood before.',
    args: { input: t.arg({ type: UserHoldInput, description: 'The person.' }) },
    resolve: (_root, { input: { userId, reason } }, { request, services }) =>
      services.userStandings.release(request, UserId.require(userId), reason),
  }),
}));
