import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { isWithinReach, type Interval, type ProviderSchedule, type ServiceTimes } from '../availability/availability.js';
import { exceptionsOn, hoursOn } from '../availability/day-hours.js';
import { clockOf, clockSchema } from '../availability/working-hours.js';
import { DAY_MINUTES, MINUTE_MS, type LocalDay, type ZoneCalendar } from '../availability/zone-calendar.js';

/** No stay is longer; the database holds that, too. */
export const MOST_NIGHTS = 90;

/** How many it may be where nobody has said. */
const USUAL_NIGHTS = 30;

/** How a service is booked by the night. */
export interface StayTerms {
  /** Minutes since local midnight. */
  readonly checkInMinute: number;
  readonly checkOutMinute: number;
  readonly minNights: number;
  readonly maxNights: number;
}

/** From when to when somebody stays, on the calendar of where she does. */
export interface StayDates {
  /** `YYYY-MM-DD`. */
  readonly arrival: string;
  /** From 1 on. */
  readonly nights: number;
}

const timeOfDay = clockSchema.refine((minute) => minute < DAY_MINUTES, 'must be a time of day such as 15:00');
const nights = z.int().min(1, 'must be at least 1').max(MOST_NIGHTS, `must be at most ${MOST_NIGHTS}`);

/** How a new service is booked by the night, with times of day as `HH:MM`. */
export const stayTermsSchema = z
  .object({ checkIn: timeOfDay, checkOut: timeOfDay, minNights: nights.nullish(), maxNights: nights.nullish() })
  .transform(({ minNights, maxNights, ...times }) => ({ ...times, minNights: minNights ?? 1, maxNights: maxNights ?? USUAL_NIGHTS }))
  .refine(({ minNights, maxNights }) => minNights <= maxNights, { path: ['maxNights'], message: 'must not be less than minNights' })
  .transform(({ checkIn, checkOut, ...rest }): StayTerms => ({ checkInMinute: checkIn, checkOutMinute: checkOut, ...rest }));

const date = z.iso.date('must be a calendar date such as 2027-01-31');

/** Days of arrival and departure, as the nights between them. */
export const stayDatesSchema = z
  .object({ arrival: date, departure: date })
  .transform(({ arrival, departure }): StayDates => ({
    arrival,
    nights: Temporal.PlainDate.from(arrival).until(Temporal.PlainDate.from(departure), { largestUnit: 'days' }).days,
  }))
  .refine((stay) => stay.nights >= 1, { path: ['departure'], message: 'must be later than the arrival', abort: true })
  .refine((stay) => stay.nights <= MOST_NIGHTS, { path: ['departure'], message: `must be at most ${MOST_NIGHTS} nights later` });

/** Months one after the other from a day on, each to the same day of the next or, where that has none, its last. */
export function monthsFrom(arrival: string, months: number): StayDates[] {
  const first = Temporal.PlainDate.from(arrival);
  return Array.from({ length: months }, (_, n) => {
    const [from, until] = [first.add({ months: n }), first.add({ months: n + 1 })];
    return { arrival: from.toString(), nights: from.until(until, { largestUnit: 'days' }).days };
  });
}

/** A service's terms as they are kept, all or none of them. */
export interface KeptTerms {
  readonly checkInMinute: number | null;
  readonly checkOutMinute: number | null;
  readonly minNights: number | null;
  readonly maxNights: number | null;
}

/** Null for a service that is booked by the hour. */
export function stayTermsOf({ checkInMinute, checkOutMinute, minNights, maxNights }: KeptTerms): StayTerms | null {
  if (checkInMinute === null || checkOutMinute === null || minNights === null || maxNights === null) return null;
  return { checkInMinute, checkOutMinute, minNights, maxNights };
}

/** The same as people read it. */
export const shownTerms = ({ checkInMinute, checkOutMinute, minNights, maxNights }: StayTerms) => ({
  checkIn: clockOf(checkInMinute),
  checkOut: clockOf(checkOutMinute),
  minNights,
  maxNights,
});

/** From check-in to check-out. A time that is left out as the clocks change is the moment at which they do. */
export const stayOn = (calendar: ZoneCalendar, terms: StayTerms, { arrival, nights: count }: StayDates): Interval => ({
  start: calendar.day(arrival, 0).boundaryOf(terms.checkInMinute),
  end: calendar.day(arrival, count).boundaryOf(terms.checkOutMinute),
});

const overlaps = (one: Interval, other: Interval): boolean => one.start < other.end && other.start < one.end;

/** The times at which a unit takes nobody in: what it has closed for itself, which a holiday of everybody does not. */
function closedOn({ exceptions = [] }: ProviderSchedule, day: LocalDay): Interval[] {
  return exceptionsOn(exceptions, day.date)
    .filter(({ kind, everybody }) => kind === 'CLOSED' && !everybody)
    .map(({ startMinute, endMinute }) => ({ start: day.boundaryOf(startMinute), end: day.boundaryOf(endMinute) }));
}

/** Whether somebody can come, or leave, at a minute of a day. */
const isAttended = ({ hours, exceptions = [] }: ProviderSchedule, day: LocalDay, minute: number): boolean =>
  hoursOn(hours, exceptions, day).some(({ startMinute, endMinute }) => startMinute <= minute && minute <= endMinute);

/**
 * Whether a unit can be had for a stay: for as many nights as it is given for, arriving and leaving in its hours, with
 * nothing else in it and nothing closed from the first minute to the last, buffers included.
 * @param now epoch milliseconds
 */
export function isStayOffered(
  schedule: ProviderSchedule,
  service: ServiceTimes,
  terms: StayTerms,
  dates: StayDates,
  now: number,
): boolean {
  if (dates.nights < terms.minNights || dates.nights > terms.maxNights) return false;
  const { calendar, qualifiedUntil = Number.POSITIVE_INFINITY } = schedule;
  const stay = stayOn(calendar, terms, dates);
  if (!isWithinReach(service, stay.start, now) || stay.start >= qualifiedUntil) return false;
  const [first, last] = [calendar.day(dates.arrival, 0), calendar.day(dates.arrival, dates.nights)];
  if (!isAttended(schedule, first, terms.checkInMinute) || !isAttended(schedule, last, terms.checkOutMinute)) return false;
  for (let later = 0; later <= dates.nights; later += 1) {
    if (closedOn(schedule, calendar.day(dates.arrival, later)).some((closed) => overlaps(closed, stay))) return false;
  }
  const blocked = blockedByStay(service, stay);
  const isClear = (taken: readonly Interval[]): boolean => !taken.some((one) => overlaps(one, blocked));
  return isClear(schedule.busy) && (schedule.needs ?? []).every(({ taken }) => taken.some(isClear));
}

/** The time that a stay takes, buffers included. */
export const blockedByStay = (service: ServiceTimes, { start, end }: Interval): Interval => ({
  start: start - (service.bufferBeforeMinutes ?? 0) * MINUTE_MS,
  end: end + service.bufferAfterMinutes * MINUTE_MS,
});
