import { z } from 'zod';
import { INCIDENT_SEVERITIES, isWorse, type IncidentSeverity } from '../incident.js';

/** Whom a company calls for an incident that nobody takes on. */
export interface EscalationPlan {
  readonly leastSeverity: IncidentSeverity;
  /** Minutes after the incident at which each level is called, rising. */
  readonly afterMinutes: readonly number[];
  /** UUIDs of people, in the order in which they take turns. */
  readonly onCall: readonly string[];
  readonly rotationHours: number;
  readonly rotationStartsAt: Date;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Who is called at a level, 1 for the first: whoever has her turn, then those after her. Null where nobody is named. */
export function calledAt({ onCall, rotationHours, rotationStartsAt }: EscalationPlan, level: number, at: Date): string | null {
  if (onCall.length === 0) return null;
  const turns = Math.floor((at.getTime() - rotationStartsAt.getTime()) / (rotationHours * HOUR_MS));
  const place = (turns + level - 1) % onCall.length;
  // Before the first turn the count is negative, and so is its remainder.
  return onCall[(place + onCall.length) % onCall.length] ?? null;
}

/** When the level after `level` is called; null when there is none, or for an incident that is too mild. */
export function nextCallAt(plan: EscalationPlan, severity: IncidentSeverity, level: number, since: Date): Date | null {
  const minutes = plan.afterMinutes[level];
  if (minutes === undefined || isWorse(plan.leastSeverity, severity)) return null;
  return new Date(since.getTime() + minutes * MINUTE_MS);
}

const isRising = (minutes: readonly number[]): boolean => minutes.every((each, at) => at === 0 || each > (minutes[at - 1] ?? 0));

export const planSchema = z.object({
  leastSeverity: z.enum(INCIDENT_SEVERITIES),
  afterMinutes: z
    .array(z.int().min(1).max(10_080))
    .min(1)
    .max(10)
    .refine(isRising, 'must rise from level to level'),
  onCall: z.array(z.guid()).max(50),
  rotationHours: z.int().min(1).max(24 * 31),
  rotationStartsAt: z.date(),
});
