import { hoursOn, type CalendarException } from './day-hours.js';
import type { WorkingHours } from './working-hours.js';
import { DAY_MINUTES, MINUTE_MS, type ZoneCalendar } from './zone-calendar.js';

/** Epoch milliseconds, the end exclusive. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** How a service takes time. */
export interface ServiceTimes {
  readonly durationMinutes: number;
  /** Kept free before the start; none when left out. */
  readonly bufferBeforeMinutes?: number;
  readonly bufferAfterMinutes: number;
  readonly slotStepMinutes: number;
  readonly noticeMinutes: number;
  readonly horizonDays: number;
  /** Given for what is booked by the night: it has no slots. */
  readonly checkInMinute?: number | null;
  /** How long after the start an intermission begins, and how long it is; both or neither. */
  readonly intermissionAfterMinutes?: number | null;
  readonly intermissionMinutes?: number | null;
}

/** Whether a service is booked from one day to another. */
export const isByTheNight = ({ checkInMinute }: Pick<ServiceTimes, 'checkInMinute'>): boolean => checkInMinute != null;

/** When a provider works, and when she is taken. */
export interface ProviderSchedule {
  readonly calendar: ZoneCalendar;
  /** In order of weekday and start, without overlaps. */
  readonly hours: readonly WorkingHours[];
  /** Buffers included and intermissions left out, in order. */
  readonly busy: readonly Interval[];
  /** Her days that are unlike others, and everybody's holidays. */
  readonly exceptions?: readonly CalendarException[];
  /** Sessions of the very service that others have begun to fill: start, and whether a seat is left. */
  readonly sessions?: ReadonlyMap<number, boolean>;
  /** What the service needs beside her. */
  readonly needs?: readonly ResourceNeed[];
  /** When she is at other places than that of the service, or on the way from or to them: in order of their starts. */
  readonly elsewhere?: readonly TimeElsewhere[];
  /** She may do the service at starts before this instant; always when left out. */
  readonly qualifiedUntil?: number;
}

/** A stretch of time at another place, the ways from there and back included. */
export interface TimeElsewhere extends Interval {
  /** What the place is called. */
  readonly place: string;
}

/** Of one kind a service needs one resource with enough to spare. */
export interface ResourceNeed {
  readonly kind: string;
  /** When each of the resources has too little to spare: in order, without overlaps. */
  readonly taken: readonly (readonly Interval[])[];
}

/** Whole days of the provider's own calendar. */
export interface SlotWindow {
  readonly from: string;
  readonly days: number;
}

/** The most days one search may cover. */
export const MAX_WINDOW_DAYS = 31;

/** A booking by the hour takes at most a day and keeps at most another one free; the database holds that, too. */
export const LONGEST_BLOCK_MS = 2 * DAY_MINUTES * MINUTE_MS;

/** The longest stay, with the day that may be kept free behind it; the database holds that, too. */
export const LONGEST_STAY_MS = 93 * DAY_MINUTES * MINUTE_MS;

/** A booking keeps at most a day free before it; the database holds that, too. */
export const LONGEST_LEAD_MS = DAY_MINUTES * MINUTE_MS;

/** How many days behind its window a search has to know: a slot late on the last day runs into them. */
const DAYS_BEHIND = 2;

/** Every instant that bears on a window of any zone: offsets lie within a day of UTC. */
export function instantsAround({ from, days }: SlotWindow): Interval {
  const day = DAY_MINUTES * MINUTE_MS;
  const start = Date.parse(`${from}T00:00:00Z`);
  return { start: start - 2 * day, end: start + (days + DAYS_BEHIND + 1) * day };
}

/**
 * The time that a service takes when it begins at `start`, buffers included. What it needs beside the provider is
 * kept for all of it, its intermission too: the client stays where she is.
 */
export const blockedBy = (service: ServiceTimes, start: number): Interval => ({
  start: start - (service.bufferBeforeMinutes ?? 0) * MINUTE_MS,
  end: start + (service.durationMinutes + service.bufferAfterMinutes) * MINUTE_MS,
});

/** The intermission of a service that begins at `start`; null where it has none. */
export function intermissionAt(service: ServiceTimes, start: number): Interval | null {
  const { intermissionAfterMinutes: after, intermissionMinutes: minutes } = service;
  if (after == null || minutes == null) return null;
  const from = start + after * MINUTE_MS;
  return { start: from, end: from + minutes * MINUTE_MS };
}

/**
 * The time that a service takes of a provider when it begins at `start`, buffers included: one stretch, or one before
 * its intermission and one behind, between which others may book her.
 */
export function workedBy(service: ServiceTimes, start: number): readonly [Interval, Interval?] {
  const blocked = blockedBy(service, start);
  const intermission = intermissionAt(service, start);
  if (!intermission) return [blocked];
  return [{ start: blocked.start, end: intermission.start }, { start: intermission.end, end: blocked.end }];
}

/**
 * The stretches in which a provider works, in order. Stretches that touch are one, also across midnight. What
 * begins or ends in an hour that is left out begins or ends at the jump, and an hour that comes twice counts
 * from its first coming.
 */
