import { Temporal } from 'temporal-polyfill';

export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 1_440;

/** One calendar day in one zone. Minutes are what a clock on the wall shows, counted from midnight. */
export interface LocalDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** ISO 8601 weekday: Monday is 1, Sunday 7. */
  readonly weekday: number;
  /**
   * The instant at which the wall clock shows this minute, as epoch milliseconds; the first of the two in an
   * hour that comes twice, and null in one that is left out.
   */
  instantOf(minute: number): number | null;
  /** The same, but the moment of the jump for a minute that is left out: where a stretch of work begins or ends. */
  boundaryOf(minute: number): number;
}

/** The calendar of one zone; days are reckoned once and kept as long as it is. */
export interface ZoneCalendar {
  readonly timeZone: string;
  /** @param daysLater added to `date` */
  day(date: string, daysLater: number): LocalDay;
  /** @param instant epoch milliseconds */
  dateOf(instant: number): string;
}

/**
 * Clocks change at most once a day, so a day is known by the offset it begins with, the one it ends with, and
 * the moment between. The rest is arithmetic, which a search over a month and fifty providers needs.
 */
function localDay(date: Temporal.PlainDate, timeZone: string): LocalDay {
  const midnight = date.toPlainDateTime();
  const first = midnight.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const last = midnight.add({ days: 1 }).toZonedDateTime(timeZone, { disambiguation: 'later' });
  const offsetBefore = first.offsetNanoseconds / 1e6;
  const offsetAfter = last.offsetNanoseconds / 1e6;
  const jump =
    offsetBefore === offsetAfter
      ? Number.POSITIVE_INFINITY
      : (first.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY);
  const wallMidnight = Date.UTC(date.year, date.month - 1, date.day);

  const instantOf = (minute: number): number | null => {
    const wall = wallMidnight + minute * MINUTE_MS;
    const before = wall - offsetBefore;
    if (before < jump) return before;
    const after = wall - offsetAfter;
    return after >= jump ? after : null;
  };
  return {
    date: date.toString(),
    weekday: date.dayOfWeek,
    instantOf,
    boundaryOf: (minute) => instantOf(minute) ?? jump,
  };
}

/** @param timeZone IANA name */
export function createZoneCalendar(timeZone: string): ZoneCalendar {
  const days = new Map<string, LocalDay>();
  return {
    timeZone,
    day(date, daysLater) {
      const key = `${date}+${daysLater}`;
      let day = days.get(key);
      if (!day) {
        day = localDay(Temporal.PlainDate.from(date).add({ days: daysLater }), timeZone);
        days.set(key, day);
      }
      return day;
    },
    dateOf: (instant) =>
      Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString(),
  };
}

/** What the wall clock shows at an instant, as `2027-01-31T09:00:00`. */
export const wallClock = (instant: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' });
