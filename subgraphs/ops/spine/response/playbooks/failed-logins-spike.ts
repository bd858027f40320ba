import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const FAILED_LOGINS_SPIKE: Playbook = {
  type: 'FAILED_LOGINS_SPIKE',
  classification: 'SECURITY',
  decision: 'Contain likely brute force and protect legitimate users.',
  steps: [
    'Turn on strict rate limiting and CAPTCHA for sign-in.',
    'Group the failures by address, network and account: many accounts from few addresses is password spraying, few accounts from many addresses is a targeted attack.',
    'Check whether a release or an identity provider outage began at the same minute; if so, treat it as a defect and not as an attack.',
    'Look for successful sign-ins from the failing addresses; end those sessions and require a password reset for those accounts.',
    'Block the networks that only ever fail, with an expiry of 24 hours.',
    {
      fromSeverity: 3,
      text: 'Require the second factor for every sign-in until the rate is back to normal, and tell the support desk what users will see.',
    },
    'Watch failed and successful sign-ins for 30 minutes after the rate falls, then take the measures back one at a time.',
  ],
  risks: [
    'People behind one shared address, such as an office or a mobile network, may reach the strict limit together.',
    'CAPTCHA shuts out some people with disabilities and every unattended client that signs in with a password.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Fewer attempts a minute make guessing slow, whichever accounts it aims at.',
      rollback: 'Disable rate limiting if false positives spike',
    },
    {
      key: OPS_FLAGS.captcha,
      value: true,
      reason: 'Automated attempts stop at a challenge that people pass.',
      rollback: 'Disable CAPTCHA when successful sign-ins fall below nine tenths of the same hour last week',
    },
  ],
  rollback: [
    'Remove network blocks when their 24 hours end, or at once for a network a customer reports.',
    'Return the second-factor requirement to each tenant’s own setting.',
  ],
};
