import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { InvitationId } from '../ids.js';
import { MembershipRef } from '../membership/membership.graph.js';
import { UserRef } from '../user/user.graph.js';
import { statusOf, type INVITATION_STATUSES } from './invitation.js';
import type { InvitationOutcome } from './invitation.service.js';
import type { InvitationRow } from './invitation.store.js';

const InvitationStatusEnum = builder.enumType('InvitationStatus', {
  description: 'Where an invitation stands.',
  values: {
    PENDING: { description: 'Sent, and not answered yet.' },
    ACCEPTED: { description: 'She is a member.' },
    REVOKED: { description: 'Taken back, or replaced by a newer one.' },
    EXPIRED: { description: 'Not answered within seven days.' },
  } satisfies Record<(typeof INVITATION_STATUSES)[number], { description: string }>,
});

const InvitationRef = builder.objectRef<InvitationRow>('Invitation').implement({
  description: 'Somebody was asked to work in this company.',
  requiresScopes: [['users:invite'], ['users:manage']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (invitation) => InvitationId.encode(invitation.id) }),
    email: t.exposeString('email', { description: 'Where it was sent.' }),
    roles: t.stringList({ description: 'The roles she will have.', resolve: ({ roles }) => roles }),
    status: t.field({
      type: InvitationStatusEnum,
      description: 'Where it stands.',
      resolve: (invitation, _args, { request }) => statusOf(invitation, request.clock.now()),
    }),
    invitedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who asked her; null when that was the platform, or a person who is no member any more.',
      resolve: ({ invitedBy }, _args, { request, services }) => (invitedBy ? services.users.find(request, invitedBy) : null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was sent.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is good.' }),
  }),
});

const InvitationFailureRef = builder.objectRef<Extract<InvitationOutcome, { ok: false }>>('InvitationFailure').implement({
  description: 'Why one of several invitations was not sent.',
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The address, as it was given.' }),
    error: t.errorUnionField({
      types: [ValidationError, ConflictError, ForbiddenError, QuotaExceededError],
      union: { name: 'InvitationFailureReason', description: 'What can be in the way of one of several invitations.' },
      description: 'What is in the way.',
      resolve: ({ error }) => error,
    }),
  }),
});

const BulkInvitationRef = builder.objectRef<readonly InvitationOutcome[]>('BulkInvitation').implement({
  description: 'What became of several invitations, each for itself.',
  fields: (t) => ({
    sent: t.field({
      type: [InvitationRef],
      description: 'Those that were sent, in the order asked for.',
      resolve: (outcomes) => outcomes.flatMap((outcome) => (outcome.ok ? [outcome.invitation] : [])),
    }),
    failed: t.field({
      type: [InvitationFailureRef],
      description: 'Those that were not, in the order asked for.',
      resolve: (outcomes) => outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome])),
    }),
  }),
});

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  description: 'Whom to ask, and for what.',
  fields: (t) => ({
    email: t.string({ description: 'Where the invitation is sent.' }),
    roles: t.stringList({ description: 'One or more of the roles that `roles` lists; none that allows more than you may.' }),
  }),
});

const AcceptInvitationInput = builder.inputType('AcceptInvitationInput', {
  description: 'The answer to an invitation.',
  fields: (t) => ({
    token: t.string({ description: 'What stands behind `token=` in the link.' }),
    displayName: t.string({ required: false, description: 'Name she goes by; needed of who has no account yet.' }),
    password: t.string({ required: false, description: 'First password; needed of who has no account yet.' }),
  }),
});

const SCOPES: ['users:invite' | 'users:manage'][] = [['users:invite'], ['users:manage']];

builder.queryFields((t) => ({
  invitations: t.connection(
    {
      type: InvitationRef,
      nullable: true,
      requiresScopes: SCOPES,
      description: 'Who was asked to work here, newest first.',
      resolve: (_root, args, { request, services }) => services.invitations.list(request, args),
    },
    { name: 'InvitationConnection', description: 'A page of invitations.' },
    { name: 'InvitationEdge', description: 'An invitation in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  inviteMember: t.field({
    type: InvitationRef,
    nullable: true,
    requiresScopes: SCOPES,
    errors: { types: [ValidationError, ConflictError, ForbiddenError, UnauthenticatedError, QuotaExceededError] },
    description: 'Asks somebody by mail to work here. An open invitation to the same address ends by it.',
    args: { input: t.arg({ type: InviteMemberInput, description: 'Whom, and for what.' }) },
    resolve: (_root, { input }, { request, services }) => services.invitations.invite(request, input),
  }),
  bulkInvite: t.field({
    type: BulkInvitationRef,
    nullable: true,
    requiresScopes: SCOPES,
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Asks several people, each for herself: one that fails keeps no other back.',
    args: { invitations: t.arg({ type: [InviteMemberInput], description: 'Whom, and for what; 1 to 100.' }) },
    resolve: (_root, { invitations }, { request, services }) => services.invitations.inviteAll(request, invitations),
  }),
  revokeInvitation: t.field({
    type: InvitationRef,
    nullable: true,
    requiresScopes: SCOPES,
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Takes an invitation back that was not answered yet.',
    args: { id: t.arg.id({ description: 'Global id of the invitation.' }) },
    resolve: (_root, { id }, { request, services }) => services.invitations.revoke(request, InvitationId.require(id)),
  }),
  acceptInvitation: t.field({
    type: MembershipRef,
    nullable: true,
    tag: 'public',
    errors: { types: [UnauthenticatedError, ValidationError, ConflictError, QuotaExceededError] },
    description: 'Becomes a member by the link of an invitation. Sign in with `login` afterwards.',
    args: { input: t.arg({ type: AcceptInvitationInput, description: 'Link, and who she is if she has no account yet.' }) },
    resolve: (_root, { input }, { request, services }) => services.invitations.accept(request, input),
  }),
}));
