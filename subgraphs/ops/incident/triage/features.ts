import { INCIDENT_SEVERITIES, type IncidentSeverity } from '../incident.js';

/** What of an incident its rank is learned from. */
export interface TriageSubject {
  readonly severity: IncidentSeverity;
  readonly classification: string;
  /** Every number that was measured, by names such as `failed_logins_5m`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How many other incidents of the same cause there are. */
  readonly related: number;
}

/** In the order in which weights are kept. */
export const TRIAGE_FEATURES = ['severity', 'volume', 'acceleration', 'security', 'tenancy', 'billing', 'spread'] as const;
export type TriageFeature = (typeof TRIAGE_FEATURES)[number];
export type TriageFeatures = Readonly<Record<TriageFeature, number>>;

const largest = (metrics: TriageSubject['metrics'], window: string): number =>
  Math.max(0, ...Object.entries(metrics).flatMap(([name, value]) => (name.endsWith(window) ? [value] : [])));

/** Each between 0 and 1. */
export function featuresOf({ severity, classification, metrics, related }: TriageSubject): TriageFeatures {
  const [soon, hour] = [largest(metrics, '_5m'), largest(metrics, '_1h')];
  const is = (wanted: string): number => (classification === wanted ? 1 : 0);
  return {
    severity: INCIDENT_SEVERITIES.indexOf(severity) / (INCIDENT_SEVERITIES.length - 1),
    volume: Math.min(1, Math.log10(1 + Math.max(soon, hour)) / 4),
    // A twelfth of an hour's events within five minutes is even; all of them is a burst.
    acceleration: hour === 0 ? 0 : Math.min(1, soon / hour),
    security: is('SECURITY'),
    tenancy: is('TENANCY'),
    billing: is('BILLING'),
    spread: Math.min(1, Math.log2(1 + related) / 5),
  };
}
