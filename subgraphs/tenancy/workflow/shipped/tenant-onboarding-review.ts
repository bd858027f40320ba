import type { ShippedDefinition } from './shipped-definition.js';

/** What staff of the platform look at when a company has come; it runs in the platform's own tenant. */
export const tenantOnboardingReview: ShippedDefinition = {
  key: 'tenant-onboarding-review',
  name: 'Review of a new company',
  description: 'Staff of the platform look at a company that has come.',
  entityType: 'Tenant',
  start: 'review',
  steps: [
    {
      key: 'review',
      name: 'Review',
      type: 'VERIFICATION',
      candidateRoles: ['SUPPORT', 'SALES', 'ADMIN', 'SUPER_ADMIN'],
      due: { minutes: 2 * 24 * 60, escalateTo: ['ADMIN', 'SUPER_ADMIN'] },
      config: { checks: ['The company exists', 'Its business is one we serve', 'Its address can be reached'] },
    },
    { key: 'approval', name: 'Approval', type: 'APPROVAL', candidateRoles: ['ADMIN', 'SUPER_ADMIN'] },
    { key: 'admit', name: 'Admit', type: 'AUTOMATION', config: { actions: [{ do: 'DECIDE', decision: 'APPROVED' }] } },
    { key: 'turnDown', name: 'Turn down', type: 'AUTOMATION', config: { actions: [{ do: 'DECIDE', decision: 'REJECTED' }] } },
    { key: 'approved', name: 'Approved', type: 'END', config: { outcome: 'APPROVED' } },
    { key: 'rejected', name: 'Rejected', type: 'END', config: { outcome: 'REJECTED' } },
  ],
  transitions: [
    { from: 'review', on: 'VERIFY', to: 'approval' },
    { from: 'review', on: 'REJECT', to: 'turnDown' },
    { from: 'approval', on: 'APPROVE', to: 'admit' },
    { from: 'approval', on: 'REJECT', to: 'turnDown' },
    { from: 'admit', on: 'DONE', to: 'approved' },
    { from: 'turnDown', on: 'DONE', to: 'rejected' },
  ],
};
