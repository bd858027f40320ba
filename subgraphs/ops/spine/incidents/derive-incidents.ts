import { AUTH_INCIDENT_RULES, type AuthIncidentType } from './auth-incident-rules.js';
import { SHIPPED_INCIDENT_TYPES, type IncidentRegistry } from './custom-incident-types.js';
import { readDetectionContext, type DetectionContext } from './detection-context.js';
import {
  evaluateRule,
  readMetrics,
  ruleWindowMs,
  snapshotMetrics,
  type Assessment,
  type Metrics,
} from './evaluate-rule.js';
import { incidentEventId } from './event-id.js';
import type { IncidentRule } from './incident-rule.js';
import type { OpsEvent } from './ops-event.js';

export type OpsAuthEvent = OpsEvent<AuthIncidentType>;

function deriveIncidents<Type extends string>(
  rules: readonly IncidentRule<Type>[],
  metrics: Metrics,
  context: DetectionContext | null | undefined,
): OpsEvent<Type>[] {
  const setting = readDetectionContext(context);
  const measured = readMetrics(metrics);
  return rules
    .map((rule) => ({ rule, assessment: evaluateRule(rule, measured, setting.thresholds) }))
    .filter(({ assessment }) => assessment.fires)
    .sort((left, right) => right.assessment.severity - left.assessment.severity)
    .map(({ rule, assessment }) => ({
      event_id: incidentEventId({ ...setting, type: rule.type, windowMs: ruleWindowMs(rule) }),
      incident_type: rule.type,
      severity_guess: assessment.severity,
      occurred_at: setting.occurredAtISO,
      metrics_snapshot: snapshotMetrics(measured),
      ...(setting.tenantId === null ? {} : { tenant_id: setting.tenantId }),
      ...(setting.provider === null ? {} : { provider: setting.provider }),
    }));
}

/**
 * The incidents that metrics amount to, at most one of a type, the most severe first.
 *
 * Names are a signal and a window, `_5m`, `_15m` or `_1h`; one without a window is read as the rule's own window.
 * The same metrics in the same window give the same event ids, so deriving twice raises nothing twice.
 * @throws {SpineInputError} naming the metric or the property of the context
 */
export function deriveAuthIncidents(metrics: Metrics, context?: DetectionContext | null): OpsAuthEvent[] {
  return deriveIncidents(AUTH_INCIDENT_RULES, metrics, context);
}

/** The same for the registered types of a business. */
export function deriveCustomIncidents(
  metrics: Metrics,
  context?: DetectionContext | null,
  registry: IncidentRegistry = SHIPPED_INCIDENT_TYPES,
): OpsEvent[] {
  return deriveIncidents([...registry.values()], metrics, context);
}

/**
 * How near each type is to its incident, also when none is raised: what an alarm needs to know when to clear.
 * A `pressure` of 1 is the threshold.
 * @throws {SpineInputError} as `deriveAuthIncidents`
 */
export function assessIncidents<Type extends string>(
  rules: readonly IncidentRule<Type>[],
  metrics: Metrics,
  context?: DetectionContext | null,
): readonly (Assessment & { readonly type: Type })[] {
  const { thresholds } = readDetectionContext(context);
  const measured = readMetrics(metrics);
  return rules.map((rule) => ({ type: rule.type, ...evaluateRule(rule, measured, thresholds) }));
}
