import { Temporal } from 'temporal-polyfill';
import type { DemoProvider, DemoService } from './demo-data.js';
import type { Random } from './random.js';

/** Days before and after today that the demo has bookings on: a month for the reports, three weeks for the calendars. */
const DAYS_BACK = 31;
const DAYS_AHEAD = 21;
const MINUTES_A_DAY = 1_440;

export type DemoStatus = 'CONFIRMED' | 'COMPLETED' | 'CANCELLED' | 'NO_SHOW';

export interface DemoBooking {
  readonly service: DemoService;
  readonly startsAt: Date;
  readonly createdAt: Date;
  readonly status: DemoStatus;
  readonly isPaid: boolean;
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

function statusOf(startsAt: Date, now: Date, random: Random): DemoStatus {
  const chance = random.next();
  if (startsAt < now) return chance < 0.86 ? 'COMPLETED' : chance < 0.92 ? 'NO_SHOW' : 'CANCELLED';
  return chance < 0.93 ? 'CONFIRMED' : 'CANCELLED';
}

/** Starts of a day on which nothing of what was chosen before is in the way. */
function freeStart(
  hours: readonly (readonly [string, string])[],
  minutes: number,
  taken: readonly (readonly [number, number])[],
  random: Random,
): number | null {
  const starts = hours.flatMap(([from, to]) => {
    const found: number[] = [];
    for (let at = minuteOf(from); at + minutes <= Math.min(minuteOf(to), MINUTES_A_DAY); at += 15) found.push(at);
    return found;
  });
  const free = starts.filter((at) => taken.every(([from, to]) => at + minutes <= from || at >= to));
  return free.length === 0 ? null : random.pick(free);
}

/** A provider's bookings around today, no two of them at the same time, as her week allows. */
export function bookingsOf(
  provider: DemoProvider,
  services: readonly DemoService[],
  timeZone: string,
  now: Date,
  random: Random,
): readonly DemoBooking[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const bookings: DemoBooking[] = [];
  for (let offset = -DAYS_BACK; offset <= DAYS_AHEAD; offset += 1) {
    const date = today.add({ days: offset });
    const hours = provider.week[date.dayOfWeek - 1] ?? [];
    if (hours.length === 0) continue;
    const taken: (readonly [number, number])[] = [];
    for (let left = random.about(provider.bookingsPerDay); left > 0; left -= 1) {
      const service = random.pick(services.filter(({ key }) => provider.services.includes(key)));
      const minutes = service.durationMinutes + service.bufferAfterMinutes;
      const start = freeStart(hours, minutes, taken, random);
      if (start === null) continue;
      taken.push([start, start + minutes]);
      const time = Temporal.PlainTime.from({ hour: Math.floor(start / 60), minute: start % 60 });
      const startsAt = new Date(date.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds);
      const status = statusOf(startsAt, now, random);
      const bookedBefore = (0.1 + random.next() * 13) * 86_400_000;
      const createdAt = new Date(Math.min(startsAt.getTime(), now.getTime()) - bookedBefore);
      // Whoever stays away owes nothing: the demo's companies ask no fee for it.
      const isPaid = status === 'COMPLETED' || status === 'CONFIRMED';
      bookings.push({ service, startsAt, createdAt, status, isPaid });
    }
  }
  return bookings;
}
