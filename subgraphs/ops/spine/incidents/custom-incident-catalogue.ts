import type { IncidentRule } from './incident-rule.js';

/** More than half of the checkouts that were begun were left. */
const HIGH_CART_ABANDONMENT: IncidentRule = {
  type: 'HIGH_CART_ABANDONMENT',
  conditions: [
    { metric: 'checkout_abandonment_rate', comparison: 'above', threshold: 0.5 },
    { metric: 'abandonment_rate', comparison: 'above', threshold: 0.5 },
  ],
  severitySteps: [{ atRatio: 1, severity: 1 }],
};

/** Cards are declined all day. Twenty failures an hour are past what declines alone explain on a small platform. */
const PAYMENT_FAILURES_SPIKE: IncidentRule = {
  type: 'PAYMENT_FAILURES_SPIKE',
  conditions: [
    { metric: 'failed_payments_1h', comparison: 'atLeast', threshold: 20 },
    { metric: 'failed_payments_15m', comparison: 'atLeast', threshold: 12 },
    { metric: 'failed_payments_5m', comparison: 'atLeast', threshold: 8 },
  ],
  severitySteps: [{ atRatio: 1, severity: 2 }],
};

export const CUSTOM_INCIDENT_TYPES: readonly IncidentRule[] = [HIGH_CART_ABANDONMENT, PAYMENT_FAILURES_SPIKE];
