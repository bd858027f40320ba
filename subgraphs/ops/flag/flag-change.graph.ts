import { AdminUserId } from '../../identity/ids.js';
import { actorIdIn, ActorKindEnum } from '../actor.graph.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { builder } from '../builder.js';
import { FlagChangeId, FlagProposalId } from '../ids.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import { FLAG_READERS } from './flag.graph.js';
import type { FlagChangeRow, FlagProposalRow } from './flag.store.js';

const FlagChangeRef = builder.objectRef<FlagChangeRow>('FeatureFlagChange').implement({
  description: 'What somebody changed of a flag.',
  requiresScopes: FLAG_READERS,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => FlagChangeId.encode(id) }),
    key: t.exposeString('key', { description: 'The flag.' }),
    kind: t.exposeString('kind', { description: 'What of it: `VALUE`, `OVERRIDE`, `RULES`, `KILL_SWITCH` and so on.' }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company it concerns; null for all.', resolve: tenantOf }),
    before: t.field({ type: 'JSON', nullable: true, description: 'That part before.', resolve: ({ before }) => before }),
    after: t.field({ type: 'JSON', nullable: true, description: 'That part after.', resolve: ({ after }) => after }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    actorId: t.id({
      nullable: true,
      description: 'Global id of who did it; null for the platform itself.',
      resolve: ({ actorId, actorKind }) => actorIdIn(actorKind, actorId),
    }),
    actorKind: t.field({ type: ActorKindEnum, description: 'Who did it.', resolve: ({ actorKind }) => actorKind as Principal['kind'] }),
    approvedById: t.id({
      nullable: true,
      description: 'Global id of the second person, where one was needed.',
      resolve: ({ approvedBy }) => approvedBy && AdminUserId.encode(approvedBy),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const FlagProposalStatusEnum = builder.enumType('FlagProposalStatus', {
  description: 'What became of a proposal.',
  values: {
    PENDING: { description: 'It waits for a second person.' },
    APPROVED: { description: 'It was done.' },
    REJECTED: { description: 'It was not.' },
  } satisfies Record<FlagProposalRow['status'], { description: string }>,
});

export const FlagProposalRef = builder.objectRef<FlagProposalRow>('FlagProposal').implement({
  description: 'A change of a flag that takes a second person.',
  requiresScopes: FLAG_READERS,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => FlagProposalId.encode(id) }),
    key: t.exposeString('key', { description: 'The flag.' }),
    change: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What is to be done.',
      resolve: ({ change }) => (change as { readonly step: unknown }).step,
    }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    status: t.expose('status', { type: FlagProposalStatusEnum, description: 'What became of it.' }),
    proposedById: t.id({ description: 'Global id of who has proposed it.', resolve: (row) => AdminUserId.encode(row.proposedBy) }),
    proposedAt: t.expose('proposedAt', { type: 'DateTime', description: 'When.' }),
    decidedById: t.id({
      nullable: true,
      description: 'Global id of who has decided it.',
      resolve: ({ decidedBy }) => decidedBy && AdminUserId.encode(decidedBy),
    }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: 'When.' }),
  }),
});

builder.queryFields((t) => ({
  featureFlagChanges: t.connection(
    {
      type: FlagChangeRef,
      nullable: true,
      requiresScopes: FLAG_READERS,
      description: 'What was changed of flags, newest first.',
      args: { key: t.arg.string({ required: false, description: 'Of this flag only.' }) },
      resolve: (_root, { key, ...page }, { request, services }) => services.flags.changes(request, page, key ?? null),
    },
    { name: 'FeatureFlagChangeConnection', description: 'A page of changes.' },
    { name: 'FeatureFlagChangeEdge', description: 'A change in a page.' },
  ),
  flagProposals: t.connection(
    {
      type: FlagProposalRef,
      nullable: true,
      requiresScopes: FLAG_READERS,
      description: 'Changes of flags that take or took a second person, newest first.',
      args: { status: t.arg({ type: FlagProposalStatusEnum, required: false, description: 'Only of this state.' }) },
      resolve: (_root, { status, ...page }, { request, services }) =>
        services.flagProposals.list(request, page, status ?? null),
    },
    { name: 'FlagProposalConnection', description: 'A page of proposals.' },
    { name: 'FlagProposalEdge', description: 'A proposal in a page.' },
  ),
}));
