import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  isOffered,
  offeredStarts,
  workingIntervals,
  type ProviderSchedule,
  type ServiceTimes,
} from './availability.js';
import type { CalendarException } from './day-hours.js';
import { obstaclesTo } from './explanation.js';
import { weekSchema, type WorkingHours } from './working-hours.js';
import { createZoneCalendar, DAY_MINUTES, MINUTE_MS, wallClock } from './zone-calendar.js';

const HOUR: ServiceTimes = {
  durationMinutes: 60,
  bufferAfterMinutes: 0,
  slotStepMinutes: 60,
  noticeMinutes: 0,
  horizonDays: 100_000,
};

const everyDay = (start: string, end: string): readonly WorkingHours[] =>
  weekSchema.parse([1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start, end })));

const scheduleIn = (
  timeZone: string,
  hours: readonly WorkingHours[],
  busy: ProviderSchedule['busy'] = [],
): ProviderSchedule => ({ calendar: createZoneCalendar(timeZone), hours, busy });

const LONG_AGO = Date.UTC(2000, 0, 1);

const startsOn = (date: string, schedule: ProviderSchedule, service = HOUR, days = 1): string[] =>
  [...offeredStarts(schedule, service, { from: date, days }, LONG_AGO)].map((start) =>
    wallClock(new Date(start), schedule.calendar.timeZone).slice(11, 16),
  );

const hoursOf = (date: string, schedule: ProviderSchedule): number =>
  workingIntervals(schedule, { from: date, days: 1 }).reduce((sum, { start, end }) => sum + end - start, 0) / 3_600_000;

/** Each zone with a day on which its clocks go forward and one on which they go back, and the wall clock's jump. */
const JUMPS = [
  {
    zone: 'America/New_York',
    forward: '2027-03-14',
    gap: ['02:00', '03:00'],
    back: '2027-11-07',
    twice: ['01:00', '02:00'],
  },
  {
    zone: 'Europe/Berlin',
    forward: '2027-03-28',
    gap: ['02:00', '03:00'],
    back: '2027-10-31',
    twice: ['02:00', '03:00'],
  },
  {
    zone: 'Australia/Lord_Howe',
    forward: '2027-10-03',
    gap: ['02:00', '02:30'],
    back: '2027-04-04',
    twice: ['01:30', '02:00'],
  },
  {
    zone: 'America/Sao_Paulo',
    forward: '2018-11-04',
    gap: ['00:00', '01:00'],
    back: '2018-02-17',
    twice: ['23:00', '24:00'],
  },
] as const;

