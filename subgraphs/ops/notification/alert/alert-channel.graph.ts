import { ConflictError, ForbiddenError, NotFoundError, StepUpRequiredError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { AlertChannelId } from '../../ids.js';
import { NotificationChannelEnum } from '../delivery/notification-log.graph.js';
import type { AlertChannelRow } from './alert-channel.store.js';

const AlertChannelRef = builder.objectRef<AlertChannelRow>('AlertChannel').implement({
  description: 'A place of its own in which the team of your company is alerted of incidents.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => AlertChannelId.encode(id) }),
    channel: t.expose('channel', { type: NotificationChannelEnum, description: 'By what.' }),
    name: t.exposeString('name', { description: 'What your company calls it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    fromIntegration: t.exposeBoolean('fromIntegration', {
      description: 'Whether it belongs to the integration of your company: it is disabled there, and hears of all that owners are told.',
    }),
  }),
});

const AddAlertChannelInput = builder.inputType('AddAlertChannelInput', {
  description: 'A place to be alerted in: exactly one of the two. Neither is ever answered.',
  fields: (t) => ({
    name: t.string({ description: 'What your company calls it; up to 100 characters.' }),
    slackWebhookUrl: t.string({ required: false, description: 'Incoming webhook of Slack, or of what speaks its format, with https.' }),
    pagerDutyRoutingKey: t.string({ required: false, description: 'Integration key of a service, for Events API v2.' }),
  }),
});

builder.queryFields((t) => ({
  alertChannels: t.field({
    type: [AlertChannelRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'Where the team of your company is alerted.',
    resolve: async (_root, _args, { request, services }) => [...(await services.alertChannels.list(request))],
  }),
}));

builder.mutationFields((t) => ({
  addAlertChannel: t.field({
    type: AlertChannelRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Has the team of your company alerted of incidents in another place; up to ten of them.',
    args: { input: t.arg({ type: AddAlertChannelInput, description: 'The place.' }) },
    resolve: (_root, { input }, { request, services }) => services.alertChannels.add(request, input),
  }),
  removeAlertChannel: t.field({
    type: AlertChannelRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Has the team alerted there no more.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => services.alertChannels.remove(request, AlertChannelId.require(id)),
  }),
}));
