import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const JWT_VALIDATION_ERRORS: Playbook = {
  type: 'JWT_VALIDATION_ERRORS',
  classification: 'SECURITY',
  decision: 'Tell a broken key rotation from forged tokens, and reject both without exception.',
  steps: [
    'Split the errors by reason: unknown key, bad signature, expired, wrong audience or issuer.',
    'Unknown key on all clients: compare the published key set with what the gateways have cached, and refresh their cache.',
    'Expired on all clients: compare the clocks of the servers; more than a minute apart is the cause.',
    'Wrong audience: find the client that sends its tokens to the wrong realm, by its user agent.',
    'Bad signature from few addresses: somebody forges tokens. Turn on strict rate limiting and block those addresses.',
    {
      fromSeverity: 3,
      text: 'If a signing key may be known to others: publish a new one, withdraw the old one, and end all sessions.',
    },
    'Never lengthen the accepted clock difference or skip a check to make the errors stop.',
  ],
  risks: [
    'A key withdrawn before every server signs with the new one rejects tokens that are good.',
    'Ending all sessions signs out everybody at once, and the sign-in service must bear their return.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Rejecting a forged token costs a signature check, and should not be free to ask for.',
      rollback: 'Disable strict rate limiting when the errors stop, or prove to be a rotation of our own',
    },
    {
      key: OPS_FLAGS.forceLogoutAll,
      value: true,
      reason: 'At this rate a signing key may be known to others; only new sessions can be trusted.',
      fromSeverity: 3,
      rollback:
        'Set force-logout back to false once sessions have ended; ended sessions cannot be restored, their users sign in again',
    },
  ],
  rollback: [
    'Publish the previous key again beside the new one if good tokens are rejected, provided that it is not known to others.',
  ],
};
