import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ProviderId, ServiceId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import type { Slot } from './availability.service.js';
import { wallClock } from './zone-calendar.js';

const SlotRef = builder.objectRef<Slot>('Slot').implement({
  description: 'A time at which a service can be booked with a provider.',
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'The start; what `createBooking` is given.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'The end, without the buffer behind it.' }),
    provider: t.expose('provider', { type: ProviderRef, description: 'Whose time it is.' }),
    localStart: t.string({
      description: "What the provider's wall clock shows at the start, as `2027-01-31T09:00:00`.",
      resolve: ({ startsAt, timeZone }) => wallClock(startsAt, timeZone),
    }),
    timeZone: t.exposeString('timeZone', { description: "IANA zone of the provider's wall clock." }),
  }),
});

const WorkingHoursInput = builder.inputType('WorkingHoursInput', {
  description: 'A stretch of a weekday in which a provider works.',
  fields: (t) => ({
    weekday: t.int({ description: 'ISO 8601 weekday: Monday is 1, Sunday 7.' }),
    start: t.string({ description: "`HH:MM` on the provider's wall clock." }),
    end: t.string({ description: '`HH:MM`, later than the start; `24:00` is midnight at the end of the day.' }),
  }),
});

const SetWorkingHoursInput = builder.inputType('SetWorkingHoursInput', {
  description: "A provider's whole week.",
  fields: (t) => ({
    providerId: t.id({ description: 'Global id of the provider.' }),
    hours: t.field({
      type: [WorkingHoursInput],
      description: 'When she works, without overlaps; empty when she does not.',
    }),
  }),
});

builder.queryFields((t) => ({
  availableSlots: t.connection(
    {
      type: SlotRef,
      nullable: true,
      tag: 'public',
      description:
        'When a service can be booked, in order of time: exactly these starts. Null for an unknown service.',
      args: {
        serviceId: t.arg.id({ description: 'Global id of the service.' }),
        providerId: t.arg.id({ required: false, description: 'Only with this provider.' }),
        from: t.arg({ type: 'LocalDate', description: "First day, on the provider's calendar." }),
        days: t.arg.int({ defaultValue: 7, description: 'How many days, 1 to 31.' }),
      },
      resolve: (_root, { serviceId, providerId, ...args }, { request, services }) => {
        const service = ServiceId.decode(serviceId);
        const provider = providerId == null ? undefined : ProviderId.decode(providerId);
        if (service === null || provider === null) return null;
        return services.availability.search(request, { ...args, serviceId: service, providerId: provider });
      },
    },
    { name: 'SlotConnection', description: 'A page of slots.' },
    { name: 'SlotEdge', description: 'A slot in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  setWorkingHours: t.field({
    type: ProviderRef,
    nullable: true,
    requiresScopes: [['appointments:update'], ['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: "Puts a new week in the place of a provider's old one. What is booked already stays booked.",
    args: { input: t.arg({ type: SetWorkingHoursInput, description: 'The week.' }) },
    resolve: async (_root, { input }, { request, services }) => {
      const providerId = ProviderId.require(input.providerId);
      await services.workingHours.set(request, { providerId, hours: input.hours });
      return services.providers.get(request, providerId);
    },
  }),
}));
