import type { ShippedDefinition } from './shipped-definition.js';

/** A provider is not booked before somebody who had no part in it has approved her, with her papers checked. */
export const providerOnboarding: ShippedDefinition = {
  key: 'provider-onboarding',
  name: 'Provider onboarding',
  description: 'Takes a new provider from her particulars and papers to being bookable.',
  entityType: 'Provider',
  start: 'particulars',
  steps: [
    {
      key: 'particulars',
      name: 'Particulars',
      type: 'FORM',
      candidateRoles: ['OWNER', 'ADMIN', 'STAFF', 'PRACTITIONER'],
      due: { minutes: 7 * 24 * 60, escalateTo: ['OWNER', 'ADMIN'] },
      config: {
        schema: {
          type: 'object',
          properties: {
            legalName: { type: 'string', title: 'Name in the identity document', minLength: 1, maxLength: 200 },
            country: { type: 'string', title: 'Country of residence, two letters', minLength: 2, maxLength: 2 },
            dateOfBirth: { type: 'string', title: 'Date of birth', format: 'date' },
            isRegulated: { type: 'boolean', title: 'Practises a profession that needs a licence' },
          },
          required: ['legalName', 'country', 'isRegulated'],
          additionalProperties: false,
        },
      },
    },
    {
      key: 'identityDocuments',
      name: 'Identity documents',
      type: 'DOCUMENT',
      candidateRoles: ['OWNER', 'ADMIN', 'STAFF', 'PRACTITIONER'],
      due: { minutes: 14 * 24 * 60, escalateTo: ['OWNER', 'ADMIN'] },
      config: {
        documents: [
          { kind: 'identityCard', label: 'Identity card or passport' },
          { kind: 'proofOfAddress', label: 'Proof of address', required: false },
        ],
      },
    },
    {
      key: 'licence',
      name: 'Licence to practise',
      type: 'DOCUMENT',
      candidateRoles: ['OWNER', 'ADMIN', 'STAFF', 'PRACTITIONER'],
      due: { minutes: 14 * 24 * 60, escalateTo: ['OWNER', 'ADMIN'] },
      config: { documents: [{ kind: 'licence', label: 'Licence' }] },
    },
    {
      key: 'verification',
      name: 'Check of the documents',
      type: 'VERIFICATION',
      candidateRoles: ['OWNER', 'ADMIN'],
      due: { minutes: 3 * 24 * 60, escalateTo: ['OWNER'] },
      config: { checks: ['The name is the same in all documents', 'No document has expired', 'The picture is readable'] },
    },
    { key: 'approval', name: 'Approval', type: 'APPROVAL', candidateRoles: ['OWNER', 'ADMIN'], config: { approvals: 1 } },
    {
      key: 'admit',
      name: 'Admit',
      type: 'AUTOMATION',
      config: {
        actions: [
          { do: 'DECIDE', decision: 'APPROVED' },
          { do: 'GRANT_ROLE', role: 'PRACTITIONER', user: 'input.userId' },
          {
            do: 'NOTIFY',
            user: 'input.userId',
            roles: ['OWNER'],
            title: 'Onboarding is complete',
            body: '{{steps.particulars.legalName}} has been approved and can be booked.',
          },
        ],
      },
    },
    {
      key: 'turnDown',
      name: 'Turn down',
      type: 'AUTOMATION',
      config: {
        actions: [
          { do: 'DECIDE', decision: 'REJECTED' },
          { do: 'NOTIFY', user: 'input.userId', title: 'Onboarding was turned down', body: 'Your onboarding was not approved.' },
        ],
      },
    },
    { key: 'approved', name: 'Approved', type: 'END', config: { outcome: 'APPROVED' } },
    { key: 'rejected', name: 'Rejected', type: 'END', config: { outcome: 'REJECTED' } },
  ],
  transitions: [
    { from: 'particulars', on: 'SUBMIT', to: 'identityDocuments' },
    { from: 'identityDocuments', on: 'SUBMIT', to: 'licence', when: 'steps.particulars.isRegulated == true' },
    { from: 'identityDocuments', on: 'SUBMIT', to: 'verification' },
    { from: 'licence', on: 'SUBMIT', to: 'verification' },
    { from: 'verification', on: 'VERIFY', to: 'approval' },
    { from: 'verification', on: 'REJECT', to: 'identityDocuments' },
    { from: 'approval', on: 'APPROVE', to: 'admit' },
    { from: 'approval', on: 'REJECT', to: 'turnDown' },
    { from: 'admit', on: 'DONE', to: 'approved' },
    { from: 'turnDown', on: 'DONE', to: 'rejected' },
  ],
};
