import { ConflictError, ForbiddenError, NotFoundError, StepUpRequiredError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { WebhookId } from '../ids.js';
import { WEBHOOK_EVENTS } from './webhook-catalogue.js';
import type { WEBHOOK_STATUSES } from './webhook.js';
import type { WebhookWithSecret } from './webhook.service.js';
import type { WebhookRow } from './webhook.store.js';

const WebhookStatusEnum = builder.enumType('WebhookStatus', {
  description: 'Whether an address is called.',
  values: {
    ACTIVE: { description: 'It is called.' },
    PAUSED: { description: 'Your company does not want it called at present.' },
    DISABLED: { description: 'Nothing but failures came of it, or it said that it is gone; it is called no more until you say so.' },
  } satisfies Record<(typeof WEBHOOK_STATUSES)[number], { description: string }>,
});

export const WebhookRef = builder.objectRef<WebhookRow>('Webhook').implement({
  description: 'An address of your company that is called when something has happened in it.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => WebhookId.encode(id) }),
    url: t.exposeString('url', { description: 'The address.' }),
    description: t.exposeString('description', { description: 'What your company says of it.' }),
    eventTypes: t.exposeStringList('eventTypes', { description: 'What it is told of; of everything when empty.' }),
    status: t.expose('status', { type: WebhookStatusEnum, description: 'Whether it is called.' }),
    failures: t.exposeInt('failures', { description: 'Calls in a row of which nothing came.' }),
    failingSince: t.expose('failingSince', { type: 'DateTime', nullable: true, description: 'Since when nothing comes of them; null when the last did.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    fromIntegration: t.exposeBoolean('fromIntegration', { description: 'Whether it belongs to the integration of your company, and is changed and disabled there.' }),
  }),
});

const WebhookEventTypeRef = builder.objectRef<(typeof WEBHOOK_EVENTS)[number]>('WebhookEventType').implement({
  description: 'Something of which an address can be told.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Its name, such as `booking.confirmed`.' }),
    description: t.exposeString('description', { description: 'What has happened then.' }),
  }),
});

const WebhookSecretRef = builder.objectRef<WebhookWithSecret>('WebhookWithSecret').implement({
  description: 'A webhook with a new secret.',
  requiresScopes: [['settings:update']],
  fields: (t) => ({
    webhook: t.field({ type: WebhookRef, description: 'The webhook.', resolve: ({ webhook }) => webhook }),
    secret: t.exposeString('secret', {
      description: 'What calls are signed with, by Standard Webhooks: told here and never again.',
    }),
  }),
});

const RegisterWebhookInput = builder.inputType('RegisterWebhookInput', {
  description: 'An address to be called.',
  fields: (t) => ({
    url: t.string({ description: 'Address on the internet, with https; up to 2,000 characters.' }),
    eventTypes: t.stringList({ required: false, description: 'Of what it is told, by `webhookEventTypes`; of everything unless said.' }),
    description: t.string({ required: false, description: 'What it is for; up to 200 characters.' }),
  }),
});

const ChangeWebhookInput = builder.inputType('ChangeWebhookInput', {
  description: 'What is to be another; the rest stays as it is.',
  fields: (t) => ({
    url: t.string({ required: false, description: 'Address on the internet, with https.' }),
    eventTypes: t.stringList({ required: false, description: 'Of what it is told; of everything when empty.' }),
    description: t.string({ required: false, description: 'What it is for; up to 200 characters.' }),
    isActive: t.boolean({ required: false, description: 'Whether it is called; true also for one that was disabled.' }),
  }),
});

builder.queryFields((t) => ({
  webhooks: t.field({
    type: [WebhookRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'Addresses of your company that are called when something happens in it.',
    resolve: async (_root, _args, { request, services }) => [...(await services.webhooks.list(request))],
  }),
  webhook: t.field({
    type: WebhookRef,
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'One of them.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = WebhookId.decode(id);
      return uuid === null ? null : services.webhooks.find(request, uuid);
    },
  }),
  webhookEventTypes: t.field({
    type: [WebhookEventTypeRef],
    nullable: true,
    authenticated: true,
    description: 'Of what an address can be told.',
    resolve: () => [...WEBHOOK_EVENTS],
  }),
}));

builder.mutationFields((t) => ({
  registerWebhook: t.field({
    type: WebhookSecretRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Has an address called from now on when something happens; up to 20 for a company.',
    args: { input: t.arg({ type: RegisterWebhookInput, description: 'The address, and of what it is told.' }) },
    resolve: (_root, { input }, { request, services }) => services.webhooks.register(request, input),
  }),
  changeWebhook: t.field({
    type: WebhookRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Changes an address or of what it is told, pauses it, or has it called again.',
    args: {
      id: t.arg.id({ description: 'Global id.' }),
      input: t.arg({ type: ChangeWebhookInput, description: 'What is to be another.' }),
    },
    resolve: (_root, { id, input }, { request, services }) => services.webhooks.change(request, WebhookId.require(id), input),
  }),
  rotateWebhookSecret: t.field({
    type: WebhookSecretRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Makes a new secret. Calls are signed with both until the one before has run out.',
    args: {
      id: t.arg.id({ description: 'Global id.' }),
      overlapHours: t.arg.int({ required: false, description: 'How long the one before still counts: 0 to 168, 24 unless said.' }),
    },
    resolve: (_root, { id, overlapHours }, { request, services }) =>
      services.webhooks.rotateSecret(request, WebhookId.require(id), overlapHours),
  }),
  removeWebhook: t.field({
    type: WebhookRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Forgets an address with all that was delivered to it.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => services.webhooks.remove(request, WebhookId.require(id)),
  }),
}));
