import type { IncidentRule } from './incident-rule.js';

export const AUTH_INCIDENT_TYPES = [
  'FAILED_LOGINS_SPIKE',
  'PASSWORD_RESET_FAILURES',
  'OAUTH_CALLBACK_ERRORS',
  'JWT_VALIDATION_ERRORS',
  'SESSION_ANOMALIES',
  'TENANT_LEAK_RISK',
  'SUSPICIOUS_ADMIN_LOGIN',
  'EMAIL_VERIFICATION_FAILURES',
] as const;

export type AuthIncidentType = (typeof AUTH_INCIDENT_TYPES)[number];

/**
 * The default thresholds. A longer window's is higher, but not in proportion: a rate that passes unnoticed for five
 * minutes is a finding when it goes on for an hour.
 */
export const AUTH_INCIDENT_RULES: readonly IncidentRule<AuthIncidentType>[] = [
  {
    type: 'FAILED_LOGINS_SPIKE',
    conditions: [
      { metric: 'failed_logins_5m', comparison: 'atLeast', threshold: 50 },
      { metric: 'failed_logins_15m', comparison: 'atLeast', threshold: 90 },
      { metric: 'failed_logins_1h', comparison: 'atLeast', threshold: 150 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 2 },
      { atRatio: 4, severity: 3 },
    ],
    aliases: { login_failures: 'failed_logins' },
  },
  {
    type: 'PASSWORD_RESET_FAILURES',
    conditions: [
      { metric: 'reset_failures_15m', comparison: 'atLeast', threshold: 10 },
      { metric: 'reset_failures_5m', comparison: 'atLeast', threshold: 6 },
      { metric: 'reset_failures_1h', comparison: 'atLeast', threshold: 20 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 1 },
      { atRatio: 3, severity: 2 },
      { atRatio: 10, severity: 3 },
    ],
    aliases: { password_reset_failures: 'reset_failures' },
  },
  {
    type: 'OAUTH_CALLBACK_ERRORS',
    conditions: [
      { metric: 'oauth_callback_errors_5m', comparison: 'atLeast', threshold: 10 },
      { metric: 'oauth_callback_errors_15m', comparison: 'atLeast', threshold: 20 },
      { metric: 'oauth_callback_errors_1h', comparison: 'atLeast', threshold: 40 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 1 },
      { atRatio: 3, severity: 2 },
      { atRatio: 10, severity: 3 },
    ],
    aliases: { oauth_errors: 'oauth_callback_errors' },
  },
  {
    type: 'JWT_VALIDATION_ERRORS',
    conditions: [
      { metric: 'jwt_validation_errors_5m', comparison: 'atLeast', threshold: 25 },
      { metric: 'jwt_validation_errors_15m', comparison: 'atLeast', threshold: 50 },
      { metric: 'jwt_validation_errors_1h', comparison: 'atLeast', threshold: 100 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 2 },
      { atRatio: 4, severity: 3 },
    ],
    aliases: { jwt_errors: 'jwt_validation_errors' },
  },
  {
    // A refresh token used twice or a session that changes country. Phones that race for a refresh cause a few an
    // hour on a healthy platform; ten in a quarter of an hour need one cause.
    type: 'SESSION_ANOMALIES',
    conditions: [
      { metric: 'session_anomalies_15m', comparison: 'atLeast', threshold: 10 },
      { metric: 'session_anomalies_5m', comparison: 'atLeast', threshold: 5 },
      { metric: 'session_anomalies_1h', comparison: 'atLeast', threshold: 20 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 2 },
      { atRatio: 5, severity: 3 },
    ],
  },
  {
    // There is no acceptable number of these.
    type: 'TENANT_LEAK_RISK',
    conditions: [
      { metric: 'tenant_leak_suspected_5m', comparison: 'above', threshold: 0 },
      { metric: 'tenant_leak_suspected_15m', comparison: 'above', threshold: 0 },
      { metric: 'tenant_leak_suspected_1h', comparison: 'above', threshold: 0 },
    ],
    severitySteps: [{ atRatio: 1, severity: 3 }],
    aliases: { tenant_leak: 'tenant_leak_suspected', tenant_leak_signals: 'tenant_leak_suspected' },
  },
  {
    // One may be a journey. Two within the hour are as bad when they come within five minutes.
    type: 'SUSPICIOUS_ADMIN_LOGIN',
    conditions: [
      { metric: 'suspicious_admin_logins_1h', comparison: 'atLeast', threshold: 2 },
      { metric: 'suspicious_admin_logins_15m', comparison: 'atLeast', threshold: 2 },
      { metric: 'suspicious_admin_logins_5m', comparison: 'atLeast', threshold: 2 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 2 },
      { atRatio: 2, severity: 3 },
    ],
  },
  {
    // Old links and mistyped codes are a steady trickle, and nobody is locked out by one. A broken mail route fails
    // every sign-up, which passes twenty an hour even on a small platform.
    type: 'EMAIL_VERIFICATION_FAILURES',
    conditions: [
      { metric: 'email_verification_failures_1h', comparison: 'atLeast', threshold: 20 },
      { metric: 'email_verification_failures_15m', comparison: 'atLeast', threshold: 12 },
      { metric: 'email_verification_failures_5m', comparison: 'atLeast', threshold: 8 },
    ],
    severitySteps: [
      { atRatio: 1, severity: 1 },
      { atRatio: 5, severity: 2 },
    ],
    aliases: { verification_failures: 'email_verification_failures' },
  },
];
