import type { Playbook } from '../playbook.js';

export const HIGH_CART_ABANDONMENT: Playbook = {
  type: 'HIGH_CART_ABANDONMENT',
  classification: 'QUALITY',
  decision: 'Find the step of the checkout where people leave, and take back what changed there.',
  steps: [
    'Compare each step of the checkout with the same weekday last week; the one that differs is where to look.',
    'Split by device, browser and country: one of them is a defect, all of them is a price, a delivery time or a design.',
    'Buy something yourself, on a phone, as a new customer and as a returning one.',
    'Check payment failures and response times of the last hour; people also leave a checkout that does not answer.',
    'Take back the newest change of the checkout by its flag, and compare the rate an hour later.',
  ],
  risks: [
    'A sale, a holiday or a campaign changes who comes, and with that the rate, without any defect.',
    'Taking back a checkout that people are in the middle of may empty their carts.',
  ],
  flags: [
    {
      key: 'new_checkout_flow',
      value: false,
      reason: 'The earlier checkout is known to sell; the new one is the likeliest difference.',
      rollback:
        'Enable the new checkout flow again if the rate is no better an hour later: then it was not the cause',
    },
  ],
  rollback: [
    'Write to the customers whose carts were left once the cause is fixed, and only to those who agreed to such mail.',
  ],
};