describe('the slots of a day', () => {
  it('begin where work begins, come in steps, and end before work ends', () => {
    const schedule = scheduleIn('America/New_York', everyDay('09:00', '12:15'));
    expect(startsOn('2027-01-12', schedule)).toEqual(['09:00', '10:00', '11:00']);
    expect(startsOn('2027-01-12', schedule, { ...HOUR, slotStepMinutes: 30 })).toEqual([
      '09:00', '09:30', '10:00', '10:30', '11:00',
    ]);
  });

  it('are only on days of work', () => {
    const mondays = weekSchema.parse([{ weekday: 1, start: '09:00', end: '11:00' }]);
    const schedule = scheduleIn('Europe/Berlin', mondays);
    const starts = [...offeredStarts(schedule, HOUR, { from: '2027-01-01', days: 31 }, LONG_AGO)];
    expect(new Set(starts.map((start) => new Date(start).getUTCDay()))).toEqual(new Set([1]));
    expect(starts).toHaveLength(8);
  });

  it('keep clear of what is booked, with the buffer of the booking and of the service', () => {
    const at = (clock: string) => Date.parse(`2027-01-12T${clock}:00Z`);
    const busy = [
      { start: at('10:00'), end: at('11:15') },
      { start: at('14:00'), end: at('15:00') },
    ];
    const schedule = scheduleIn('UTC', everyDay('09:00', '17:00'), busy);
    expect(startsOn('2027-01-12', schedule)).toEqual(['09:00', '12:00', '13:00', '15:00', '16:00']);
    expect(startsOn('2027-01-12', schedule, { ...HOUR, bufferAfterMinutes: 5 })).toEqual(['12:00', '15:00', '16:00']);
  });

  it('lie in the intermissions of others, and around them with their own', () => {
    const at = (clock: string) => Date.parse(`2027-01-12T${clock}:00Z`);
    const busy = [
      { start: at('10:00'), end: at('11:00') },
      { start: at('12:00'), end: at('13:00') },
    ];
    const schedule = scheduleIn('UTC', everyDay('09:00', '14:00'), busy);
    expect(startsOn('2027-01-12', schedule)).toEqual(['09:00', '11:00', '13:00']);
    const colour = { ...HOUR, durationMinutes: 180, intermissionAfterMinutes: 60, intermissionMinutes: 60 };
    expect(startsOn('2027-01-12', schedule, colour)).toEqual(['09:00', '11:00']);
    expect(startsOn('2027-01-12', schedule, { ...colour, bufferBeforeMinutes: 5 })).toEqual(['09:00']);
    expect(startsOn('2027-01-12', schedule, { ...colour, bufferAfterMinutes: 5 })).toEqual(['11:00']);
    // What it needs beside the provider is kept all the while.
    const needs = [{ kind: 'chair', taken: [busy] }];
    expect(startsOn('2027-01-12', { ...schedule, busy: [], needs }, colour)).toEqual([]);
  });

  it('run on over midnight where work does', () => {
    const night = weekSchema.parse([
      { weekday: 1, start: '22:00', end: '24:00' },
      { weekday: 2, start: '00:00', end: '02:00' },
    ]);
    const schedule = scheduleIn('Europe/Berlin', night);
    const ninety = { ...HOUR, durationMinutes: 90 };
    expect(startsOn('2027-01-04', schedule, ninety, 2)).toEqual(['22:00', '23:00', '00:00']);
    expect(startsOn('2027-01-04', schedule, ninety, 1)).toEqual(['22:00', '23:00']);
  });

  it('lie between the notice and the horizon', () => {
    const schedule = scheduleIn('UTC', everyDay('09:00', '12:00'));
    const now = Date.parse('2027-01-12T09:30:00Z');
    const service = { ...HOUR, noticeMinutes: 45, horizonDays: 1 };
    const starts = [...offeredStarts(schedule, service, { from: '2027-01-11', days: 10 }, now)];
    expect(starts.map((start) => new Date(start).toISOString())).toEqual([
      '2027-01-12T11:00:00.000Z',
      '2027-01-13T09:00:00.000Z',
    ]);
  });
});

describe('days that are unlike others', () => {
  const exception = (changes: Partial<CalendarException>): CalendarException => ({
    kind: 'CLOSED',
    everybody: false,
    name: null,
    firstDay: '2027-01-12',
    lastDay: '2027-01-12',
    startMinute: 0,
    endMinute: 1_440,
    ...changes,
  });
  const on = (...exceptions: CalendarException[]) => ({
    ...scheduleIn('Europe/Berlin', everyDay('09:00', '13:00')),
    exceptions,
  });

  it('have no slots when they are closed, from the first to the last', () => {
    const week = on(exception({ everybody: true, lastDay: '2027-01-14' }));
    const starts = [...offeredStarts(week, HOUR, { from: '2027-01-11', days: 5 }, LONG_AGO)];
    expect([...new Set(starts.map((start) => new Date(start).toISOString().slice(8, 10)))]).toEqual(['11', '15']);
  });

  it('lose the hours that are closed, and count their starts from where work goes on', () => {
    const pause = on(exception({ startMinute: 645, endMinute: 680 }));
    expect(startsOn('2027-01-12', pause, { ...HOUR, durationMinutes: 30 })).toEqual(['09:00', '10:00', '11:20', '12:20']);
  });

  it('take hours of their own in the place of the week and of holidays, but not of what is closed for her', () => {
    const evening = exception({ kind: 'OPEN', startMinute: 1_080, endMinute: 1_260 });
    expect(startsOn('2027-01-12', on(evening, exception({ everybody: true })))).toEqual(['18:00', '19:00', '20:00']);
    const short = on(evening, exception({ startMinute: 1_140, endMinute: 1_440 }));
    expect(startsOn('2027-01-12', short)).toEqual(['18:00']);
  });
});

describe('what is kept free before a booking', () => {
  it('must be free as well, and may lie before work begins', () => {
    const at = (clock: string) => Date.parse(`2027-01-12T${clock}:00Z`);
    const schedule = scheduleIn('UTC', everyDay('09:00', '14:00'), [{ start: at('10:00'), end: at('11:00') }]);
    expect(startsOn('2027-01-12', schedule, { ...HOUR, bufferBeforeMinutes: 15 })).toEqual(['09:00', '12:00', '13:00']);
  });
});

