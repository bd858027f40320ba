import type { WorkingHours } from './working-hours.js';
import { DAY_MINUTES, type LocalDay } from './zone-calendar.js';

export const EXCEPTION_KINDS = ['CLOSED', 'OPEN'] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

/** Days on which a provider, or everybody, does not work as in other weeks. Minutes count from local midnight. */
export interface CalendarException {
  readonly kind: ExceptionKind;
  /** Whether it is a holiday of the whole company. */
  readonly everybody: boolean;
  readonly name: string | null;
  /** `YYYY-MM-DD` on the provider's calendar; both days are included. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly startMinute: number;
  /** Exclusive; a whole day is 0 to 1440. */
  readonly endMinute: number;
}

/** Minutes since local midnight, the end exclusive. */
export interface Stretch {
  readonly startMinute: number;
  readonly endMinute: number;
}

const byStart = (a: Stretch, b: Stretch): number => a.startMinute - b.startMinute;

/** Stretches in order that touch or overlap, made one. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const all: { startMinute: number; endMinute: number }[] = [];
  for (const { startMinute, endMinute } of stretches.toSorted(byStart)) {
    const last = all.at(-1);
    if (last && startMinute <= last.endMinute) last.endMinute = Math.max(last.endMinute, endMinute);
    else all.push({ startMinute, endMinute });
  }
  return all;
}

const without = (stretches: readonly Stretch[], cut: Stretch): Stretch[] =>
  stretches.flatMap(({ startMinute, endMinute }) =>
    [
      { startMinute, endMinute: Math.min(endMinute, cut.startMinute) },
      { startMinute: Math.max(startMinute, cut.endMinute), endMinute },
    ].filter((rest) => rest.startMinute < rest.endMinute),
  );

/** The exceptions that bear on a day. */
export const exceptionsOn = (exceptions: readonly CalendarException[], date: string): CalendarException[] =>
  exceptions.filter(({ firstDay, lastDay }) => firstDay <= date && date <= lastDay);

/**
 * When a provider works on a day, in order and without overlaps. Hours of her own for the day take the place of
 * her week's and of holidays; what she has closed for herself is closed in any case.
 */
export function hoursOn(
  week: readonly WorkingHours[],
  exceptions: readonly CalendarException[],
  { weekday, date }: Pick<LocalDay, 'weekday' | 'date'>,
): readonly Stretch[] {
  const usual = week.filter((stretch) => stretch.weekday === weekday);
  const special = exceptions.length === 0 ? [] : exceptionsOn(exceptions, date);
  if (special.length === 0) return usual;
  const open = special.filter(({ kind }) => kind === 'OPEN');
  const closed = special.filter(({ kind, everybody }) => kind === 'CLOSED' && !(everybody && open.length > 0));
  return closed.reduce(without, open.length > 0 ? merged(open) : usual);
}

/** Whether it lasts from midnight to midnight. */
export const isWholeDay = ({ startMinute, endMinute }: Stretch): boolean =>
  startMinute === 0 && endMinute === DAY_MINUTES;
