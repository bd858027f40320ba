import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { clockOf } from '../availability/working-hours.js';
import { builder } from '../builder.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ServiceId } from '../ids.js';
import type { ReminderRuleRow } from './reminder.store.js';

const ReminderRuleRef = builder.objectRef<ReminderRuleRow>('ReminderRule').implement({
  description: 'When clients are reminded of what they have booked.',
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'Of which service; of all that have no rule of their own when null.',
      resolve: ({ serviceId }, _args, { request, services }) =>
        serviceId === null ? null : services.catalogue.get(request, serviceId),
    }),
    leadMinutes: t.exposeIntList('leadMinutes', {
      description: 'How long before the start, the longest first; none for no reminders.',
    }),
    quietFrom: t.string({
      nullable: true,
      description: 'From when on nobody is reminded, `HH:MM` on the clock of the company; null for no such hours.',
      resolve: ({ quietFrom }) => (quietFrom === null ? null : clockOf(quietFrom)),
    }),
    quietUntil: t.string({
      nullable: true,
      description: 'Until when; null for no such hours.',
      resolve: ({ quietUntil }) => (quietUntil === null ? null : clockOf(quietUntil)),
    }),
  }),
});

const QuietTimeInput = builder.inputType('QuietTimeInput', {
  description: 'Hours of the day in which nobody is reminded.',
  fields: (t) => ({
    from: t.string({ description: '`HH:MM` on the clock of the company.' }),
    until: t.string({ description: '`HH:MM`, the next morning where it is earlier.' }),
  }),
});

const SetRemindersInput = builder.inputType('SetRemindersInput', {
  description: 'When clients are reminded of what they have booked.',
  fields: (t) => ({
    serviceId: t.id({ required: false, description: 'Global id of the service; all without a rule when left out.' }),
    leadMinutes: t.intList({ description: 'How long before the start, 5 to 43200 minutes; at most 5, none for never.' }),
    quietHours: t.field({ type: QuietTimeInput, required: false, description: 'When nobody is; never when left out.' }),
  }),
});

const serviceOf = (given: string | null | undefined): string | null => (given == null ? null : ServiceId.require(given));

builder.queryField('reminderRules', (t) =>
  t.field({
    type: [ReminderRuleRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: 'When clients are reminded; where nothing is said, a day and two hours before, but not from 21:00 to 08:00.',
    resolve: (_root, _args, { request, services }) => services.reminders.rules(request),
  }),
);

builder.mutationFields((t) => ({
  setReminders: t.field({
    type: ReminderRuleRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Says when clients are reminded of what is booked, or moved, from then on.',
    args: { input: t.arg({ type: SetRemindersInput, description: 'When.' }) },
    resolve: (_root, { input: { serviceId, leadMinutes, quietHours } }, { request, services }) =>
      services.reminders.setRule(request, { serviceId: serviceOf(serviceId), leadMinutes, quietHours: quietHours ?? null }),
  }),
  removeReminders: t.field({
    type: ReminderRuleRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ForbiddenError, NotFoundError] },
    description: 'Takes a rule away; the general one, or what is usual, counts from then on.',
    args: { serviceId: t.arg.id({ required: false, description: 'Global id of the service; the general rule when left out.' }) },
    resolve: (_root, { serviceId }, { request, services }) =>
      services.reminders.removeRule(request, serviceOf(serviceId)),
  }),
}));
