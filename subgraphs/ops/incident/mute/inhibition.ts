/** The graver trouble, and what follows from it: who is called for the one need not be called for the others. */
const INHIBITS: Readonly<Record<string, readonly string[]>> = {
  TENANT_LEAK_RISK: ['JWT_VALIDATION_ERRORS', 'SESSION_ANOMALIES'],
  FAILED_LOGINS_SPIKE: ['PASSWORD_RESET_FAILURES', 'SESSION_ANOMALIES'],
  PAYMENT_FAILURES_SPIKE: ['HIGH_CART_ABANDONMENT'],
};

/** The types that, while they go on, stand before this one. */
export const inhibitorsOf = (type: string): readonly string[] =>
  Object.entries(INHIBITS).flatMap(([graver, followers]) => (followers.includes(type) ? [graver] : []));
