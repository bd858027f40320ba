import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { ValidationError } from '../../_kernel/errors/domain-error.js';

/** The most bookings of one series. */
export const MOST_OCCURRENCES = 60;

const RULE = /^FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;[A-Z]+=[A-Z0-9,+-]+)*$/;
const TIMES_OF_DAY = /BYHOUR|BYMINUTE|BYSECOND|RSCALE|SKIP/;
/** Rules that come round this rarely find nothing: the thirtieth of February. */
const MOST_PERIODS = 5_000;

function starts(rule: string, dtstart: Temporal.ZonedDateTime): number[] {
  const found: number[] = [];
  const recurrence = new RRuleTemporal({
    rruleString: `RRULE:${rule}`,
    dtstart,
    strict: true,
    maxIterations: MOST_PERIODS,
  });
  recurrence.all((date) => {
    found.push(date.epochMilliseconds);
    return found.length <= MOST_OCCURRENCES;
  });
  return found;
}

/**
 * When a series by an RFC 5545 rule takes place: at the same time on the wall clock, whatever clocks do.
 * @param rule such as `FREQ=WEEKLY;COUNT=4`, days at the least, with an end
 * @param first an instant; the rule has to allow it
 * @param timeZone IANA name
 * @throws {ValidationError}
 */
export function occurrencesOf(rule: string, first: Date, timeZone: string): Date[] {
  const refuse = (message: string) => ValidationError.of('rule', message);
  if (!RULE.test(rule) || TIMES_OF_DAY.test(rule)) throw refuse('must be a rule of days such as FREQ=WEEKLY;COUNT=4');
  if (!/;(?:COUNT|UNTIL)=/.test(rule)) throw refuse('must end, with COUNT or UNTIL');
  const dtstart = Temporal.Instant.fromEpochMilliseconds(first.getTime()).toZonedDateTimeISO(timeZone);
  let found: number[];
  try {
    found = starts(rule, dtstart);
  } catch {
    throw refuse('must be a rule as RFC 5545 has them');
  }
  if (found[0] !== first.getTime()) throw refuse('must begin with the first booking');
  if (found.length > MOST_OCCURRENCES) throw refuse(`must lead to at most ${MOST_OCCURRENCES} bookings`);
  return found.map((start) => new Date(start));
}

/** Moves a start as far on the wall clock as another was moved, from `before` to `after`. */
export function movedAlong(start: Date, timeZone: string, before: Date, after: Date): Date {
  const local = (instant: Date) =>
    Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const distance = local(before).until(local(after), { largestUnit: 'day' });
  const moved = local(start).add(distance).toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return new Date(moved.epochMilliseconds);
}
