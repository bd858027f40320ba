import { z } from 'zod';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import type { Interval } from '../availability/availability.js';

const whole = (least: number, most: number) =>
  z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);

/** A word of the company's own, compared without regard to case. */
export const kindSchema = lineSchema(60).transform((kind) => kind.toLowerCase());

export const newLocationSchema = z.object({ name: lineSchema(120), address: textSchema(500).nullish() });

export const newResourceSchema = z.object({
  name: lineSchema(120),
  kind: kindSchema,
  capacity: whole(1, 10_000),
  locationId: z.string().nullish(),
});

export const resourceChangeSchema = z.object({
  name: lineSchema(120).nullish(),
  capacity: whole(1, 10_000).nullish(),
  active: z.boolean().nullish(),
});

export const requirementsSchema = z.object({
  resources: z
    .array(z.object({ kind: kindSchema, units: whole(1, 10_000) }))
    .max(10, 'must be at most 10')
    .refine((all) => new Set(all.map(({ kind }) => kind)).size === all.length, 'must name every kind once'),
  qualifications: z.array(kindSchema).max(20, 'must be at most 20'),
});

export const providerQualificationsSchema = z.object({
  qualifications: z
    .array(z.object({ name: kindSchema, validUntil: z.iso.date('must be a date').nullish() }))
    .max(50, 'must be at most 50')
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must name each once'),
});

/** A stretch of time in which some of a resource is in use. */
export interface Use extends Interval {
  readonly units: number;
}

/** When a resource has fewer than `units` to spare: in order, without overlaps. */
export function takenWhen(uses: readonly Use[], capacity: number, units: number): Interval[] {
  if (units > capacity) return [{ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }];
  const changes = uses
    .flatMap((use) => [
      { at: use.start, by: use.units },
      { at: use.end, by: -use.units },
    ])
    .toSorted((a, b) => a.at - b.at || b.by - a.by);
  const taken: Interval[] = [];
  let load = 0;
  let since: number | null = null;
  for (const { at, by } of changes) {
    load += by;
    const isTaken = load + units > capacity;
    if (isTaken && since === null) since = at;
    if (!isTaken && since !== null) {
      if (since < at) taken.push({ start: since, end: at });
      since = null;
    }
  }
  return taken;
}
