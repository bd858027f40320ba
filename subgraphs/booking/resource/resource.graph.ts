import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { LocationId, ProviderId, ResourceId, ServiceId } from '../ids.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ProviderRef } from '../provider/provider.graph.js';
import type { LocationRow, ProviderQualificationRow, ResourceRow } from './resource.store.js';

export const LocationRef = builder.objectRef<LocationRow>('Location').implement({
  description: 'Where services are done.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => LocationId.encode(id) }),
    name: t.exposeString('name', { description: 'Name.' }),
    address: t.exposeString('address', { nullable: true, description: 'How to get there.' }),
  }),
});

export const ResourceRef = builder.objectRef<ResourceRow>('Resource').implement({
  description: 'Something that services need beside a provider, such as a room or equipment.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => ResourceId.encode(id) }),
    name: t.exposeString('name', { description: 'Name.' }),
    kind: t.exposeString('kind', { description: "Kind, in the company's own words and in lower case." }),
    capacity: t.exposeInt('capacity', { description: 'How much of it can be in use at one moment.' }),
    active: t.exposeBoolean('active', { description: 'Whether new bookings may use it.' }),
    location: t.field({
      type: LocationRef,
      nullable: true,
      description: 'Where it is; null where that does not matter.',
      resolve: ({ locationId }, _args, { request, services }) =>
        locationId === null ? null : services.resources.findLocation(request, locationId),
    }),
  }),
});

interface Requirement {
  readonly kind: string;
  readonly units: number;
}

const RequirementRef = builder.objectRef<Requirement>('ServiceRequirement').implement({
  description: 'How much of which kind of resource a service needs; one resource has to have it all.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'Kind of resource.' }),
    units: t.exposeInt('units', { description: 'How much of it.' }),
  }),
});

const QualificationRef = builder.objectRef<ProviderQualificationRow>('ProviderQualification').implement({
  description: 'What a provider has proved.',
  authenticated: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: "In the company's own words and in lower case." }),
    validUntil: t.field({
      type: 'LocalDate',
      nullable: true,
      description: 'The last day on which it counts; null when it always does.',
      resolve: ({ validUntil }) => validUntil?.toISOString().slice(0, 10) ?? null,
    }),
  }),
});

builder.objectFields(ServiceRef, (t) => ({
  requirements: t.field({
    type: [RequirementRef],
    description: 'The resources it needs beside a provider.',
    resolve: async ({ id }, _args, { request, services }) => [
      ...(await services.resources.requirementsOf(request, id)).resources,
    ],
  }),
  requiredQualifications: t.stringList({
    description: 'What whoever does it must have proved.',
    resolve: async ({ id }, _args, { request, services }) => [
      ...(await services.resources.requirementsOf(request, id)).qualifications,
    ],
  }),
}));

builder.objectField(ProviderRef, 'qualifications', (t) =>
  t.field({
    type: [QualificationRef],
    nullable: true,
    authenticated: true,
    description: 'What she has proved.',
    resolve: async ({ id }, _args, { request, services }) => [...(await services.resources.qualificationsOf(request, id))],
  }),
);

const CreateLocationInput = builder.inputType('CreateLocationInput', {
  description: 'A new location.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    address: t.string({ required: false, description: 'How to get there, up to 500 characters.' }),
  }),
});

const CreateResourceInput = builder.inputType('CreateResourceInput', {
  description: 'A new resource.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    kind: t.string({ description: 'Kind, 1 to 60 characters; services ask for it.' }),
    capacity: t.int({ description: 'How much of it can be in use at one moment, 1 to 10000.' }),
    locationId: t.id({ required: false, description: 'Global id of where it is.' }),
  }),
});

const ChangeResourceInput = builder.inputType('ChangeResourceInput', {
  description: 'What changes of a resource; what is left out stays.',
  fields: (t) => ({
    id: t.id({ description: 'Global id of the resource.' }),
    name: t.string({ required: false, description: 'Name, 1 to 120 characters.' }),
    capacity: t.int({ required: false, description: 'How much of it can be in use at one moment, 1 to 10000.' }),
    active: t.boolean({ required: false, description: 'Whether new bookings may use it.' }),
  }),
});

