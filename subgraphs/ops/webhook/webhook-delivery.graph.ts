import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { WebhookDeliveryId, WebhookId } from '../ids.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import { messageName, type WEBHOOK_DELIVERY_STATUSES } from './webhook.js';
import type { WebhookAttemptRow, WebhookDeliveryRow } from './webhook-delivery.store.js';

const WebhookDeliveryStatusEnum = builder.enumType('WebhookDeliveryStatus', {
  description: 'What became of a message.',
  values: {
    PENDING: { description: 'On its way; it may have been tried already.' },
    DELIVERED: { description: 'The address took it.' },
    FAILED: { description: 'Given up.' },
  } satisfies Record<(typeof WEBHOOK_DELIVERY_STATUSES)[number], { description: string }>,
});

const WebhookAttemptRef = builder.objectRef<WebhookAttemptRow>('WebhookAttempt').implement({
  description: 'One call of an address.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was made.' }),
    statusCode: t.exposeInt('statusCode', { nullable: true, description: 'HTTP status of the answer; null when there was none.' }),
    failure: t.exposeString('failure', { nullable: true, description: 'Why nothing came of it; null when something did.' }),
    answer: t.exposeString('answer', { nullable: true, description: 'How the answer began; at most 1,000 characters.' }),
    milliseconds: t.exposeInt('milliseconds', { description: 'How long it took.' }),
  }),
});

const WebhookDeliveryRef = builder.objectRef<WebhookDeliveryRow>('WebhookDelivery').implement({
  description: 'A message on its way to an address of a company.',
  requiresScopes: [['settings:read'], ['settings:update'], ['platform:audit:read']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => WebhookDeliveryId.encode(id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company.', resolve: tenantOf }),
    url: t.string({ description: 'The address.', resolve: ({ webhook }) => webhook.url }),
    messageId: t.string({
      description: 'What the header `webhook-id` says: the same at every attempt, and for every address.',
      resolve: ({ messageId }) => messageName(messageId),
    }),
    eventType: t.string({ description: 'Of what it tells, such as `booking.confirmed`.', resolve: ({ message }) => message.eventType }),
    body: t.string({ description: 'What it says: JSON, to the byte.', resolve: ({ message }) => message.body }),
    status: t.expose('status', { type: WebhookDeliveryStatusEnum, description: 'What became of it.' }),
    attempts: t.exposeInt('attempts', { description: 'How often the address was called.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    deliveredAt: t.expose('deliveredAt', { type: 'DateTime', nullable: true, description: 'When the address took it.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the address is called next; null once it has taken it, or it is given up.',
    }),
    log: t.field({
      type: [WebhookAttemptRef],
      description: 'Every call that was made of it, in order.',
      resolve: async ({ id }, _args, { request, services }) => [...(await services.webhookDeliveries.attempts(request, id))],
    }),
  }),
});

const WebhookReplayRef = builder.objectRef<{ readonly count: number }>('WebhookReplay').implement({
  description: 'What is delivered once more.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many messages.' }) }),
});

const RedeliverWebhooksInput = builder.inputType('RedeliverWebhooksInput', {
  description: 'What is to be delivered once more.',
  fields: (t) => ({
    webhookId: t.id({ description: 'To which address.' }),
    from: t.field({ type: 'DateTime', description: 'What was made at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'What was made before this time.' }),
    failedOnly: t.boolean({ required: false, description: 'Only what was given up; true unless said.' }),
  }),
});

builder.queryFields((t) => ({
  webhookDeliveries: t.connection(
    {
      type: WebhookDeliveryRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:audit:read']],
      description:
        "What was told to addresses and what became of it, newest first, kept for 30 days: your company's, and for platform staff every company's.",
      args: {
        webhookId: t.arg.id({ required: false, description: 'Only what was told to this address.' }),
        status: t.arg({ type: WebhookDeliveryStatusEnum, required: false, description: 'Only those of which this became.' }),
        eventType: t.arg.string({ required: false, description: 'Only those that tell of this.' }),
      },
      resolve: (_root, { webhookId, status, eventType, ...page }, { request, services }) =>
        services.webhookDeliveries.list(request, page, {
          webhookId: webhookId == null ? undefined : WebhookId.require(webhookId),
          status: status ?? undefined,
          eventType: eventType ?? undefined,
        }),
    },
    { name: 'WebhookDeliveryConnection', description: 'A page of deliveries.' },
    { name: 'WebhookDeliveryEdge', description: 'A delivery in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  testWebhook: t.field({
    type: WebhookDeliveryRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Sends a `webhook.test` to an address, once. What came of it is seen in `webhookDeliveries`.',
    args: { id: t.arg.id({ description: 'Global id of the webhook.' }) },
    resolve: (_root, { id }, { request, services }) => services.webhookDeliveries.test(request, WebhookId.require(id)),
  }),
  redeliverWebhook: t.field({
    type: WebhookDeliveryRef,
    nullable: true,
    requiresScopes: [['settings:update'], ['platform:incidents:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Delivers a message once more, under the id it had.',
    args: { deliveryId: t.arg.id({ description: 'Global id of the delivery.' }) },
    resolve: (_root, { deliveryId }, { request, services }) =>
      services.webhookDeliveries.redeliver(request, WebhookDeliveryId.require(deliveryId)),
  }),
  redeliverWebhooks: t.field({
    type: WebhookReplayRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [NotFoundError, ValidationError, ForbiddenError] },
    description: 'Delivers what was made in a time once more, oldest first, at most 1,000 messages.',
    args: { input: t.arg({ type: RedeliverWebhooksInput, description: 'To which address, and of which time.' }) },
    resolve: async (_root, { input }, { request, services }) => ({
      count: await services.webhookDeliveries.redeliverRange(request, WebhookId.require(input.webhookId), {
        from: input.from,
        to: input.to,
        failedOnly: input.failedOnly ?? true,
      }),
    }),
  }),
}));
