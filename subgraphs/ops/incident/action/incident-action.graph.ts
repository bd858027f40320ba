import {
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  StepUpRequiredError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';
import { PolicyId } from '../../../identity/ids.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import { actorIdIn, ActorKindEnum } from '../../actor.graph.js';
import { builder } from '../../builder.js';
import { IncidentActionId, IncidentId } from '../../ids.js';
import { IncidentRef } from '../incident.graph.js';
import type { BlockedFlag, FlagStates, INCIDENT_ACTIONS } from './incident-action.js';
import type { AppliedAction } from './incident-action.service.js';
import type { IncidentActionRow } from './incident-action.store.js';

const MANAGE: ['settings:update' | 'platform:incidents:manage'][] = [['settings:update'], ['platform:incidents:manage']];

const IncidentActionKindEnum = builder.enumType('IncidentActionKind', {
  description: 'What can be done about an incident, at its company alone.',
  values: {
    APPLY_RECOMMENDED_FLAGS: { description: 'Sets the flags that the advice names, or some of them.' },
    FORCE_LOGOUT: { description: 'Ends every session: everybody signs in again. It cannot be undone.' },
    DISABLE_PROVIDER: { description: 'Nobody can sign in by an identity provider.' },
    BLOCK_SIGNUPS: { description: 'Nobody can register.' },
  } satisfies Record<(typeof INCIDENT_ACTIONS)[number], { description: string }>,
});

interface FlagDifference {
  readonly key: string;
  readonly before: FlagStates[string];
  readonly after: FlagStates[string];
}

/** The column is written by actions alone. */
const statesIn = (column: unknown): FlagStates => column as FlagStates;

const IncidentFlagDifferenceRef = builder.objectRef<FlagDifference>('IncidentFlagDifference').implement({
  description: 'What an action has changed of a flag at the company.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The flag.' }),
    hadOwnBefore: t.boolean({ description: 'Whether the company had a value of its own before.', resolve: ({ before }) => before !== null }),
    before: t.field({ type: 'JSON', nullable: true, description: 'That value.', resolve: ({ before }) => before?.value ?? null }),
    after: t.field({ type: 'JSON', nullable: true, description: 'The value that was set.', resolve: ({ after }) => after?.value ?? null }),
  }),
});

export const IncidentActionRef = builder.objectRef<IncidentActionRow>('IncidentAction').implement({
  description: 'What was done about an incident.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => IncidentActionId.encode(id) }),
    kind: t.field({
      type: IncidentActionKindEnum,
      description: 'What.',
      resolve: ({ kind }) => kind as (typeof INCIDENT_ACTIONS)[number],
    }),
    changes: t.field({
      type: [IncidentFlagDifferenceRef],
      description: 'What that has changed, flag by flag.',
      resolve: ({ before, after }) => {
        const [was, is] = [statesIn(before), statesIn(after)];
        return Object.keys(is).map((key) => ({ key, before: was[key] ?? null, after: is[key] ?? null }));
      },
    }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    appliedAt: t.expose('appliedAt', { type: 'DateTime', description: 'When.' }),
    appliedById: t.id({
      nullable: true,
      description: 'Global id of who did it.',
      resolve: ({ appliedBy, appliedByKind }) => actorIdIn(appliedByKind, appliedBy),
    }),
    appliedByKind: t.field({
      type: ActorKindEnum,
      description: 'Who did it.',
      resolve: ({ appliedByKind }) => appliedByKind as Principal['kind'],
    }),
    rolledBackAt: t.expose('rolledBackAt', { type: 'DateTime', nullable: true, description: 'When it was undone.' }),
    rolledBackById: t.id({
      nullable: true,
      description: 'Global id of who has undone it.',
      resolve: ({ rolledBackBy, rolledBackByKind }) => actorIdIn(rolledBackByKind ?? '', rolledBackBy),
    }),
  }),
});

const BlockedFlagRef = builder.objectRef<BlockedFlag>('BlockedIncidentFlag').implement({
  description: 'A flag that was not set, and why.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The flag.' }),
    reason: t.exposeString('reason', { description: 'What stands against it.' }),
    policyIds: t.idList({
      description: "Global ids of the company's policies that deny it; none where something else stands against it.",
      resolve: ({ policyIds }) => policyIds.map((id) => PolicyId.encode(id)),
    }),
  }),
});

const AppliedActionRef = builder.objectRef<AppliedAction>('AppliedIncidentAction').implement({
  description: 'What came of an action.',
  fields: (t) => ({
    action: t.field({ type: IncidentActionRef, description: 'The action, to be undone by its id.', resolve: ({ action }) => action }),
    incident: t.field({ type: IncidentRef, description: 'The incident.', resolve: ({ incident }) => incident }),
    blocked: t.field({ type: [BlockedFlagRef], description: 'What was not done.', resolve: ({ blocked }) => [...blocked] }),
  }),
});

builder.objectField(IncidentRef, 'actions', (t) =>
  t.field({
    type: [IncidentActionRef],
    description: 'What was done about it, oldest first.',
    resolve: async ({ id }, _args, { request, services }) => [...(await services.incidentActions.of(request, id))],
  }),
);

const ApplyIncidentActionInput = builder.inputType('ApplyIncidentActionInput', {
  description: 'What to do about an incident.',
  fields: (t) => ({
    incidentId: t.id({ description: 'Global id of the incident.' }),
    kind: t.field({ type: IncidentActionKindEnum, description: 'What to do.' }),
    keys: t.stringList({ required: false, description: 'Of the recommended flags, only these; all when left out.' }),
    provider: t.string({ required: false, description: 'The identity provider to disable.' }),
    reason: t.string({ description: 'Why, up to 500 characters.' }),
  }),
});

builder.mutationFields((t) => ({
  applyIncidentAction: t.field({
    type: AppliedActionRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [ValidationError, NotFoundError, ForbiddenError, InvalidTransitionError, StepUpRequiredError] },
    description: 'Does something about an incident, at its company alone. Takes a proof of who you are not older than ten minutes.',
    args: { input: t.arg({ type: ApplyIncidentActionInput, description: 'What.' }) },
    resolve: (_root, { input: { incidentId, ...input } }, { request, services }) =>
      services.incidentActions.apply(request, IncidentId.require(incidentId), {
        ...input,
        keys: input.keys ?? null,
        provider: input.provider ?? null,
      }),
  }),
  rollbackIncidentAction: t.field({
    type: AppliedActionRef,
    nullable: true,
    requiresScopes: MANAGE,
    errors: { types: [NotFoundError, ForbiddenError, InvalidTransitionError, StepUpRequiredError] },
    description: 'Undoes what was done about an incident: each flag is again what it was at the company before.',
    args: { id: t.arg.id({ description: 'Global id of the action.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.incidentActions.rollBack(request, IncidentActionId.require(id)),
  }),
}));
