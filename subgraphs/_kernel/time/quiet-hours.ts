import { Temporal } from 'temporal-polyfill';

/** Minutes of the day, as the clock of a time zone shows them; the end is not part of it. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
  readonly timeZone: string;
}

/** @returns when quiet hours that a time falls into are over; the time itself when it falls into none */
export function endOfQuiet(at: Date, { from, until, timeZone }: QuietHours): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  const minute = local.hour * 60 + local.minute;
  const isQuiet = from <= until ? minute >= from && minute < until : minute >= from || minute < until;
  if (!isQuiet) return at;
  const day = minute >= until ? local.add({ days: 1 }) : local;
  const end = day.with({ hour: Math.floor(until / 60), minute: until % 60, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 });
  return new Date(end.epochMilliseconds);
}

/** @returns when quiet hours that a time falls into have begun; the time itself when it falls into none */
export function beginOfQuiet(at: Date, quiet: QuietHours): Date {
  if (endOfQuiet(at, quiet).getTime() === at.getTime()) return at;
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(quiet.timeZone);
  const { from } = quiet;
  const day = local.hour * 60 + local.minute >= from ? local : local.subtract({ days: 1 });
  const begin = day.with({ hour: Math.floor(from / 60), minute: from % 60, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 });
  return new Date(begin.epochMilliseconds);
}
