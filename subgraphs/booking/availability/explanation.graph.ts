import { builder } from '../builder.js';
import { ProviderId, ServiceId } from '../ids.js';
import type { Obstacle, SLOT_OBSTACLES } from './explanation.js';

const SlotObstacleCode = builder.enumType('SlotObstacleCode', {
  description: 'What keeps a start from being booked.',
  values: {
    SERVICE_NOT_BOOKABLE: { description: 'The service is not active.' },
    PROVIDER_NOT_BOOKABLE: { description: 'The provider is not active, or awaits her approval.' },
    TOO_SOON: { description: 'It is past, or nearer than the notice of the service.' },
    TOO_FAR_AHEAD: { description: 'It is beyond the horizon of the service.' },
    NOT_QUALIFIED: { description: 'The provider lacks a qualification by then.' },
    CLOSED: { description: 'The provider or the company is closed.' },
    NOT_WORKING: { description: 'The provider does not work then.' },
    ENDS_AFTER_WORK: { description: "The provider's work ends before the service does." },
    BETWEEN_STARTS: { description: 'It is none of the starts that steps lead to.' },
    PROVIDER_TAKEN: { description: 'The provider is taken.' },
    TRAVELLING: { description: 'The provider is at another location then, or on the way from or to it.' },
    RESOURCE_TAKEN: { description: 'Of a kind of resource that the service needs there is none free.' },
    SESSION_FULL: { description: 'Every seat of the session is taken.' },
  } satisfies Record<(typeof SLOT_OBSTACLES)[number], object>,
});

const SlotObstacleRef = builder.objectRef<Obstacle>('SlotObstacle').implement({
  description: 'One thing that keeps a start from being booked.',
  fields: (t) => ({
    code: t.expose('code', { type: SlotObstacleCode, description: 'What it is.' }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'The name of a holiday or of another location, or the kind of a resource.',
    }),
  }),
});

const SlotExplanationRef = builder.objectRef<readonly Obstacle[]>('SlotExplanation').implement({
  description: 'Whether a start can be booked, and what keeps it from that.',
  fields: (t) => ({
    bookable: t.boolean({ description: 'Whether nothing does.', resolve: (obstacles) => obstacles.length === 0 }),
    obstacles: t.field({
      type: [SlotObstacleRef],
      description: 'Everything that does; nothing exactly when it can be booked.',
      resolve: (obstacles) => [...obstacles],
    }),
  }),
});

builder.queryFields((t) => ({
  explainSlot: t.field({
    type: SlotExplanationRef,
    nullable: true,
    requiresScopes: [['appointments:read']],
    description: 'Why a start cannot be booked, or that it can; null when no such provider does such a service.',
    args: {
      serviceId: t.arg.id({ description: 'Global id of the service.' }),
      providerId: t.arg.id({ description: 'Global id of the provider.' }),
      startsAt: t.arg({ type: 'DateTime', description: 'The start.' }),
    },
    resolve: (_root, args, { request, services }) => {
      const [serviceId, providerId] = [ServiceId.decode(args.serviceId), ProviderId.decode(args.providerId)];
      if (serviceId === null || providerId === null) return null;
      return services.availability.explain(request, { serviceId, providerId, startsAt: args.startsAt });
    },
  }),
}));
