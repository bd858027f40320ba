import { ForbiddenError, NotFoundError, StepUpRequiredError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { AdminUserId, UserId } from '../ids.js';
import { accessTokenFields } from '../session/access-token.fields.js';
import type { ImpersonationBegun } from './impersonation.service.js';
import type { ImpersonationRow } from './impersonation.store.js';

const ImpersonationRef = builder.objectRef<ImpersonationRow>('Impersonation').implement({
  description: 'Staff of the platform acts in the name of somebody. To be shown as a banner on every page meanwhile.',
  authenticated: true,
  fields: (t) => ({
    adminId: t.id({ description: 'Who acts.', resolve: ({ adminId }) => AdminUserId.encode(adminId) }),
    userId: t.id({ description: 'In whose name.', resolve: ({ userId }) => UserId.encode(userId) }),
    reason: t.exposeString('reason', { description: 'What for.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Since when.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Until when at the latest.' }),
  }),
});

const ImpersonationBegunRef = builder.objectRef<ImpersonationBegun>('ImpersonationBegun').implement({
  description: 'An access token in the name of somebody. Its claim `act` says whose hands it is in; there is nothing to renew it with.',
  requiresScopes: [['platform:users:impersonate']],
  fields: (t) => ({
    ...accessTokenFields(t),
    impersonation: t.field({ type: ImpersonationRef, description: 'Who, whom, why.', resolve: ({ impersonation }) => impersonation }),
  }),
});

const ImpersonateInput = builder.inputType('ImpersonateInput', {
  description: 'Whom, and what for.',
  fields: (t) => ({
    userId: t.id({ description: 'Global id of a member of the company.' }),
    reason: t.string({ description: 'Such as the ticket it is about; at most 500 characters. The company can read it.' }),
  }),
});

builder.queryFields((t) => ({
  impersonation: t.field({
    type: ImpersonationRef,
    nullable: true,
    authenticated: true,
    description: 'In whose name you act, and why; null when it is your own.',
    resolve: (_root, _args, { request, services }) => services.impersonations.current(request),
  }),
}));

builder.mutationFields((t) => ({
  impersonate: t.field({
    type: ImpersonationBegunRef,
    nullable: true,
    tag: 'while-read-only',
    requiresScopes: [['platform:users:impersonate']],
    errors: { types: [ForbiddenError, NotFoundError, StepUpRequiredError, ValidationError] },
    description: "Lets you see, at a company's address, what a member of it sees, for a quarter of an hour. The company is told.",
    args: { input: t.arg({ type: ImpersonateInput, description: 'Whom, and what for.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.impersonations.begin(request, UserId.require(String(input.userId)), input.reason),
  }),
  endImpersonation: t.field({
    type: ImpersonationRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [ForbiddenError] },
    description: 'Ends it at once.',
    resolve: (_root, _args, { request, services }) => services.impersonations.end(request),
  }),
}));
