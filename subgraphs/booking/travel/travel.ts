import { z } from 'zod';

/** The longest way there is, in minutes; the database holds that, too. */
export const LONGEST_WAY_MINUTES = 480;

const minutesSchema = z
  .int()
  .min(0, 'must be at least 0')
  .max(LONGEST_WAY_MINUTES, `must be at most ${LONGEST_WAY_MINUTES}`);

export const usualTravelTimeSchema = z.object({ minutes: minutesSchema });

export const travelTimeSchema = z
  .object({ fromLocationId: z.string(), toLocationId: z.string(), minutes: minutesSchema.nullish() })
  .refine(({ fromLocationId, toLocationId }) => fromLocationId !== toLocationId, {
    path: ['toLocationId'],
    message: 'must be another place',
  });
