import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const SESSION_ANOMALIES: Playbook = {
  type: 'SESSION_ANOMALIES',
  classification: 'SECURITY',
  decision: 'End the sessions that may be in other hands and leave the rest alone.',
  steps: [
    'List the sessions concerned with their users, addresses and devices, and mark those whose refresh token was used twice.',
    'End the marked sessions and the families their tokens belong to; tell their owners by mail what happened.',
    'Check whether a client release began at the same time: two requests racing for one refresh look like theft.',
    'Look for one thing the users share, such as a device model, a browser extension or a network; that is where tokens leak.',
    'Ask for the second factor before an e-mail address, a password or payment details are changed in these accounts.',
    {
      fromSeverity: 3,
      text: 'Stop token refresh, so that a stolen session ends with its access token, and end all sessions of the tenants concerned.',
    },
    'Go through what the marked sessions did, in the audit log, and undo what was not their owners’ doing.',
  ],
  risks: [
    'Travellers and people who change networks look like thieves, and lose their session.',
    'Without token refresh everybody has to sign in again every quarter of an hour.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Replayed tokens come in numbers; a device refreshes once in several minutes.',
      rollback: 'Disable strict rate limiting when a client release proves to be the cause',
    },
    {
      key: OPS_FLAGS.tokenRefresh,
      value: false,
      reason: 'A stolen session then lives no longer than its access token.',
      fromSeverity: 3,
      rollback: 'Enable token refresh again as soon as the marked sessions have ended',
    },
    {
      key: OPS_FLAGS.forceLogoutAll,
      value: true,
      reason: 'At this rate the stolen sessions cannot be told from the others one by one.',
      fromSeverity: 3,
      rollback:
        'Set force-logout back to false once sessions have ended; ended sessions cannot be restored, their users sign in again',
    },
  ],
  rollback: [
    'Lift the additional second-factor checks after seven days without a new anomaly in the account.',
  ],
};
