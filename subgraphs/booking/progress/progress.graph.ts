import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ClientRef } from '../client/client.graph.js';
import { ClientId, ServiceId, ServiceStepId } from '../ids.js';
import { percentOf, type ClientStep, type Progress } from './progress.js';
import type { ServiceStepRow } from './progress.store.js';

const ServiceStepRef = builder.objectRef<ServiceStepRow>('ServiceStep').implement({
  description: 'One thing that a service goes through.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => ServiceStepId.encode(id) }),
    name: t.exposeString('name', { description: 'Name.' }),
  }),
});

const ProgressStepRef = builder.objectRef<ClientStep>('ProgressStep').implement({
  description: 'A step of a service, as a client stands with it.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the step.', resolve: ({ stepId }) => ServiceStepId.encode(stepId) }),
    name: t.exposeString('name', { description: 'Name.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When she had completed it; null while she has not.',
    }),
  }),
});

const ProgressRef = builder.objectRef<Progress>('Progress').implement({
  description: 'How far a client has come with a service.',
  authenticated: true,
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      description: 'With what.',
      resolve: ({ serviceId }, _args, { request, services }) => services.catalogue.get(request, serviceId),
    }),
    percent: t.int({
      description: 'How much of it she has completed, 0 to 100; 100 only when it is everything.',
      resolve: ({ steps }) => percentOf(steps),
    }),
    steps: t.field({
      type: [ProgressStepRef],
      description: 'What it goes through, in order.',
      resolve: ({ steps }) => [...steps],
    }),
  }),
});

builder.objectField(ServiceRef, 'steps', (t) =>
  t.field({
    type: [ServiceStepRef],
    description: 'What it goes through, in order; nothing for one that is over with its booking.',
    resolve: async ({ id }, _args, { request, services }) => [...(await services.progress.stepsOf(request, id))],
  }),
);

builder.objectField(ClientRef, 'progress', (t) =>
  t.field({
    type: [ProgressRef],
    nullable: true,
    description: 'How far she has come with what she has booked; only services that have steps.',
    resolve: async ({ id }, _args, { request, services }) => {
      const progress = await services.progress.of(request, id);
      return progress && [...progress];
    },
  }),
);

const SetServiceStepsInput = builder.inputType('SetServiceStepsInput', {
  description: 'All that a service goes through.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    steps: t.stringList({ description: 'Names in order, each once, 1 to 120 characters; at most 200.' }),
  }),
});

const RecordProgressInput = builder.inputType('RecordProgressInput', {
  description: 'What a client has completed.',
  fields: (t) => ({
    clientId: t.id({ description: 'Global id of the client.' }),
    stepId: t.id({ description: 'Global id of the step.' }),
    completed: t.boolean({ required: false, description: 'False for what she has not completed after all; true when left out.' }),
  }),
});

builder.queryField('myProgress', (t) =>
  t.field({
    type: [ProgressRef],
    nullable: true,
    authenticated: true,
    description: 'How far you have come with what you have booked; only services that have steps.',
    resolve: async (_root, _args, { request, services }) => [...(await services.progress.mine(request))],
  }),
);

builder.mutationFields((t) => ({
  setServiceSteps: t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Puts new steps of a service in the place of the old ones. What keeps its name stays completed.',
    args: { input: t.arg({ type: SetServiceStepsInput, description: 'All that it goes through.' }) },
    resolve: async (_root, { input: { serviceId, steps } }, { request, services }) => {
      const id = ServiceId.require(serviceId);
      await services.progress.setSteps(request, id, steps);
      return services.catalogue.get(request, id);
    },
  }),
  recordProgress: t.field({
    type: ProgressRef,
    nullable: true,
    requiresScopes: [['appointments:update']],
    errors: { types: [ForbiddenError, NotFoundError, ConflictError] },
    description: 'Notes that a client who has booked a service has completed a step of it, or not after all.',
    args: { input: t.arg({ type: RecordProgressInput, description: 'Who, and what.' }) },
    resolve: (_root, { input: { clientId, stepId, completed } }, { request, services }) =>
      services.progress.record(request, {
        clientId: ClientId.require(clientId),
        stepId: ServiceStepId.require(stepId),
        isCompleted: completed ?? true,
      }),
  }),
}));
