import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { AUTH_INCIDENT_TYPES, type AuthIncidentType } from '../spine/incidents/auth-incident-rules.js';
import { METRIC_WINDOWS, type MetricWindow } from '../spine/incidents/metric-name.js';
import type { OpsEvent, Severity } from '../spine/incidents/ops-event.js';

/** Least first: the spine's 0 to 3. */
export const INCIDENT_SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

export const INCIDENT_STATUSES = ['OPEN', 'ACKNOWLEDGED', 'MITIGATED', 'RESOLVED', 'POSTMORTEM'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

export const severityOf = (guess: Severity): IncidentSeverity => INCIDENT_SEVERITIES[guess];

export const isWorse = (severity: IncidentSeverity, than: IncidentSeverity): boolean =>
  INCIDENT_SEVERITIES.indexOf(severity) > INCIDENT_SEVERITIES.indexOf(than);

/** Forward only; what is resolved stays so, and the next time is an incident of its own. */
const NEXT: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  OPEN: ['ACKNOWLEDGED', 'MITIGATED', 'RESOLVED'],
  ACKNOWLEDGED: ['MITIGATED', 'RESOLVED'],
  MITIGATED: ['RESOLVED'],
  RESOLVED: ['POSTMORTEM'],
  POSTMORTEM: [],
};

/** @throws {InvalidTransitionError} */
export function requireTransition(from: IncidentStatus, to: IncidentStatus): void {
  if (NEXT[from].includes(to)) return;
  throw new InvalidTransitionError(from, to, from === to ? `It is ${from.toLowerCase()} already` : undefined);
}

export const noteSchema = textSchema(2_000).min(1, 'must not be empty');
export const postmortemSchema = textSchema(20_000).min(1, 'must not be empty');

/** One of the eight, or null for a registered type. */
export const authTypeOf = (type: string): AuthIncidentType | null =>
  AUTH_INCIDENT_TYPES.find((known) => known === type) ?? null;

const HEADLINES: Readonly<Record<string, { readonly signal: string; readonly says: string }>> = {
  FAILED_LOGINS_SPIKE: { signal: 'failed_logins', says: 'failed sign-ins' },
  PASSWORD_RESET_FAILURES: { signal: 'reset_failures', says: 'failed password resets' },
  OAUTH_CALLBACK_ERRORS: { signal: 'oauth_callback_errors', says: 'failed returns from identity providers' },
  JWT_VALIDATION_ERRORS: { signal: 'jwt_validation_errors', says: 'access tokens that do not hold' },
  SESSION_ANOMALIES: { signal: 'session_anomalies', says: 'sessions that behave oddly' },
  TENANT_LEAK_RISK: { signal: 'tenant_leak_suspected', says: 'attempts across the border of a company' },
  SUSPICIOUS_ADMIN_LOGIN: { signal: 'suspicious_admin_logins', says: 'suspicious sign-ins of administrators' },
  EMAIL_VERIFICATION_FAILURES: { signal: 'email_verification_failures', says: 'failed e-mail verifications' },
  PAYMENT_FAILURES_SPIKE: { signal: 'failed_payments', says: 'failed payments' },
};

const WINDOW_WORDS: Readonly<Record<MetricWindow, string>> = {
  '5m': '5 minutes',
  '15m': '15 minutes',
  '1h': 'an hour',
};

/** What is wrong in one line, such as `60 failed sign-ins within 5 minutes`. */
export function titleOf({ incident_type: type, metrics_snapshot: metrics }: OpsEvent): string {
  const headline = HEADLINES[type];
  const windows = Object.keys(METRIC_WINDOWS) as MetricWindow[];
  const measured = windows
    .map((window) => ({ window, count: metrics[`${headline?.signal}_${window}`] ?? 0 }))
    .find(({ count }) => count > 0);
  if (headline && measured) return `${measured.count} ${headline.says} within ${WINDOW_WORDS[measured.window]}`;
  const words = type.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
