import { z } from 'zod';
import { beginOfQuiet, endOfQuiet } from '../../_kernel/time/quiet-hours.js';
import { clockSchema } from '../availability/working-hours.js';
import { DAY_MINUTES, MINUTE_MS } from '../availability/zone-calendar.js';

/** When clients are reminded of what they have booked. */
export interface ReminderTerms {
  /** How long before the start, in minutes; none for no reminders. */
  readonly leadMinutes: readonly number[];
  /** Minutes of the day on the company's clock, in which nobody is reminded. */
  readonly quiet: { readonly from: number; readonly until: number } | null;
}

/** What counts where the company has said nothing: a day and two hours before, but not at night. */
export const USUAL_REMINDERS: ReminderTerms = { leadMinutes: [1_440, 120], quiet: { from: 21 * 60, until: 8 * 60 } };

const timeOfDay = clockSchema.refine((minute) => minute < DAY_MINUTES, 'must be a time of day such as 09:30');

export const reminderRuleSchema = z.object({
  serviceId: z.string().nullable(),
  leadMinutes: z
    .array(z.int().min(5, 'must be at least 5').max(43_200, 'must be at most 43200'))
    .max(5, 'must be at most 5')
    .refine((leads) => new Set(leads).size === leads.length, 'must differ'),
  quietHours: z
    .object({ from: timeOfDay, until: timeOfDay })
    .refine(({ from, until }) => from !== until, 'must end at another time than they begin')
    .nullable(),
});

export interface PlannedReminder {
  readonly leadMinutes: number;
  readonly dueAt: Date;
}

/**
 * When somebody is reminded of a start. What falls into quiet hours waits for their end, or comes before they begin
 * where the booking would have begun by then; what is past is left out, and of two at one time one is enough.
 */
export function remindersOf(terms: ReminderTerms, startsAt: Date, timeZone: string, now: Date): readonly PlannedReminder[] {
  const quiet = terms.quiet && { ...terms.quiet, timeZone };
  const dueOf = (leadMinutes: number): Date => {
    const wanted = new Date(startsAt.getTime() - leadMinutes * MINUTE_MS);
    if (!quiet) return wanted;
    const after = endOfQuiet(wanted, quiet);
    return after < startsAt ? after : beginOfQuiet(wanted, quiet);
  };
  const planned = terms.leadMinutes.map((leadMinutes) => ({ leadMinutes, dueAt: dueOf(leadMinutes) }));
  const longestFirst = planned.filter(({ dueAt }) => dueAt > now).toSorted((a, b) => b.leadMinutes - a.leadMinutes);
  const isFirst = ({ dueAt }: PlannedReminder, at: number): boolean =>
    longestFirst.findIndex((other) => other.dueAt.getTime() === dueAt.getTime()) === at;
  return longestFirst.filter(isFirst);
}
