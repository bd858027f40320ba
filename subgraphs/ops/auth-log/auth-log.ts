import { METRIC_WINDOWS, type MetricWindow } from '../spine/incidents/metric-name.js';

/** What detection counts: the type of a logged signal, and the signal it is to the spine's rules. */
export const SIGNALS = {
  failed_login: 'failed_logins',
  password_reset_failure: 'reset_failures',
  oauth_callback_error: 'oauth_callback_errors',
  jwt_validation_error: 'jwt_validation_errors',
  session_anomaly: 'session_anomalies',
  tenant_leak_suspected: 'tenant_leak_suspected',
  suspicious_admin_login: 'suspicious_admin_logins',
  email_verification_failure: 'email_verification_failures',
  failed_payment: 'failed_payments',
} as const;

export type SignalType = keyof typeof SIGNALS;

export interface Signal {
  readonly type: SignalType;
  readonly occurredAt: Date;
  /** Whom it concerns, where that is known. */
  readonly userId?: string | null | undefined;
  /** The identity or payment provider concerned. */
  readonly provider?: string | null | undefined;
}

export const WINDOWS = Object.keys(METRIC_WINDOWS) as MetricWindow[];

/** How often each type was logged in each window. */
export interface WindowCounts {
  readonly type: SignalType;
  readonly counts: Readonly<Record<MetricWindow, number>>;
}

export const isSignalType = (type: string): type is SignalType => Object.hasOwn(SIGNALS, type);

/** When the windows that end at `at` begin. */
export const windowStarts = (at: Date): Readonly<Record<MetricWindow, Date>> => ({
  '5m': new Date(at.getTime() - METRIC_WINDOWS['5m']),
  '15m': new Date(at.getTime() - METRIC_WINDOWS['15m']),
  '1h': new Date(at.getTime() - METRIC_WINDOWS['1h']),
});