describe('the change of the clocks', () => {
  it.each(JUMPS)('leaves no slot in the hour that $zone leaves out', ({ zone, forward, gap }) => {
    const quarter = { ...HOUR, durationMinutes: 15, slotStepMinutes: 15 };
    const starts = startsOn(forward, scheduleIn(zone, everyDay('00:00', '24:00')), quarter);
    expect(starts.filter((clock) => clock >= gap[0] && clock < gap[1])).toEqual([]);
    expect(starts).toContain(gap[1]);
    expect(new Set(starts).size).toBe(starts.length);
  });

  it.each(JUMPS)('offers the hour that $zone has twice once, at its first coming', ({ zone, back, twice }) => {
    const schedule = scheduleIn(zone, everyDay('00:00', '24:00'));
    const quarter = { ...HOUR, durationMinutes: 15, slotStepMinutes: 15 };
    const starts = [...offeredStarts(schedule, quarter, { from: back, days: 1 }, LONG_AGO)];
    const repeated = starts.filter((start) => {
      const clock = wallClock(new Date(start), zone).slice(11, 16);
      return clock >= twice[0] && clock < twice[1];
    });
    const minutes = zone === 'Australia/Lord_Howe' ? 30 : 60;
    expect(repeated).toHaveLength(minutes / 15);
    for (const start of repeated) {
      const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
      const first = local.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'earlier' });
      expect(start).toBe(first.epochMilliseconds);
    }
  });

  it.each(JUMPS)('makes a day of work in $zone as much shorter or longer as it is', ({ zone, forward, back }) => {
    const jump = zone === 'Australia/Lord_Howe' ? 0.5 : 1;
    const schedule = scheduleIn(zone, everyDay('00:00', '24:00'));
    expect(hoursOf(forward, schedule)).toBe(24 - jump);
    expect(hoursOf(back, schedule)).toBe(24 + jump);
  });

  it('lets work that begins in the hour left out begin when that is over, and end when it begins', () => {
    const zone = 'America/New_York';
    expect(startsOn('2027-03-14', scheduleIn(zone, everyDay('02:30', '05:00')))).toEqual(['03:30']);
    expect(hoursOf('2027-03-14', scheduleIn(zone, everyDay('02:30', '05:00')))).toBe(2);
    expect(hoursOf('2027-03-14', scheduleIn(zone, everyDay('01:00', '02:30')))).toBe(1);
    expect(hoursOf('2027-03-14', scheduleIn(zone, everyDay('02:00', '03:00')))).toBe(0);
  });

  it.each([
    ['America/New_York', '2027-03-08', '2027-11-01'],
    ['Europe/Berlin', '2027-03-22', '2027-10-25'],
    ['Australia/Lord_Howe', '2027-09-27', '2027-03-29'],
    ['Asia/Kolkata', '2027-03-08', '2027-11-01'],
    ['America/Sao_Paulo', '2018-10-29', '2018-02-12'],
  ])('leaves nine in the morning of %s at nine', (zone, one, other) => {
    const schedule = scheduleIn(zone, everyDay('09:00', '10:00'));
    for (const from of [one, other]) {
      expect(startsOn(from, schedule, HOUR, 14)).toEqual(Array.from({ length: 14 }, () => '09:00'));
    }
  });

  it('has nothing to do with the time zone of the process', async () => {
    const program = `
      import { offeredStarts } from './availability.ts';
      import { createZoneCalendar } from './zone-calendar.ts';
      const service = { durationMinutes: 60, bufferAfterMinutes: 0, slotStepMinutes: 15, noticeMinutes: 0, horizonDays: 100000 };
      const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, startMinute: 0, endMinute: 1440 }));
      const starts = ${JSON.stringify(JUMPS)}.flatMap(({ zone, forward, back }) => [forward, back].flatMap((from) => [
        ...offeredStarts({ calendar: createZoneCalendar(zone), hours, busy: [] }, service, { from, days: 2 }, 0)]));
      console.log(JSON.stringify({ offset: new Date(0).getTimezoneOffset(), starts }));`;
    const runIn = async (zone: string) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', program],
        { cwd: fileURLToPath(new URL('.', import.meta.url)), env: { TZ: zone } },
      );
      return JSON.parse(stdout) as { readonly offset: number; readonly starts: readonly number[] };
    };
    const [one, other] = [await runIn('America/Los_Angeles'), await runIn('Asia/Kolkata')];
    expect([one.offset, other.offset]).toEqual([480, -330]);
    expect(one.starts.length).toBeGreaterThan(500);
    expect(other.starts).toEqual(one.starts);
  });
});

