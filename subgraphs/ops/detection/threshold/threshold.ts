import { z } from 'zod';
import { thresholdsOf } from '../../spine/incidents/evaluate-rule.js';
import { WATCHED_RULES } from '../detection.js';

/** By metric, as incident rules call it: `{ failed_logins_5m: 200 }`. */
export type Thresholds = Readonly<Record<string, number>>;

/** How much of something is an incident. */
export interface AlertThreshold {
  readonly incidentType: string;
  readonly metric: string;
  readonly value: number;
  /** What holds where nobody has said otherwise. */
  readonly shipped: number;
  /** Whether it was set for this metric itself, and not only follows from that of a shorter window. */
  readonly isOwn: boolean;
}

/** Of leaks between companies no number is acceptable, so nobody sets one. */
const ADJUSTABLE_RULES = WATCHED_RULES.filter(({ type }) => type !== 'TENANT_LEAK_RISK');

export const alertThresholds = (own: Thresholds): readonly AlertThreshold[] =>
  thresholdsOf(ADJUSTABLE_RULES, Object.entries(own)).map(({ type, metric, threshold, shipped }) => ({
    incidentType: type,
    metric,
    value: threshold,
    shipped,
    isOwn: Object.hasOwn(own, metric),
  }));

const METRICS = new Set(alertThresholds({}).map(({ metric }) => metric));

export const thresholdSchema = z.object({
  metric: z.string().refine((metric) => METRICS.has(metric), 'is none whose threshold can be set'),
  value: z.number().positive('must be above 0').max(1_000_000_000).nullable(),
});
