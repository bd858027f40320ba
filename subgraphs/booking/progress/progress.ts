import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';

const MOST_STEPS = 200;

export const stepsSchema = z.object({
  steps: z
    .array(lineSchema(120))
    .max(MOST_STEPS, `must be at most ${MOST_STEPS}`)
    .refine((names) => new Set(names).size === names.length, 'must name every step once'),
});

/** A step of a service, and when a client had completed it; null while she has not. */
export interface ClientStep {
  readonly stepId: string;
  readonly name: string;
  readonly completedAt: Date | null;
}

/** How far a client has come with a service, its steps in order. */
export interface Progress {
  readonly clientId: string;
  readonly serviceId: string;
  readonly steps: readonly ClientStep[];
}

/** Whole percent, rounded down: all of it only when every step is completed. */
export function percentOf(steps: readonly Pick<ClientStep, 'completedAt'>[]): number {
  const completed = steps.filter(({ completedAt }) => completedAt !== null).length;
  return steps.length === 0 ? 0 : Math.floor((100 * completed) / steps.length);
}
