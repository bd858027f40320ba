import type { ShippedDefinition } from './shipped-definition.js';

const DAY = 24 * 60;

/** Somebody looks after a customer in her first weeks. */
export const customerSuccess: ShippedDefinition = {
  key: 'customer-success',
  name: 'Customer success',
  description: 'Somebody looks after a customer in her first weeks, and again whenever she is not content.',
  entityType: 'Client',
  start: 'welcome',
  steps: [
    {
      key: 'welcome',
      name: 'Welcome',
      type: 'NOTIFICATION',
      config: { notice: { do: 'NOTIFY', roles: ['STAFF', 'OWNER'], title: 'A new customer', body: 'Say hello to {{input.name}}.' } },
    },
    { key: 'firstWeek', name: 'First week', type: 'TIMER', config: { minutes: 7 * DAY } },
    {
      key: 'checkIn',
      name: 'Check in',
      type: 'FORM',
      candidateRoles: ['STAFF', 'ADMIN', 'OWNER'],
      due: { minutes: 3 * DAY, escalateTo: ['ADMIN', 'OWNER'] },
      config: {
        schema: {
          type: 'object',
          properties: {
            satisfaction: { type: 'integer', title: 'How content she is, 1 to 5', minimum: 1, maximum: 5 },
            notes: { type: 'string', maxLength: 2000 },
          },
          required: ['satisfaction'],
          additionalProperties: false,
        },
      },
    },
    {
      key: 'alarm',
      name: 'Alarm',
      type: 'NOTIFICATION',
      config: {
        notice: {
          do: 'NOTIFY',
          roles: ['OWNER', 'ADMIN'],
          title: 'A customer is not content',
          body: '{{input.name}} gave {{steps.checkIn.satisfaction}} of 5: {{steps.checkIn.notes}}',
        },
      },
    },
    { key: 'pause', name: 'Pause', type: 'TIMER', config: { minutes: 14 * DAY } },
    { key: 'settled', name: 'Settled', type: 'END', config: { outcome: 'SETTLED' } },
  ],
  transitions: [
    { from: 'welcome', on: 'DONE', to: 'firstWeek' },
    { from: 'firstWeek', on: 'ELAPSED', to: 'checkIn' },
    { from: 'checkIn', on: 'SUBMIT', to: 'alarm', when: 'steps.checkIn.satisfaction < 4' },
    { from: 'checkIn', on: 'SUBMIT', to: 'settled' },
    { from: 'alarm', on: 'DONE', to: 'pause' },
    { from: 'pause', on: 'ELAPSED', to: 'checkIn' },
  ],
};