export function workingIntervals(
  { calendar, hours, exceptions = [] }: ProviderSchedule,
  { from, days }: SlotWindow,
): Interval[] {
  const intervals: { start: number; end: number }[] = [];
  for (let later = 0; later < days; later += 1) {
    const day = calendar.day(from, later);
    for (const stretch of hoursOn(hours, exceptions, day)) {
      const start = day.boundaryOf(stretch.startMinute);
      const end = day.boundaryOf(stretch.endMinute);
      const previous = intervals.at(-1);
      if (previous && start <= previous.end) previous.end = Math.max(previous.end, end);
      else if (start < end) intervals.push({ start, end });
    }
  }
  return intervals;
}

/** Asks of intervals in order, with starts that never go back, which one is the first to end behind a start. */
function follow(intervals: readonly Interval[]): (start: number) => Interval | undefined {
  let at = 0;
  return (start) => {
    for (let interval = intervals[at]; interval && interval.end <= start; interval = intervals[at]) at += 1;
    return intervals[at];
  };
}

type IsFree = (blocked: Interval) => boolean;

/** Asks of intervals in order, with stretches of time that never go back, whether one is clear of them. */
function clearOf(intervals: readonly Interval[]): IsFree {
  const takenAt = follow(intervals);
  return ({ start, end }) => {
    const taken = takenAt(start);
    return !taken || taken.start >= end;
  };
}

/** Asks of intervals in order, with starts of a service that never go back, whether its work is clear of them. */
function workClearOf(service: ServiceTimes, intervals: readonly Interval[]): (start: number) => boolean {
  const [isFirstFree, isSecondFree] = [clearOf(intervals), clearOf(intervals)];
  return (start) => {
    const [first, second] = workedBy(service, start);
    return isFirstFree(first) && (second === undefined || isSecondFree(second));
  };
}

/** When a provider cannot be had for a service, in order of the starts. */
function takenOrAway({ busy, elsewhere = [] }: ProviderSchedule): readonly Interval[] {
  return elsewhere.length === 0 ? busy : [...busy, ...elsewhere].toSorted((one, other) => one.start - other.start);
}

/** Whether of every kind one resource can be had, asked in the same way. */
function resourcesAreFree(needs: readonly ResourceNeed[]): IsFree {
  const kinds = needs.map(({ taken }) => taken.map(clearOf));
  return (blocked) => kinds.every((resources) => resources.some((isFree) => isFree(blocked)));
}

/** The starts on a provider's wall clock, within reach and while she is at work, whoever has taken them. */
function* workedStarts(
  schedule: ProviderSchedule,
  service: ServiceTimes,
  window: SlotWindow,
  now: number,
): Generator<number, void, void> {
  if (isByTheNight(service)) return;
  const { calendar, hours, exceptions = [], qualifiedUntil = Number.POSITIVE_INFINITY } = schedule;
  const duration = service.durationMinutes * MINUTE_MS;
  const workAt = follow(workingIntervals(schedule, { from: window.from, days: window.days + DAYS_BEHIND }));
  for (let later = 0; later < window.days; later += 1) {
    const day = calendar.day(window.from, later);
    for (const { startMinute, endMinute } of hoursOn(hours, exceptions, day)) {
      for (let minute = startMinute; minute < endMinute; minute += service.slotStepMinutes) {
        const start = day.instantOf(minute);
        if (start === null || start >= qualifiedUntil || !isWithinReach(service, start, now)) continue;
        const work = workAt(start);
        if (work && start >= work.start && start + duration <= work.end) yield start;
      }
    }
  }
}

/**
 * The starts at which a service can be booked, as epoch milliseconds in rising order. A start is a time on the
 * provider's wall clock, counted in steps from where her stretch of work begins. The service must end before
 * the work does; buffers may run over, as nobody is kept waiting by them. What several share can be booked
 * while it has seats. An intermission lies within her work as the rest does, and the time of another's intermission
 * is as free as any.
 * @param now epoch milliseconds
 */
export function* offeredStarts(
  schedule: ProviderSchedule,
  service: ServiceTimes,
  window: SlotWindow,
  now: number,
): Generator<number, void, void> {
  const isProviderFree = workClearOf(service, takenOrAway(schedule));
  const areResourcesFree = resourcesAreFree(schedule.needs ?? []);
  for (const start of workedStarts(schedule, service, window, now)) {
    const hasSeats = schedule.sessions?.get(start);
    if (hasSeats ?? (isProviderFree(start) && areResourcesFree(blockedBy(service, start)))) yield start;
  }
}

/** The day of the provider's calendar that a start belongs to, as the window to look for it in. */
export const windowOf = (calendar: ZoneCalendar, start: number): SlotWindow => ({
  from: calendar.dateOf(start),
  days: 1,
});

/** Whether a start is neither too soon nor too far ahead. Where it is not, no calendar need be asked. */
export const isWithinReach = (service: ServiceTimes, start: number, now: number): boolean =>
  start >= now + service.noticeMinutes * MINUTE_MS && start <= now + service.horizonDays * DAY_MINUTES * MINUTE_MS;

/** Whether a start is among those offered: exactly what is offered can be booked. */
export function isOffered(schedule: ProviderSchedule, service: ServiceTimes, start: number, now: number): boolean {
  if (!isWithinReach(service, start, now)) return false;
  for (const offered of offeredStarts(schedule, service, windowOf(schedule.calendar, start), now)) {
    if (offered >= start) return offered === start;
  }
  return false;
}
