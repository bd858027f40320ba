import { OPS_FLAGS, type Playbook } from '../playbook.js';

/** For every type that has no playbook of its own. */
export const UNIVERSAL: Playbook = {
  type: 'UNIVERSAL',
  classification: 'QUALITY',
  decision: 'Confirm the signal, limit its reach, and change nothing that cannot be taken back.',
  steps: [
    'Confirm the signal from a second source: a log, a customer, a request of your own.',
    'Find out who is affected: one tenant, one region, one release, or everybody.',
    'List what changed in the hour before it began: releases, flags, configuration, suppliers.',
    'Take back the likeliest of these changes, one at a time, and look at the signal after each.',
    {
      fromSeverity: 2,
      text: 'Name an incident lead, and tell those affected what is known and when they will hear more.',
    },
    { fromSeverity: 3, text: 'Stop all releases, and call the people who know the affected part.' },
    'Write down what was done and when, and close only after the signal has been quiet for an hour.',
  ],
  risks: [
    'Taking back a change may bring back the fault that it was made for.',
    'Two measures at once hide which of them helped.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Less load buys time, whatever the cause.',
      fromSeverity: 3,
      rollback: 'Disable strict rate limiting when the cause is known to be another',
    },
  ],
  rollback: [
    'Undo each measure in the reverse order it was taken, waiting for one quiet interval of the signal after each.',
  ],
};
