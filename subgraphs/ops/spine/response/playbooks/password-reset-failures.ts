import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const PASSWORD_RESET_FAILURES: Playbook = {
  type: 'PASSWORD_RESET_FAILURES',
  classification: 'AUTH_OPS',
  decision: 'Get resets working again for their owners, and stop anyone who is probing them.',
  steps: [
    'Split the failures by cause: message not sent, link expired, link used already, link unknown.',
    'Not sent: check the mail provider’s status and the delivery log, and send one reset to a mailbox of your own.',
    'Expired or used already: compare the clocks of the servers, and check whether a mail scanner opens links before the reader does.',
    'Unknown: somebody is guessing links. Turn on strict rate limiting and look at the addresses they come from.',
    {
      fromSeverity: 2,
      text: 'Tell the support desk how to verify a caller and reset by hand until mail works.',
    },
    {
      fromSeverity: 3,
      text: 'Invalidate every reset link that is still open, and ask their owners to request a new one.',
    },
    'Confirm with a full reset, from request to sign-in, before closing.',
  ],
  risks: [
    'Under a strict limit somebody who asks for several links in a hurry has to wait for the next one.',
    'Links that are invalidated include those of people who were about to use them.',
  ],
  flags: [
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Guessing reset links needs many attempts; their owner needs one.',
      rollback: 'Disable strict rate limiting when the cause turns out to be mail or clocks and not guessing',
    },
    {
      key: OPS_FLAGS.captcha,
      value: true,
      reason: 'Reset forms are used to flood mailboxes and to find out who has an account.',
      fromSeverity: 2,
      rollback: 'Disable CAPTCHA when reset requests are back to their usual number',
    },
  ],
  rollback: [
    'Return the mail route to the provider it was on when that provider is well again.',
    'End verification by hand at the support desk on the day resets work again.',
  ],
};
