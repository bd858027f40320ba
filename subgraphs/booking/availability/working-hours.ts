import { z } from 'zod';

/** A stretch of a weekday in which a provider works, as clocks on her wall show it. */
export interface WorkingHours {
  /** ISO 8601: Monday is 1, Sunday 7. */
  readonly weekday: number;
  /** Minutes since local midnight. */
  readonly startMinute: number;
  /** Exclusive; 1440 is midnight at the end of the day. */
  readonly endMinute: number;
}

const CLOCK = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** `HH:MM` up to `24:00`, as minutes since midnight. */
export const clockSchema = z
  .string()
  .regex(CLOCK, { error: 'must be a time of day such as 09:30, up to 24:00', abort: true })
  .transform((clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)));

/** Minutes since midnight as `HH:MM`; 1440 is `24:00`. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const stretchSchema = z
  .object({
    weekday: z.int().min(1, 'must be 1 (Monday) to 7 (Sunday)').max(7, 'must be 1 (Monday) to 7 (Sunday)'),
    start: clockSchema,
    end: clockSchema,
  })
  .refine(({ start, end }) => start < end, { path: ['end'], message: 'must be later than start' })
  .transform(({ weekday, start, end }) => ({ weekday, startMinute: start, endMinute: end }));

/** A provider's whole week, checked and in order. */
export const weekSchema = z
  .array(stretchSchema)
  .max(70, 'must be at most 70 stretches')
  .transform((week) => week.toSorted((a, b) => a.weekday - b.weekday || a.startMinute - b.startMinute))
  .refine(
    (week) => week.every((stretch, at) => {
      const next = week[at + 1];
      return !next || next.weekday !== stretch.weekday || next.startMinute >= stretch.endMinute;
    }),
    'must not overlap on any day',
  );
