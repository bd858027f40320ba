import { SIGNALS, WINDOWS, type WindowCounts } from '../auth-log/auth-log.js';
import { AUTH_INCIDENT_RULES } from '../spine/incidents/auth-incident-rules.js';
import { SHIPPED_INCIDENT_TYPES } from '../spine/incidents/custom-incident-types.js';
import { assessIncidents, deriveAuthIncidents, deriveCustomIncidents } from '../spine/incidents/derive-incidents.js';
import { metricsFromCounts, QUIET_ALARM, stepAlarm, type AlarmState } from '../spine/incidents/detection.js';
import type { IncidentRule } from '../spine/incidents/incident-rule.js';
import type { OpsEvent } from '../spine/incidents/ops-event.js';

/** Whatever is looked for. */
export const WATCHED_RULES: readonly IncidentRule[] = [...AUTH_INCIDENT_RULES, ...SHIPPED_INCIDENT_TYPES.values()];

/**
 * How many signs of a leak are passed over: a link or a tab of somebody's other company is one now and then, and
 * nobody sets another number for herself.
 */
const TOLERATED_LEAK_SIGNS = { tenant_leak_suspected_5m: 2, tenant_leak_suspected_15m: 4, tenant_leak_suspected_1h: 8 } as const;

export interface Measurement {
  /** Null for the platform itself. */
  readonly tenantId: string | null;
  readonly at: Date;
  readonly counts: readonly WindowCounts[];
  /** What the company has set of its own, by metric; the others are as they are shipped. */
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
  /** The identity provider that most people came back from in vain; null where it is no single one. */
  readonly troubledProvider?: string | null;
  /** The alarms as they were left; one that is missing is quiet. */
  readonly alarms: ReadonlyMap<string, AlarmState>;
}

export interface Finding {
  readonly type: string;
  readonly alarm: AlarmState;
  readonly change: 'FIRED' | 'CLEARED' | null;
  /** What the numbers amount to now; null below the threshold. */
  readonly event: OpsEvent | null;
}

/** What the numbers say of each incident type that is not quiet now or was not quiet before. */
export function judge({ tenantId, at, counts, thresholds, troubledProvider, alarms }: Measurement): readonly Finding[] {
  const metrics = metricsFromCounts(
    counts.flatMap(({ type, counts: windows }) =>
      WINDOWS.map((window) => ({ signal: SIGNALS[type], window, count: windows[window] })),
    ),
  );
  const context = { tenantId, occurredAtISO: at.toISOString(), thresholds: { ...thresholds, ...TOLERATED_LEAK_SIGNS } };
  const events = new Map<string, OpsEvent>(
    [...deriveAuthIncidents(metrics, context), ...deriveCustomIncidents(metrics, context)].map((event) => [
      event.incident_type,
      troubledProvider && event.incident_type === 'OAUTH_CALLBACK_ERRORS' ? { ...event, provider: troubledProvider } : event,
    ]),
  );
  return assessIncidents(WATCHED_RULES, metrics, context).flatMap(({ type, pressure }) => {
    const before = alarms.get(type);
    if (!before && pressure === 0) return [];
    const { state, change } = stepAlarm(before ?? QUIET_ALARM, { value: pressure, atMs: at.getTime() });
    return [{ type, alarm: state, change, event: events.get(type) ?? null }];
  });
}