const RequirementInput = builder.inputType('ServiceRequirementInput', {
  description: 'How much of which kind of resource.',
  fields: (t) => ({
    kind: t.string({ description: 'Kind of resource; each at most once.' }),
    units: t.int({ description: 'How much of it, 1 to 10000.' }),
  }),
});

const SetServiceRequirementsInput = builder.inputType('SetServiceRequirementsInput', {
  description: 'All that a service needs.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    resources: t.field({ type: [RequirementInput], description: 'Resources, at most 10 kinds.' }),
    qualifications: t.stringList({ description: 'What whoever does it must have proved, at most 20.' }),
  }),
});

const QualificationInput = builder.inputType('ProviderQualificationInput', {
  description: 'What a provider has proved.',
  fields: (t) => ({
    name: t.string({ description: '1 to 60 characters; each at most once.' }),
    validUntil: t.field({ type: 'LocalDate', required: false, description: 'The last day on which it counts.' }),
  }),
});

const SetProviderQualificationsInput = builder.inputType('SetProviderQualificationsInput', {
  description: 'All that a provider has proved.',
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    qualifications: t.field({ type: [QualificationInput], description: 'At most 50.' }),
  }),
});

builder.queryFields((t) => ({
  locations: t.connection(
    {
      type: LocationRef,
      nullable: true,
      tag: 'public',
      description: 'Where services are done, by name.',
      resolve: (_root, args, { request, services }) => services.resources.listLocations(request, args),
    },
    { name: 'LocationConnection', description: 'A page of locations.' },
    { name: 'LocationEdge', description: 'A location in a page.' },
  ),
  resources: t.connection(
    {
      type: ResourceRef,
      nullable: true,
      requiresScopes: [['appointments:read'], ['settings:read']],
      description: 'Resources by name.',
      args: { kind: t.arg.string({ required: false, description: 'Only of this kind.' }) },
      resolve: (_root, args, { request, services }) => services.resources.list(request, args),
    },
    { name: 'ResourceConnection', description: 'A page of resources.' },
    { name: 'ResourceEdge', description: 'A resource in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createLocation: t.field({
    type: LocationRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError] },
    description: 'Adds a location.',
    args: { input: t.arg({ type: CreateLocationInput, description: 'What it is.' }) },
    resolve: (_root, { input }, { request, services }) => services.resources.createLocation(request, input),
  }),
  createResource: t.field({
    type: ResourceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Adds a resource.',
    args: { input: t.arg({ type: CreateResourceInput, description: 'What it is.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.resources.create(request, {
        ...input,
        locationId: input.locationId == null ? null : LocationId.require(input.locationId),
      }),
  }),
  changeResource: t.field({
    type: ResourceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Changes a resource. What is booked already stays booked.',
    args: { input: t.arg({ type: ChangeResourceInput, description: 'What changes.' }) },
    resolve: (_root, { input: { id, ...change } }, { request, services }) =>
      services.resources.change(request, ResourceId.require(id), change),
  }),
  setServiceRequirements: t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Puts new requirements of a service in the place of the old ones.',
    args: { input: t.arg({ type: SetServiceRequirementsInput, description: 'All that it needs.' }) },
    resolve: async (_root, { input: { serviceId, ...needs } }, { request, services }) => {
      const id = ServiceId.require(serviceId);
      await services.resources.require(request, id, needs);
      return services.catalogue.get(request, id);
    },
  }),
  setProviderQualifications: t.field({
    type: ProviderRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: "Puts a provider's new qualifications in the place of the old ones.",
    args: { input: t.arg({ type: SetProviderQualificationsInput, description: 'All that she has proved.' }) },
    resolve: async (_root, { input: { providerId, qualifications } }, { request, services }) => {
      const id = ProviderId.require(providerId);
      await services.resources.qualify(request, id, qualifications);
      return services.providers.get(request, id);
    },
  }),
}));