describe('exactly what is offered', () => {
  const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'];
  const stretch = fc
    .record({
      weekday: fc.integer({ min: 1, max: 7 }),
      a: fc.integer({ min: 0, max: 96 }),
      b: fc.integer({ min: 0, max: 96 }),
    })
    .filter(({ a, b }) => a !== b)
    .map(({ weekday, a, b }) => ({ weekday, startMinute: 15 * Math.min(a, b), endMinute: 15 * Math.max(a, b) }));
  const week = fc.array(stretch, { maxLength: 10 }).map((stretches) => {
    const sorted = stretches.toSorted((a, b) => a.weekday - b.weekday || a.startMinute - b.startMinute);
    return sorted.filter((one, at) =>
      sorted.slice(0, at).every((other) => other.weekday !== one.weekday || other.endMinute <= one.startMinute),
    );
  });
  const days = [
    ...['2027-03-13', '2027-03-27', '2027-04-03', '2027-10-02'],
    ...['2027-10-30', '2027-11-06', '2018-11-03', '2018-02-16'],
  ];
  const block = fc.record({ from: fc.integer({ min: 0, max: 4_320 }), length: fc.integer({ min: 5, max: 300 }) });
  const busyOn = (date: string) =>
    fc.array(block, { maxLength: 8 }).map((blocks) => {
      let free = Date.parse(`${date}T00:00:00Z`) - DAY_MINUTES * MINUTE_MS;
      return blocks.toSorted((a, b) => a.from - b.from).map(({ from, length }) => {
        const start = Math.max(free, Date.parse(`${date}T00:00:00Z`) + (from - 720) * MINUTE_MS);
        free = start + length * MINUTE_MS;
        return { start, end: free };
      });
    });
  const service = fc.record({
    durationMinutes: fc.integer({ min: 5, max: 300 }),
    bufferAfterMinutes: fc.integer({ min: 0, max: 60 }),
    slotStepMinutes: fc.constantFrom(5, 15, 20, 45),
    noticeMinutes: fc.constant(0),
    horizonDays: fc.constant(100_000),
    intermissionAfterMinutes: fc.constant<number | null>(null),
    intermissionMinutes: fc.constant<number | null>(null),
  });
  /** Half of the services have a pause somewhere inside. */
  const serviceWithPause = fc
    .tuple(service, fc.boolean(), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }))
    .map(([times, hasPause, one, other]) => {
      const [from, until] = [one, other].map((percent) => Math.max(1, Math.floor((times.durationMinutes * percent) / 100)));
      if (!hasPause || from === undefined || until === undefined || from >= until) return times;
      return { ...times, intermissionAfterMinutes: from, intermissionMinutes: until - from };
    });
  const exceptionAround = (date: string) =>
    fc
      .record({
        kind: fc.constantFrom('CLOSED' as const, 'OPEN' as const),
        everybody: fc.boolean(),
        day: fc.integer({ min: -1, max: 3 }),
        length: fc.integer({ min: 0, max: 2 }),
        a: fc.integer({ min: 0, max: 47 }),
        b: fc.integer({ min: 1, max: 48 }),
      })
      .map(({ kind, everybody, day, length, a, b }): CalendarException => ({
        kind,
        everybody: everybody && kind === 'CLOSED',
        name: null,
        firstDay: Temporal.PlainDate.from(date).add({ days: day }).toString(),
        lastDay: Temporal.PlainDate.from(date).add({ days: day + length }).toString(),
        startMinute: 30 * Math.min(a, b - 1),
        endMinute: 30 * Math.max(a + 1, b),
      }));
  const situation = fc
    .tuple(fc.constantFrom(...zones), week, serviceWithPause, fc.constantFrom(...days))
    .chain(([zone, hours, times, date]) =>
      fc
        .record({
          busy: busyOn(date),
          exceptions: fc.array(exceptionAround(date), { maxLength: 4 }),
          rooms: fc.array(busyOn(date), { maxLength: 3 }),
          elsewhere: busyOn(date),
          needsRoom: fc.boolean(),
          qualifiedDays: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
        })
        .map(({ busy, exceptions, rooms, elsewhere, needsRoom, qualifiedDays }) => ({
          schedule: {
            ...scheduleIn(zone, hours, busy),
            exceptions,
            elsewhere: elsewhere.map((interval) => ({ ...interval, place: 'South' })),
            needs: needsRoom ? [{ kind: 'room', taken: rooms }] : [],
            ...(qualifiedDays === null
              ? {}
              : { qualifiedUntil: Date.parse(`${date}T12:00:00Z`) + qualifiedDays * DAY_MINUTES * MINUTE_MS }),
          },
          service: times,
          date,
        })),
    );

  it('can be booked, and nothing else', () => {
    fc.assert(
      fc.property(situation, ({ schedule, service: times, date }) => {
        const offered = new Set(offeredStarts(schedule, times, { from: date, days: 3 }, LONG_AGO));
        const { calendar } = schedule;
        const first = calendar.day(date, 0).boundaryOf(0);
        const last = calendar.day(date, 3).boundaryOf(0);
        for (let start = first; start < last; start += 5 * MINUTE_MS) {
          if (isOffered(schedule, times, start, LONG_AGO) !== offered.has(start)) return false;
        }
        return [...offered].every((start) => isOffered(schedule, times, start, LONG_AGO));
      }),
      { numRuns: 60 },
    );
  });

  it('has nothing against it, and everything else has', () => {
    fc.assert(
      fc.property(situation, ({ schedule, service: times, date }) => {
        const offered = new Set(offeredStarts(schedule, times, { from: date, days: 2 }, LONG_AGO));
        const first = schedule.calendar.day(date, 0).boundaryOf(0);
        const last = schedule.calendar.day(date, 2).boundaryOf(0);
        for (let start = first; start < last; start += 15 * MINUTE_MS) {
          if ((obstaclesTo(schedule, times, start, LONG_AGO).length === 0) !== offered.has(start)) return false;
        }
        return true;
      }),
      { numRuns: 40 },
    );
  });

  it('lies in working time, clear of bookings but for its intermission, on the wall clock, in rising order', () => {
    fc.assert(
      fc.property(situation, ({ schedule, service: times, date }) => {
        const starts = [...offeredStarts(schedule, times, { from: date, days: 3 }, LONG_AGO)];
        const atWork = workingIntervals(schedule, { from: date, days: 6 });
        return starts.every((start, at) => {
          const end = start + times.durationMinutes * MINUTE_MS;
          const blocked = end + times.bufferAfterMinutes * MINUTE_MS;
          const pauses = start + (times.intermissionAfterMinutes ?? 0) * MINUTE_MS;
          const resumes = pauses + (times.intermissionMinutes ?? 0) * MINUTE_MS;
          const work = times.intermissionMinutes === null ? [[start, blocked]] : [[start, pauses], [resumes, blocked]];
          return (
            (at === 0 || start > (starts[at - 1] ?? 0)) &&
            atWork.some((interval) => interval.start <= start && end <= interval.end) &&
            ![...schedule.busy, ...schedule.elsewhere].some((busy) =>
              work.some(([from = 0, until = 0]) => busy.start < until && busy.end > from),
            ) &&
            schedule.needs.every(({ taken }) =>
              taken.some((room) => !room.some((busy) => busy.start < blocked && busy.end > start)),
            )
          );
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('a week of working hours', () => {
  const problemsOf = (week: unknown): string[] =>
    weekSchema.safeParse(week).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

  it('may end at 24:00 and comes back in order', () => {
    expect(
      weekSchema.parse([
        { weekday: 2, start: '18:00', end: '24:00' },
        { weekday: 2, start: '09:00', end: '12:00' },
        { weekday: 1, start: '00:00', end: '24:00' },
      ]),
    ).toEqual([
      { weekday: 1, startMinute: 0, endMinute: 1_440 },
      { weekday: 2, startMinute: 540, endMinute: 720 },
      { weekday: 2, startMinute: 1_080, endMinute: 1_440 },
    ]);
  });

  it.each([
    [{ weekday: 0, start: '09:00', end: '10:00' }, '0.weekday: must be 1 (Monday) to 7 (Sunday)'],
    [{ weekday: 1, start: '9:00', end: '10:00' }, '0.start: must be a time of day such as 09:30, up to 24:00'],
    [{ weekday: 1, start: '09:00', end: '24:01' }, '0.end: must be a time of day such as 09:30, up to 24:00'],
    [{ weekday: 1, start: '10:00', end: '10:00' }, '0.end: must be later than start'],
  ])('refuses %j', (stretch, problem) => {
    expect(problemsOf([stretch])).toEqual([problem]);
  });

  it('refuses stretches that overlap', () => {
    const overlapping = [
      { weekday: 1, start: '09:00', end: '12:00' },
      { weekday: 1, start: '11:59', end: '13:00' },
    ];
    expect(problemsOf(overlapping)).toEqual([': must not overlap on any day']);
  });
});
