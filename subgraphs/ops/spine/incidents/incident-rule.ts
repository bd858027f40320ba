import type { Severity } from './ops-event.js';

/** One number compared with one threshold. */
export interface MetricCondition {
  /** Signal and window, such as `failed_logins_5m`; without a window where the number has none, as a rate. */
  readonly metric: string;
  readonly comparison: 'atLeast' | 'above';
  readonly threshold: number;
}

/** From this multiple of the threshold on, the incident is this severe. */
export interface SeverityStep {
  readonly atRatio: number;
  readonly severity: Severity;
}

/** When an incident of a type is raised, as data. */
export interface IncidentRule<Type extends string = string> {
  readonly type: Type;
  /** Any of them raises it. The first one's window is also the rule's own: names without a window are read as it. */
  readonly conditions: readonly [MetricCondition, ...MetricCondition[]];
  /** Rising in both; below the first step its severity holds too. */
  readonly severitySteps: readonly [SeverityStep, ...SeverityStep[]];
  /** Other names of a signal, each with the name that the conditions use. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
}
