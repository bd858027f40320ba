import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { CalendarExceptionId, ProviderId } from '../ids.js';
import { ProviderRef } from '../provider/provider.graph.js';
import type { KeptException } from './calendar-exception.store.js';
import { isWholeDay, type ExceptionKind } from './day-hours.js';
import { clockOf } from './working-hours.js';

const CalendarExceptionKindEnum = builder.enumType('CalendarExceptionKind', {
  description: 'What is different on a day.',
  values: {
    CLOSED: { description: 'Nobody works in these hours.' },
    OPEN: { description: "These hours take the place of the week's and of holidays." },
  } satisfies Record<ExceptionKind, object>,
});

const CalendarExceptionRef = builder.objectRef<KeptException>('CalendarException').implement({
  description: 'Days on which a provider, or the whole company, does not work as in other weeks.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => CalendarExceptionId.encode(id) }),
    kind: t.expose('kind', { type: CalendarExceptionKindEnum, description: 'What is different.' }),
    name: t.exposeString('name', { nullable: true, description: 'What the days are called.' }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Whose days they are; null for the whole company.',
      resolve: ({ providerId }, _args, { request, services }) =>
        providerId === null ? null : services.providers.get(request, providerId),
    }),
    firstDay: t.expose('firstDay', { type: 'LocalDate', description: "First day, on the provider's calendar." }),
    lastDay: t.expose('lastDay', { type: 'LocalDate', description: 'Last day, itself included.' }),
    wholeDay: t.boolean({ description: 'Whether it lasts from midnight to midnight.', resolve: isWholeDay }),
    start: t.string({
      description: "`HH:MM` on the provider's wall clock, on each of the days.",
      resolve: ({ startMinute }) => clockOf(startMinute),
    }),
    end: t.string({
      description: '`HH:MM`; `24:00` is midnight at the end of the day.',
      resolve: ({ endMinute }) => clockOf(endMinute),
    }),
  }),
});

const RemovedCalendarExceptionRef = builder
  .objectRef<{ readonly id: string }>('RemovedCalendarException')
  .implement({
    description: 'Days that are like others again.',
    fields: (t) => ({ id: t.exposeID('id', { description: 'Global id that the exception had.' }) }),
  });

const AddCalendarExceptionInput = builder.inputType('AddCalendarExceptionInput', {
  description: 'Days that are different.',
  fields: (t) => ({
    providerId: t.id({
      required: false,
      description: 'Global id of the provider; a holiday of the whole company when left out.',
    }),
    kind: t.field({ type: CalendarExceptionKindEnum, description: 'What is different.' }),
    name: t.string({ required: false, description: 'What the days are called, up to 120 characters.' }),
    firstDay: t.field({ type: 'LocalDate', description: 'First day.' }),
    lastDay: t.field({ type: 'LocalDate', required: false, description: 'Last day; the first when left out.' }),
    start: t.string({ required: false, description: '`HH:MM`; midnight when left out.' }),
    end: t.string({ required: false, description: '`HH:MM`; midnight at the end of the day when left out.' }),
  }),
});

builder.queryFields((t) => ({
  calendarExceptions: t.field({
    type: [CalendarExceptionRef],
    nullable: true,
    tag: 'public',
    description: "The company's holidays and one provider's exceptions; null for an id that is none.",
    args: {
      providerId: t.arg.id({ required: false, description: 'Global id of a provider; holidays alone without.' }),
      from: t.arg({ type: 'LocalDate', description: 'First day.' }),
      days: t.arg.int({ defaultValue: 31, description: 'How many days, 1 to 366.' }),
    },
    resolve: async (_root, { providerId, from, days }, { request, services }) => {
      const uuid = providerId == null ? undefined : ProviderId.decode(providerId);
      if (uuid === null) return null;
      return [...(await services.calendarExceptions.list(request, { providerId: uuid, from, days }))];
    },
  }),
}));

builder.mutationFields((t) => ({
  addCalendarException: t.field({
    type: CalendarExceptionRef,
    nullable: true,
    requiresScopes: [['appointments:update'], ['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Says that days are different. What is booked already stays booked.',
    args: { input: t.arg({ type: AddCalendarExceptionInput, description: 'The days.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.calendarExceptions.add(request, {
        ...input,
        providerId: input.providerId == null ? null : ProviderId.require(input.providerId),
      }),
  }),
  removeCalendarException: t.field({
    type: RemovedCalendarExceptionRef,
    nullable: true,
    requiresScopes: [['appointments:update'], ['settings:update']],
    errors: { types: [ForbiddenError, NotFoundError] },
    description: 'Makes days like others again.',
    args: { id: t.arg.id({ description: 'Global id of the exception.' }) },
    resolve: async (_root, { id }, { request, services }) => {
      await services.calendarExceptions.remove(request, CalendarExceptionId.require(id));
      return { id };
    },
  }),
}));
