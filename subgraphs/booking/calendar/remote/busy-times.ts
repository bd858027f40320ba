import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { CalendarFailedError, type BusyTime, type ReadWindow } from './remote-calendar.js';

/** Rules may go on for ever, and a hostile one every second. */
const MOST_OCCURRENCES = 2_000;

/** What the library says of an occurrence; its own type for that leads nowhere. */
interface Occurrence {
  readonly item: ICAL.Event;
  readonly startDate: ICAL.Time;
  readonly endDate: ICAL.Time;
}

/** Midnight at the beginning of a date such as `2027-01-31`. @param timeZone IANA */
export const midnightOf = (date: string, timeZone: string): Date =>
  new Date(Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds);

/**
 * An instant of an entry. Whole days, and times without a zone, are meant where the provider is; times with one are
 * in what the calendar itself says of the zone, or else in the zone of that name.
 */
function instantOf(time: ICAL.Time, zoneName: string | null, timeZone: string): Date {
  const local = `${String(time.year).padStart(4, '0')}-${String(time.month).padStart(2, '0')}-${String(time.day).padStart(2, '0')}`;
  if (time.isDate) return midnightOf(local, timeZone);
  const isFloating = time.zone === null || time.zone.tzid === 'floating';
  if (!isFloating) return time.toJSDate();
  const clock = Temporal.PlainTime.from({ hour: time.hour, minute: time.minute, second: time.second });
  const at = Temporal.PlainDate.from(local).toPlainDateTime(clock);
  for (const zone of [zoneName, timeZone]) {
    if (zone === null) continue;
    try {
      return new Date(at.toZonedDateTime(zone).epochMilliseconds);
    } catch {
      // Not a zone that anybody knows: what follows is the best guess.
    }
  }
  throw new CalendarFailedError('The calendar holds a time in a zone that is not known');
}

const zoneOf = (component: ICAL.Component, property: string): string | null => {
  const named = component.getFirstProperty(property)?.getParameter('tzid');
  return typeof named === 'string' ? named : null;
};

const textOf = (component: ICAL.Component, property: string): string =>
  String(component.getFirstPropertyValue(property) ?? '').toUpperCase();

/** Whether an entry keeps anybody busy at all. */
const keepsBusy = (component: ICAL.Component): boolean =>
  textOf(component, 'status') !== 'CANCELLED' && textOf(component, 'transp') !== 'TRANSPARENT';

function occurrencesOf(event: ICAL.Event, window: ReadWindow): BusyTime[] {
  const { timeZone } = window;
  const zone = zoneOf(event.component, 'dtstart');
  const from = window.from.getTime();
  const until = window.until.getTime();
  const timesOf = (item: ICAL.Event, start: ICAL.Time, end: ICAL.Time): BusyTime => ({
    startsAt: instantOf(start, item === event ? zone : zoneOf(item.component, 'dtstart'), timeZone),
    endsAt: instantOf(end, item === event ? (zoneOf(event.component, 'dtend') ?? zone) : zoneOf(item.component, 'dtend'), timeZone),
  });
  const isWithin = ({ startsAt, endsAt }: BusyTime): boolean =>
    startsAt < endsAt && endsAt.getTime() > from && startsAt.getTime() < until;
  if (!event.isRecurring()) {
    return keepsBusy(event.component) ? [timesOf(event, event.startDate, event.endDate)].filter(isWithin) : [];
  }
  const found: BusyTime[] = [];
  const iterator = event.iterator();
  for (let count = 0; count < MOST_OCCURRENCES; count += 1) {
    const next = iterator.next() as ICAL.Time | undefined;
    if (!next) break;
    const { item, startDate, endDate } = event.getOccurrenceDetails(next) as Occurrence;
    const times = timesOf(item, startDate, endDate);
    if (times.startsAt.getTime() >= until) break;
    if (keepsBusy(item.component) && isWithin(times)) found.push(times);
  }
  return found;
}

/**
 * When somebody is busy by one object of a calendar: an entry with what is said of single occurrences of it.
 * @throws {CalendarFailedError} for what is no calendar
 */
export function busyTimesOf(text: string, window: ReadWindow): { readonly uid: string | null; readonly busy: readonly BusyTime[] } {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
    const entries = calendar.getAllSubcomponents('vevent');
    const main = entries.find((entry) => entry.getFirstProperty('recurrence-id') === null) ?? entries[0];
    if (!main) return { uid: null, busy: [] };
    const event = new ICAL.Event(main, { exceptions: entries.filter((entry) => entry !== main), strictExceptions: false });
    return { uid: event.uid ?? null, busy: occurrencesOf(event, window) };
  } catch (error) {
    if (error instanceof CalendarFailedError) throw error;
    throw new CalendarFailedError('The calendar holds something that cannot be read', { cause: error });
  }
}
