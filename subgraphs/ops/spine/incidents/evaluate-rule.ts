import { SpineInputError } from '../input-error.js';
import { isPlainObject } from '../json.js';
import type { IncidentRule, MetricCondition } from './incident-rule.js';
import {
  formatMetricName,
  METRIC_WINDOWS,
  parseMetricName,
  type MetricName,
  type MetricWindow,
} from './metric-name.js';
import type { Severity } from './ops-event.js';

/** Counts and rates by metric name, as a caller gives them. Names that no rule knows are carried, not judged. */
export type Metrics = Readonly<Record<string, unknown>>;

type NamedNumbers = readonly (readonly [name: string, value: unknown])[];

export interface Assessment {
  readonly fires: boolean;
  /** The worst measured value as a multiple of its threshold; 0 when nothing was measured. */
  readonly pressure: number;
  readonly severity: Severity;
}

/** @throws {SpineInputError} naming `metrics` when it is not an object */
export function readMetrics(metrics: unknown): NamedNumbers {
  if (!isPlainObject(metrics))
    throw new SpineInputError('metrics', 'must be an object of numbers by metric name');
  return Object.entries(metrics).filter(([, value]) => value !== undefined && value !== null);
}

/** Every metric that is a number: what a responder may need to see. */
export function snapshotMetrics(metrics: NamedNumbers): Readonly<Record<string, number>> {
  return Object.fromEntries(
    metrics.filter(
      (metric): metric is [string, number] => typeof metric[1] === 'number' && Number.isFinite(metric[1]),
    ),
  );
}

/** The metric a name stands for in this rule: aliases resolved, and the rule's own window where it names none. */
function resolveName(name: string, rule: IncidentRule): MetricName {
  const { signal, window } = parseMetricName(name);
  const aliases = rule.aliases ?? {};
  const known = Object.hasOwn(aliases, signal) ? (aliases[signal] ?? signal) : signal;
  const own = parseMetricName(rule.conditions[0].metric);
  return { signal: known, window: window ?? (own.signal === known ? own.window : null) };
}

/** A condition without a window takes the number of any window, as a rate is comparable whatever it is taken over. */
function matches(condition: MetricName, metric: MetricName): boolean {
  return (
    condition.signal === metric.signal && (condition.window === null || condition.window === metric.window)
  );
}

/** The largest number measured for the condition, or null. */
function measure(condition: MetricCondition, rule: IncidentRule, metrics: NamedNumbers): number | null {
  const wanted = parseMetricName(condition.metric);
  let largest: number | null = null;
  for (const [name, value] of metrics) {
    if (!matches(wanted, resolveName(name, rule))) continue;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new SpineInputError(`metrics.${name}`, 'must be a finite number, not below 0');
    }
    largest = Math.max(largest ?? 0, value);
  }
  return largest;
}

function windowLength(window: MetricWindow | null): number {
  return window === null ? 0 : METRIC_WINDOWS[window];
}

/**
 * The condition's threshold with the caller's configuration applied. A threshold raised for a short window holds
 * for the longer ones too unless they are configured themselves: whatever happened in five minutes happened in the hour.
 */
function thresholdOf(condition: MetricCondition, rule: IncidentRule, configured: NamedNumbers): number {
  const wanted = parseMetricName(condition.metric);
  let threshold = condition.threshold;
  for (const [name, value] of configured) {
    const given = resolveName(name, rule);
    if (given.signal !== wanted.signal || typeof value !== 'number') continue;
    if (given.window === wanted.window) return requireThreshold(value, condition, name);
    if (windowLength(given.window) < windowLength(wanted.window)) threshold = Math.max(threshold, value);
  }
  return threshold;
}

function requireThreshold(value: number, condition: MetricCondition, name: string): number {
  if (value > 0 || condition.comparison === 'above') return value;
  throw new SpineInputError(`context.thresholds.${name}`, 'must be above 0, or quiet would be an incident');
}

/** The greatest pressure under which nothing fires. */
const JUST_BELOW = 1 - Number.EPSILON;

function assessCondition(
  condition: MetricCondition,
  value: number,
  threshold: number,
): { fires: boolean; pressure: number } {
  const fires = condition.comparison === 'above' ? value > threshold : value >= threshold;
  const zeroPressure = value > 0 ? value + 1 : 0;
  const pressure = threshold === 0 ? zeroPressure : value / threshold;
  // An alarm goes by the pressure alone: at a threshold that is to be passed it must not go off.
  return { fires, pressure: fires ? pressure : Math.min(pressure, JUST_BELOW) };
}

function severityAt(pressure: number, rule: IncidentRule): Severity {
  return (
    rule.severitySteps.findLast((step) => pressure >= step.atRatio)?.severity ??
    rule.severitySteps[0].severity
  );
}

/**
 * How a rule judges the metrics.
 * @throws {SpineInputError} naming the metric, when one the rule knows is not a number, not finite or negative,
 *   or the threshold that would make quiet an incident
 */
export function evaluateRule(
  rule: IncidentRule,
  metrics: NamedNumbers,
  thresholds: NamedNumbers,
): Assessment {
  let fires = false;
  let pressure = 0;
  for (const condition of rule.conditions) {
    const threshold = thresholdOf(condition, rule, thresholds);
    const value = measure(condition, rule, metrics);
    if (value === null) continue;
    const found = assessCondition(condition, value, threshold);
    fires ||= found.fires;
    pressure = Math.max(pressure, found.pressure);
  }
  return { fires, pressure, severity: severityAt(pressure, rule) };
}

/** The rule's own window in milliseconds; an hour for a rule over rates. */
export function ruleWindowMs(rule: IncidentRule): number {
  return METRIC_WINDOWS[parseMetricName(rule.conditions[0].metric).window ?? '1h'];
}

export interface MetricThreshold {
  /** Of the incident that is raised. */
  readonly type: string;
  readonly metric: string;
  readonly shipped: number;
  /** What holds with the configuration applied. */
  readonly threshold: number;
}

/**
 * Every threshold of the rules, by the name under which it can be configured.
 * @throws {SpineInputError} naming the threshold that would make quiet an incident
 */
export function thresholdsOf(rules: readonly IncidentRule[], configured: NamedNumbers): readonly MetricThreshold[] {
  return rules.flatMap((rule) =>
    rule.conditions.map((condition) => ({
      type: rule.type,
      metric: formatMetricName(parseMetricName(condition.metric)),
      shipped: condition.threshold,
      threshold: thresholdOf(condition, rule, configured),
    })),
  );
}
