import type { ShippedDefinition } from './shipped-definition.js';

/** Somebody who has registered is a client once she has shown that her address is hers. */
export const clientOnboarding: ShippedDefinition = {
  key: 'client-onboarding',
  name: 'Client onboarding',
  description: 'Somebody has registered as a client, and confirms her address.',
  entityType: 'User',
  start: 'address',
  steps: [
    { key: 'address', name: 'Confirm the address', type: 'EVENT', config: { event: 'EMAIL_VERIFIED' } },
    { key: 'complete', name: 'Complete', type: 'END', config: { outcome: 'COMPLETE' } },
  ],
  transitions: [{ from: 'address', on: 'HAPPENED', to: 'complete' }],
};
