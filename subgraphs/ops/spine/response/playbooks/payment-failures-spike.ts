import { OPS_FLAGS, type Playbook } from '../playbook.js';

export const PAYMENT_FAILURES_SPIKE: Playbook = {
  type: 'PAYMENT_FAILURES_SPIKE',
  classification: 'BILLING',
  decision: 'Check payment gateway status',
  steps: [
    'Verify Stripe/PayPal API status',
    'Check webhook delivery',
    'Review recent payment config changes',
  ],
  risks: [
    'Payments tried again without their idempotency key may be charged twice.',
    'Many small declines from few addresses are stolen cards being tested; more attempts make it worse.',
  ],
  flags: [
    {
      key: OPS_FLAGS.captcha,
      value: true,
      reason: 'Testing stolen cards is automated, and stops at a challenge.',
      rollback: 'Disable CAPTCHA when the declines prove to be the gateway’s fault',
    },
    {
      key: 'new_checkout_flow',
      value: false,
      reason: 'A payment form that changed lately is the likeliest cause on our side.',
      rollback: 'Enable the new checkout flow again if payments fail in the earlier one too',
    },
  ],
  rollback: [
    'Restore the payment configuration from before its last change, and charge a test card before and after.',
  ],
};
