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
  readonly bufferAfterMinutes: number;
  readonly slotStepMinutes: number;
  readonly noticeMinutes: number;
  readonly horizonDays: number;
}

/** When a provider works, and when she is taken. */
export interface ProviderSchedule {
  readonly calendar: ZoneCalendar;
  /** In order of weekday and start, without overlaps. */
  readonly hours: readonly WorkingHours[];
  /** Buffers included, in order, without overlaps. */
  readonly busy: readonly Interval[];
}

/** Whole days of the provider's own calendar. */
export interface SlotWindow {
  readonly from: string;
  readonly days: number;
}

/** The most days one search may cover. */
export const MAX_WINDOW_DAYS = 31;

/** A booking takes at most a day and keeps at most another one free; the database holds that, too. */
export const LONGEST_BLOCK_MS = 2 * DAY_MINUTES * MINUTE_MS;

/** How many days behind its window a search has to know: a slot late on the last day runs into them. */
const DAYS_BEHIND = 2;

/** Every instant that bears on a window of any zone: offsets lie within a day of UTC. */
export function instantsAround({ from, days }: SlotWindow): Interval {
  const day = DAY_MINUTES * MINUTE_MS;
  const start = Date.parse(`${from}T00:00:00Z`);
  return { start: start - day, end: start + (days + DAYS_BEHIND + 1) * day };
}

/**
 * The stretches in which a provider works, in order. Stretches that touch are one, also across midnight. What
 * begins or ends in an hour that is left out begins or ends at the jump, and an hour that comes twice counts
 * from its first coming.
 */
export function workingIntervals({ calendar, hours }: ProviderSchedule, { from, days }: SlotWindow): Interval[] {
  const intervals: { start: number; end: number }[] = [];
  for (let later = 0; later < days; later += 1) {
    const day = calendar.day(from, later);
    for (const stretch of hours) {
      if (stretch.weekday !== day.weekday) continue;
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

/**
 * The starts at which a service can be booked, as epoch milliseconds in rising order. A start is a time on the
 * provider's wall clock, counted in steps from where her stretch of work begins. The service must end before
 * the work does; the buffer may run over, as nobody is kept waiting by it.
 * @param now epoch milliseconds
 */
export function* offeredStarts(
  schedule: ProviderSchedule,
  service: ServiceTimes,
  window: SlotWindow,
  now: number,
): Generator<number, void, void> {
  const { calendar, hours, busy } = schedule;
  const duration = service.durationMinutes * MINUTE_MS;
  const blocked = duration + service.bufferAfterMinutes * MINUTE_MS;
  const workAt = follow(workingIntervals(schedule, { from: window.from, days: window.days + DAYS_BEHIND }));
  const takenAt = follow(busy);

  for (let later = 0; later < window.days; later += 1) {
    const day = calendar.day(window.from, later);
    for (const { weekday, startMinute, endMinute } of hours) {
      if (weekday !== day.weekday) continue;
      for (let minute = startMinute; minute < endMinute; minute += service.slotStepMinutes) {
        const start = day.instantOf(minute);
        if (start === null || !isWithinReach(service, start, now)) continue;
        const work = workAt(start);
        if (!work || start < work.start || start + duration > work.end) continue;
        const taken = takenAt(start);
        if (!taken || taken.start >= start + blocked) yield start;
      }
    }
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
