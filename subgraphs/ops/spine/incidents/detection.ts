import { SpineInputError } from '../input-error.js';
import { formatMetricName, type MetricWindow } from './metric-name.js';

/** How often a signal was seen in the window that ends now. */
export interface SignalCount {
  readonly signal: string;
  readonly window: MetricWindow;
  readonly count: number;
}

/**
 * Counters as metrics: `failed_logins` over `5m` becomes `failed_logins_5m`. Counters of the same name add up,
 * so that the counts of several processes or tenants can be put together.
 * @throws {SpineInputError} naming the counter that is negative or not a whole number
 */
export function metricsFromCounts(counts: Iterable<SignalCount>): Readonly<Record<string, number>> {
  const metrics = new Map<string, number>();
  for (const { signal, window, count } of counts) {
    const name = formatMetricName({ signal, window });
    if (!Number.isSafeInteger(count) || count < 0)
      throw new SpineInputError(`counts.${name}`, 'must be a whole number, not below 0');
    metrics.set(name, (metrics.get(name) ?? 0) + count);
  }
  return Object.fromEntries(metrics);
}

/** The name under which alarms of one type and tenant are one incident; without a tenant, the platform's. */
export function incidentKey(type: string, tenantId?: string | null): string {
  // encodeURIComponent leaves no "@", so no tenant can be taken for the platform.
  return `${type}:${tenantId === undefined || tenantId === null ? '@platform' : encodeURIComponent(tenantId)}`;
}

export interface AlarmPolicy {
  /** At or above this the alarm fires. */
  readonly fireAt: number;
  /** Only at or below this it may clear; lower than `fireAt`. */
  readonly clearAt: number;
  /** Milliseconds it must have stayed there before it clears. */
  readonly calmMs: number;
  /** Firing again within this many milliseconds of having cleared is flapping, and doubles the calm that is asked for. */
  readonly flapMs: number;
  /** How often it doubles at most. */
  readonly maxDoublings: number;
}

/** For a pressure as `assessIncidents` gives it: fires at the threshold, clears after ten minutes below half of it. */
export const DEFAULT_ALARM_POLICY: AlarmPolicy = {
  fireAt: 1,
  clearAt: 0.5,
  calmMs: 600_000,
  flapMs: 3_600_000,
  maxDoublings: 4,
};

export interface AlarmState {
  readonly firing: boolean;
  /** Since when the value has been at or below `clearAt` without a break; null when it is not. */
  readonly calmSinceMs: number | null;
  readonly clearedAtMs: number | null;
  /** Consecutive times it fired again soon after clearing. */
  readonly flaps: number;
  readonly seenAtMs: number | null;
}

export const QUIET_ALARM: AlarmState = {
  firing: false,
  calmSinceMs: null,
  clearedAtMs: null,
  flaps: 0,
  seenAtMs: null,
};

export interface AlarmSample {
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

function requirePolicy(policy: AlarmPolicy): void {
  if (!(policy.clearAt < policy.fireAt))
    throw new SpineInputError('policy.clearAt', 'must be lower than fireAt');
  for (const field of ['calmMs', 'flapMs', 'maxDoublings'] as const) {
    if (!Number.isFinite(policy[field]) || policy[field] < 0)
      throw new SpineInputError(`policy.${field}`, 'must not be below 0');
  }
}

function calmSince(state: AlarmState, sample: AlarmSample, policy: AlarmPolicy): number | null {
  return sample.value <= policy.clearAt ? (state.calmSinceMs ?? sample.atMs) : null;
}

/** The calm that is asked for after this many flaps, in milliseconds. */
function calmAskedFor(state: AlarmState, policy: AlarmPolicy): number {
  return policy.calmMs * 2 ** Math.min(state.flaps, policy.maxDoublings);
}

/** Whether this sample makes a quiet alarm fire. */
export function shouldFire(state: AlarmState, sample: AlarmSample, policy: AlarmPolicy): boolean {
  return !state.firing && sample.value >= policy.fireAt;
}

/** Whether this sample lets a firing alarm clear: calm enough, for long enough. */
export function shouldClear(state: AlarmState, sample: AlarmSample, policy: AlarmPolicy): boolean {
  const since = calmSince(state, sample, policy);
  return state.firing && since !== null && sample.atMs - since >= calmAskedFor(state, policy);
}

export interface AlarmStep {
  readonly state: AlarmState;
  /** What to tell: FIRED and CLEARED alternate, and null is by far the most frequent. */
  readonly change: 'FIRED' | 'CLEARED' | null;
}

/**
 * One sample further. A sample older than the last one changes nothing.
 * @throws {SpineInputError} naming the property, when the policy or the sample makes no sense
 */
export function stepAlarm(
  state: AlarmState,
  sample: AlarmSample,
  policy: AlarmPolicy = DEFAULT_ALARM_POLICY,
): AlarmStep {
  requirePolicy(policy);
  if (!Number.isFinite(sample.atMs)) throw new SpineInputError('sample.atMs', 'must be a finite number');
  if (Number.isNaN(sample.value)) throw new SpineInputError('sample.value', 'must be a number');
  if (state.seenAtMs !== null && sample.atMs < state.seenAtMs) return { state, change: null };

  const seen: AlarmState = { ...state, calmSinceMs: calmSince(state, sample, policy), seenAtMs: sample.atMs };
  if (shouldFire(state, sample, policy)) {
    const soon = state.clearedAtMs !== null && sample.atMs - state.clearedAtMs <= policy.flapMs;
    return { state: { ...seen, firing: true, flaps: soon ? state.flaps + 1 : 0 }, change: 'FIRED' };
  }
  if (shouldClear(state, sample, policy)) {
    return { state: { ...seen, firing: false, clearedAtMs: sample.atMs }, change: 'CLEARED' };
  }
  return { state: seen, change: null };
}
