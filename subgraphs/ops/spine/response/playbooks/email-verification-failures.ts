import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const EMAIL_VERIFICATION_FAILURES: Playbook = {
  type: 'EMAIL_VERIFICATION_FAILURES',
  classification: 'AUTH_OPS',
  decision: 'Restore verification mail, and keep the sign-ups that are waiting for it.',
  steps: [
    'Split the failures by cause: not sent, bounced, expired, wrong code.',
    'Not sent: check the mail provider’s status, its quota and our sending domain’s DNS records (SPF, DKIM, DMARC).',
    'Bounced: look at the receiving domains. One domain is a block by that receiver; made-up addresses are automated sign-ups.',
    'Expired or wrong code: compare the clocks of the servers, and the time from sending to delivery.',
    {
      fromSeverity: 2,
      text: 'Move verification mail to the second provider, and send again to everybody who waits.',
    },
    'Lengthen the validity of the codes that are open by as long as mail was delayed.',
    'Verify one new account at each of the three most used receiving domains before closing.',
  ],
  risks: [
    'Sending again to many who wait, all at once, may be taken for spam by the receivers.',
    'A code that is valid for longer can be guessed for longer.',
  ],
  flags: [
    {
      key: OPS_FLAGS.captcha,
      value: true,
      reason: 'Automated sign-ups with made-up addresses bounce, and ruin the sending domain’s standing.',
      rollback: 'Disable CAPTCHA when fewer than one in fifty verification mails bounces',
    },
    {
      key: OPS_FLAGS.blockNewSignups,
      value: true,
      reason: 'Every further sign-up is one more who waits for a mail that does not come.',
      fromSeverity: 2,
      rollback:
        'Open sign-ups again as soon as one verification mail has arrived at each of the most used receiving domains',
    },
  ],
  rollback: [
    'Return to the first mail provider in steps of a tenth, a quarter, a half and all of the mail.',
    'Return the validity of codes to what it was.',
  ],
};
