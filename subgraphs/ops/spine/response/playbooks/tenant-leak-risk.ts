import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const TENANT_LEAK_RISK: Playbook = {
  type: 'TENANT_LEAK_RISK',
  classification: 'TENANCY',
  decision:
    'Treat it as a breach until proven otherwise: stop the path, keep the evidence, then look for reach.',
  steps: [
    'Name an incident lead and write down the time, the operation, the asking tenant and the tenant the data belongs to.',
    'Take the operation out of service for everybody, or the last release back if it came with that.',
    'Keep the request logs, the audit entries and a database snapshot before anything is cleaned up.',
    'Empty the caches the operation writes to; an answer kept under a key without the tenant leaks again by itself.',
    'Find every answer the operation gave since the last release known to be good, and which of them crossed tenants.',
    'Have the operation’s tests ask for another tenant’s data, in every role, and see them fail before it is fixed.',
    'Bring in whoever answers for data protection now: notification periods run from the moment it became known.',
  ],
  risks: [
    'With the operation out of service its users cannot work, in all tenants.',
    'Ending all sessions also ends those of the people who are to help.',
    'Looking at what leaked is itself an access to it: give it to few, and have it audited.',
  ],
  flags: [
    {
      key: OPS_FLAGS.forceLogoutAll,
      value: true,
      reason: 'A session bound to the wrong tenant keeps leaking until it ends.',
      rollback:
        'Set force-logout back to false once sessions have ended; ended sessions cannot be restored, their users sign in again',
    },
    {
      key: OPS_FLAGS.tokenRefresh,
      value: false,
      reason: 'A token issued with the wrong tenant must not be renewed.',
      rollback: 'Enable token refresh again when tokens are shown to carry the right tenant',
    },
    {
      key: OPS_FLAGS.blockNewSignups,
      value: true,
      reason: 'Nobody new should come in while it is open whose data they would see.',
      rollback: 'Open sign-ups again when the isolation tests pass on the release that is running',
    },
  ],
  rollback: [
    'Put the operation back into service for one internal tenant first, and for all after an hour without a signal.',
    'Close the emergency access to the evidence when the report is written.',
  ],
};
