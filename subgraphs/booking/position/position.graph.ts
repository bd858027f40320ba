import { ForbiddenError, NotFoundError, RateLimitedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ProviderId, ResourceId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import { ResourceRef } from '../resource/resource.graph.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { PositionSubject } from './position.js';
import type { PositionUpdate } from './position.service.js';
import type { PositionRow } from './position.store.js';

const PositionRef = builder.objectRef<PositionRow>('Position').implement({
  description: 'Where somebody or something was last.',
  authenticated: true,
  fields: (t) => ({
    latitude: t.exposeFloat('latitude', { description: 'Degrees north.' }),
    longitude: t.exposeFloat('longitude', { description: 'Degrees east.' }),
    accuracyMeters: t.exposeInt('accuracyMeters', { nullable: true, description: 'How far off it may be; null when that is not known.' }),
    measuredAt: t.expose('measuredAt', { type: 'DateTime', description: 'When it was measured.' }),
  }),
});

builder.objectField(ProviderRef, 'position', (t) =>
  t.field({
    type: PositionRef,
    nullable: true,
    authenticated: true,
    description: 'Where she was last. Null unless it is you or you see bookings (`appointments:read`).',
    resolve: ({ id }, _args, { request, services }) => services.positions.of(request, { is: 'PROVIDER', id }),
  }),
);

builder.objectField(ResourceRef, 'position', (t) =>
  t.field({
    type: PositionRef,
    nullable: true,
    description: 'Where it was last. Null unless you see bookings (`appointments:read`).',
    resolve: ({ id }, _args, { request, services }) => services.positions.of(request, { is: 'RESOURCE', id }),
  }),
);

builder.objectField(BookingRef, 'position', (t) =>
  t.field({
    type: PositionRef,
    nullable: true,
    description: 'Where what it uses is, or else its provider: from an hour before its start to its end, and null at other times.',
    resolve: (booking, _args, { request, services }) => services.positions.ofBooking(request, booking),
  }),
);

const PositionUpdateRef = builder.objectRef<PositionUpdate>('PositionUpdate').implement({
  description: 'Somebody or something that has reported its position.',
  authenticated: true,
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on behind this update.' }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'The provider who has; null for a resource.',
      resolve: ({ is, id }, _args, { request, services }) => (is === 'PROVIDER' ? services.providers.find(request, id) : null),
    }),
    resource: t.field({
      type: ResourceRef,
      nullable: true,
      description: 'The resource that has; null for a provider.',
      resolve: ({ is, id }, _args, { request, services }) => (is === 'RESOURCE' ? services.resources.find(request, id) : null),
    }),
    position: t.field({
      type: PositionRef,
      nullable: true,
      description: 'Where it is now.',
      resolve: (subject, _args, { request, services }) => services.positions.of(request, subject),
    }),
  }),
});

const ReportPositionInput = builder.inputType('ReportPositionInput', {
  description: 'Where a provider or a resource is; one of them is named.',
  fields: (t) => ({
    providerId: t.id({ required: false, description: 'Global id of the provider.' }),
    resourceId: t.id({ required: false, description: 'Global id of the resource.' }),
    latitude: t.float({ description: 'Degrees north, -90 to 90.' }),
    longitude: t.float({ description: 'Degrees east, -180 to 180.' }),
    accuracyMeters: t.int({ required: false, description: 'How far off it may be.' }),
    measuredAt: t.field({ type: 'DateTime', required: false, description: 'When it was measured, within the last hour; now when left out.' }),
  }),
});

interface NamedSubject {
  readonly providerId?: string | null | undefined;
  readonly resourceId?: string | null | undefined;
}

/** @throws {ValidationError} unless one is named; @throws {NotFoundError} */
function subjectOf({ providerId, resourceId }: NamedSubject): PositionSubject {
  if (providerId != null && resourceId == null) return { is: 'PROVIDER', id: ProviderId.require(providerId) };
  if (resourceId != null && providerId == null) return { is: 'RESOURCE', id: ResourceId.require(resourceId) };
  throw ValidationError.of('resourceId', 'must be named, or else a provider');
}

builder.mutationField('reportPosition', (t) =>
  t.field({
    type: PositionRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, ForbiddenError, NotFoundError, RateLimitedError] },
    description:
      'Says where a provider or a resource is: with `appointments:update`, and a provider of herself. Only the last report is kept; at most one in five seconds.',
    args: { input: t.arg({ type: ReportPositionInput, description: 'What, and where.' }) },
    resolve: (_root, { input: { providerId, resourceId, ...position } }, { request, services }) =>
      services.positions.report(request, subjectOf({ providerId, resourceId }), position),
  }),
);

builder.subscriptionField('positionReported', (t) =>
  t.field({
    type: PositionUpdateRef,
    nullable: true,
    requiresScopes: [['appointments:read']],
    description: 'Positions as they are reported, of everybody and everything of the company.',
    args: { after: t.arg.string({ required: false, description: 'Cursor of the last update you have seen.' }) },
    subscribe: (_root, { after }, { request, services }) => services.positions.updates(request, after),
    resolve: (update) => update,
  }),
);
