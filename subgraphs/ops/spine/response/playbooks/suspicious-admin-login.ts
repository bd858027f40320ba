import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const SUSPICIOUS_ADMIN_LOGIN: Playbook = {
  type: 'SUSPICIOUS_ADMIN_LOGIN',
  classification: 'SECURITY',
  decision:
    'Assume the administrator account is taken until its owner confirms otherwise by another channel.',
  steps: [
    'Call the owner on a number known beforehand; do not ask through the account or its mailbox.',
    'Not confirmed within ten minutes: end the account’s sessions, suspend it, and revoke its API keys.',
    'Read what the account did since the sign-in: role changes, exports, flags, new users, new keys.',
    'Take back every change the owner does not recognise, newest first.',
    {
      fromSeverity: 3,
      text: 'Check all other administrators for sign-ins from the same addresses, and require a fresh second factor from each.',
    },
    'Give the owner a new password and a new second factor in person or on a video call.',
  ],
  risks: [
    'A suspended administrator may be the only one a tenant has: see that somebody else can act.',
    'Taking back changes may undo work that was the owner’s own.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Where one administrator’s password is known, the others’ are being tried.',
      rollback: 'Disable strict rate limiting when the owner has confirmed the sign-ins',
    },
    {
      key: OPS_FLAGS.captcha,
      value: true,
      reason: 'It stops the automated part of the attempt while people are being called.',
      rollback: 'Disable CAPTCHA when the owner has confirmed the sign-ins',
    },
    {
      key: OPS_FLAGS.forceLogoutAll,
      value: true,
      reason: 'Several administrators are concerned; no administrative session can be trusted.',
      fromSeverity: 3,
      rollback:
        'Set force-logout back to false once sessions have ended; ended sessions cannot be restored, their users sign in again',
    },
  ],
  rollback: [
    'Reactivate the account with the roles it had, once its owner has a new password and second factor.',
    'Issue new API keys instead of restoring revoked ones.',
  ],
};
