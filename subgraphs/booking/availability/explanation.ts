import {
  blockedBy,
  isByTheNight,
  isWithinReach,
  offeredStarts,
  windowOf,
  workedBy,
  workingIntervals,
  type Interval,
  type ProviderSchedule,
  type ServiceTimes,
} from './availability.js';
import { exceptionsOn } from './day-hours.js';
import { MINUTE_MS } from './zone-calendar.js';

export const SLOT_OBSTACLES = [
  'SERVICE_NOT_BOOKABLE',
  'PROVIDER_NOT_BOOKABLE',
  'TOO_SOON',
  'TOO_FAR_AHEAD',
  'NOT_QUALIFIED',
  'CLOSED',
  'NOT_WORKING',
  'ENDS_AFTER_WORK',
  'BETWEEN_STARTS',
  'PROVIDER_TAKEN',
  'TRAVELLING',
  'RESOURCE_TAKEN',
  'SESSION_FULL',
] as const;

export interface Obstacle {
  readonly code: (typeof SLOT_OBSTACLES)[number];
  /** The name of the holiday or the other place, the kind of resource, or how else it is booked; null where there is nothing more to say. */
  readonly detail: string | null;
}

const obstacle = (code: Obstacle['code'], detail: string | null = null): Obstacle => ({ code, detail });

const overlaps = (one: Interval, other: Interval): boolean => one.start < other.end && other.start < one.end;

/** How far behind the day its stretches of work may run on, in days. */
const DAYS_READ = 3;

function obstaclesOfWork(schedule: ProviderSchedule, service: ServiceTimes, start: number): Obstacle[] {
  const window = windowOf(schedule.calendar, start);
  const work = workingIntervals(schedule, { ...window, days: DAYS_READ });
  const stretch = work.find((interval) => interval.start <= start && start < interval.end);
  if (stretch) {
    return start + service.durationMinutes * MINUTE_MS > stretch.end ? [obstacle('ENDS_AFTER_WORK')] : [];
  }
  const day = schedule.calendar.day(window.from, 0);
  const closure = exceptionsOn(schedule.exceptions ?? [], window.from).find(
    ({ kind, startMinute, endMinute }) =>
      kind === 'CLOSED' && day.boundaryOf(startMinute) <= start && start < day.boundaryOf(endMinute),
  );
  return [closure ? obstacle('CLOSED', closure.name) : obstacle('NOT_WORKING')];
}

function obstaclesOfOthers(schedule: ProviderSchedule, service: ServiceTimes, start: number): Obstacle[] {
  const hasSeats = schedule.sessions?.get(start);
  if (hasSeats !== undefined) return hasSeats ? [] : [obstacle('SESSION_FULL')];
  const blocked = blockedBy(service, start);
  const worked = workedBy(service, start);
  const isTaken = (intervals: readonly Interval[]): boolean => intervals.some((one) => overlaps(one, blocked));
  const meetsWork = (one: Interval): boolean => worked.some((stretch) => stretch !== undefined && overlaps(one, stretch));
  const away = schedule.elsewhere?.find(meetsWork);
  return [
    ...(schedule.busy.some(meetsWork) ? [obstacle('PROVIDER_TAKEN')] : []),
    ...(away ? [obstacle('TRAVELLING', away.place)] : []),
    ...(schedule.needs ?? [])
      .filter(({ taken }) => taken.every(isTaken))
      .map(({ kind }) => obstacle('RESOURCE_TAKEN', kind)),
  ];
}

/** Whether a start is too soon or too far ahead; null when it is neither. Where it is, no calendar need be asked. */
export function obstacleOfReach(service: ServiceTimes, start: number, now: number): Obstacle | null {
  if (isWithinReach(service, start, now)) return null;
  return obstacle(start < now + service.noticeMinutes * MINUTE_MS ? 'TOO_SOON' : 'TOO_FAR_AHEAD');
}

/**
 * Everything that keeps a start from being booked; empty exactly when it is offered.
 * @param start and `now` epoch milliseconds
 */
export function obstaclesTo(
  schedule: ProviderSchedule,
  service: ServiceTimes,
  start: number,
  now: number,
): readonly Obstacle[] {
  const reach = obstacleOfReach(service, start, now);
  if (reach) return [reach];
  if (isByTheNight(service)) return [obstacle('SERVICE_NOT_BOOKABLE', 'booked by the night')];
  const unqualified = start >= (schedule.qualifiedUntil ?? Number.POSITIVE_INFINITY);
  const found = [
    ...(unqualified ? [obstacle('NOT_QUALIFIED')] : []),
    ...obstaclesOfWork(schedule, service, start),
    ...obstaclesOfOthers(schedule, service, start),
  ];
  if (found.length > 0) return found;
  const offered = [...offeredStarts(schedule, service, windowOf(schedule.calendar, start), now)];
  return offered.includes(start) ? [] : [obstacle('BETWEEN_STARTS')];
}
