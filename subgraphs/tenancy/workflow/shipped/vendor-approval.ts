import type { ShippedDefinition } from './shipped-definition.js';

/** Whom a company buys from: more than a little money needs two to agree. */
export const vendorApproval: ShippedDefinition = {
  key: 'vendor-approval',
  name: 'Vendor approval',
  description: 'Decides whether the company buys from a vendor; two must agree where much is spent.',
  entityType: 'Vendor',
  start: 'request',
  steps: [
    {
      key: 'request',
      name: 'Request',
      type: 'FORM',
      candidateRoles: ['OWNER', 'ADMIN', 'STAFF', 'BILLING'],
      config: {
        schema: {
          type: 'object',
          properties: {
            vendorName: { type: 'string', minLength: 1, maxLength: 200 },
            yearlySpend: { type: 'integer', title: 'Expected spend a year, in whole units of the currency', minimum: 0 },
            purpose: { type: 'string', minLength: 1, maxLength: 2000 },
          },
          required: ['vendorName', 'yearlySpend', 'purpose'],
          additionalProperties: false,
        },
      },
    },
    {
      key: 'documents',
      name: 'Documents',
      type: 'DOCUMENT',
      candidateRoles: ['OWNER', 'ADMIN', 'STAFF', 'BILLING'],
      config: { documents: [{ kind: 'registration', label: 'Trade registration' }, { kind: 'taxForm', label: 'Tax form' }] },
    },
    {
      key: 'approval',
      name: 'Approval',
      type: 'APPROVAL',
      candidateRoles: ['OWNER', 'ADMIN'],
      due: { minutes: 5 * 24 * 60, escalateTo: ['OWNER'] },
    },
    { key: 'jointApproval', name: 'Approval by two', type: 'APPROVAL', candidateRoles: ['OWNER', 'ADMIN'], config: { approvals: 2 } },
    { key: 'admit', name: 'Admit', type: 'AUTOMATION', config: { actions: [{ do: 'DECIDE', decision: 'APPROVED' }] } },
    { key: 'turnDown', name: 'Turn down', type: 'AUTOMATION', config: { actions: [{ do: 'DECIDE', decision: 'REJECTED' }] } },
    { key: 'approved', name: 'Approved', type: 'END', config: { outcome: 'APPROVED' } },
    { key: 'rejected', name: 'Rejected', type: 'END', config: { outcome: 'REJECTED' } },
  ],
  transitions: [
    { from: 'request', on: 'SUBMIT', to: 'documents', when: 'steps.request.yearlySpend >= 1000' },
    { from: 'request', on: 'SUBMIT', to: 'approval' },
    { from: 'documents', on: 'SUBMIT', to: 'jointApproval', when: 'steps.request.yearlySpend >= 25000' },
    { from: 'documents', on: 'SUBMIT', to: 'approval' },
    { from: 'approval', on: 'APPROVE', to: 'admit' },
    { from: 'approval', on: 'REJECT', to: 'turnDown' },
    { from: 'jointApproval', on: 'APPROVE', to: 'admit' },
    { from: 'jointApproval', on: 'REJECT', to: 'turnDown' },
    { from: 'admit', on: 'DONE', to: 'approved' },
    { from: 'turnDown', on: 'DONE', to: 'rejected' },
  ],
};
