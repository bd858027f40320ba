import { z } from 'zod';
import type { CalendarEntry } from '../entry/calendar-entry.js';
import { midnightOf } from './busy-times.js';
import type { ApiAnswer, OAuthApi } from './oauth.js';
import { assertWell, CalendarFailedError, type ReadWindow, type RemoteCalendar, type RemoteChanges, type RemoteEvent } from './remote-calendar.js';

const moment = z.object({ dateTime: z.string() });
const page = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      '@removed': z.object({}).optional(),
      iCalUId: z.string().optional(),
      showAs: z.string().optional(),
      isCancelled: z.boolean().optional(),
      isAllDay: z.boolean().optional(),
      start: moment.optional(),
      end: moment.optional(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

const MOST_PAGES = 50;

/** Answers tell times in UTC where that is asked for. */
const IN_UTC = { prefer: 'outlook.timezone="UTC", odata.maxpagesize=250' };

const bodyOf = (entry: CalendarEntry): object => ({
  subject: entry.summary,
  body: { contentType: 'text', content: entry.description },
  ...(entry.location === null ? {} : { location: { displayName: entry.location } }),
  start: { dateTime: entry.startsAt.toISOString().slice(0, -1), timeZone: 'UTC' },
  end: { dateTime: entry.endsAt.toISOString().slice(0, -1), timeZone: 'UTC' },
  showAs: 'busy',
});

const subscription = z.object({ id: z.string(), expirationDateTime: z.iso.datetime({ offset: true }) });

function subscriptionIn(answer: ApiAnswer): { readonly id: string; readonly expiresAt: Date } {
  assertWell(answer, 'it was asked to tell of its changes');
  const { data } = subscription.safeParse(answer.json);
  if (!data) throw new CalendarFailedError('The calendar answered something else than a subscription');
  return { id: data.id, expiresAt: new Date(data.expirationDateTime) };
}

const utc = (text: string): Date => new Date(/[zZ]$/.test(text) ? text : `${text}Z`);

function eventOf(item: z.output<typeof page>['value'][number], { from, until, timeZone }: ReadWindow): RemoteEvent {
  const { id, iCalUId, showAs, isCancelled, isAllDay, start, end } = item;
  const instant = (at: z.output<typeof moment>): Date => (isAllDay ? midnightOf(at.dateTime.slice(0, 10), timeZone) : utc(at.dateTime));
  const isFree = isCancelled === true || showAs === 'free' || showAs === 'workingElsewhere';
  const times = !isFree && start && end ? { startsAt: instant(start), endsAt: instant(end) } : null;
  const counts = times !== null && times.startsAt < times.endsAt && times.endsAt > from && times.startsAt < until;
  return { externalId: id, uid: iCalUId ?? null, busy: counts ? [times] : [] };
}

/** The calendar of a person by the interface of Microsoft Graph. */
export function openMicrosoft(api: OAuthApi): RemoteCalendar & { account(): Promise<string> } {
  const changes = async (since: string | null, window: ReadWindow): Promise<RemoteChanges> => {
    const query = new URLSearchParams({ startDateTime: window.from.toISOString(), endDateTime: window.until.toISOString() });
    let next = since ?? `/me/calendarView/delta?${query.toString()}`;
    const found: RemoteEvent[] = [];
    const removed: string[] = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const answer = await api.call('GET', next, undefined, IN_UTC);
      // `syncStateNotFound`: everything has to be read.
      if (answer.status === 410 && since !== null) return changes(null, window);
      assertWell(answer, 'its changes were read');
      const parsed = page.safeParse(answer.json);
      if (!parsed.success) throw new CalendarFailedError('The calendar answered something else than appointments');
      for (const item of parsed.data.value) {
        if (item['@removed']) removed.push(item.id);
        else found.push(eventOf(item, window));
      }
      const { '@odata.nextLink': nextLink, '@odata.deltaLink': token } = parsed.data;
      if (nextLink === undefined) return { whole: since === null, events: found, removed, token: token ?? null };
      next = nextLink;
    }
    throw new CalendarFailedError('The calendar has no end');
  };

  /** Whoever sends the same transaction again gets the same event, as it is by then. */
  const make = async (transactionId: string, entry: CalendarEntry): Promise<string> => {
    const answer = await api.call('POST', '/me/events', { ...bodyOf(entry), transactionId });
    assertWell(answer, 'an appointment was written');
    const made = z.object({ id: z.string() }).safeParse(answer.json);
    if (!made.success) throw new CalendarFailedError('The calendar answered something else than an appointment');
    return made.data.id;
  };

  return {
    async put(bookingId, entry, known) {
      const externalId = known?.externalId ?? (await make(bookingId, entry));
      const answer = await api.call('PATCH', `/me/events/${encodeURIComponent(externalId)}`, bodyOf(entry));
      // Somebody has removed it there: a new one takes its place.
      if (answer.status === 404) return { externalId: await make(`${bookingId}.${entry.sequence}`, entry), version: null };
      assertWell(answer, 'an appointment was written');
      return { externalId, version: null };
    },
    async remove({ externalId }) {
      const answer = await api.call('DELETE', `/me/events/${encodeURIComponent(externalId)}`);
      if (answer.status !== 404 && answer.status !== 410) assertWell(answer, 'an appointment was removed');
    },
    changes,
    watching: {
      async begin({ token, address, until }) {
        const answer = await api.call('POST', '/subscriptions', {
          changeType: 'created,updated,deleted',
          notificationUrl: address,
          resource: '/me/events',
          expirationDateTime: until.toISOString(),
          clientState: token,
        });
        const { id, expiresAt } = subscriptionIn(answer);
        return { externalId: id, expiresAt };
      },
      async prolong({ externalId }, until) {
        const target = `/subscriptions/${encodeURIComponent(externalId)}`;
        const answer = await api.call('PATCH', target, { expirationDateTime: until.toISOString() });
        return answer.status === 404 ? null : subscriptionIn(answer).expiresAt;
      },
      async end({ externalId }) {
        const answer = await api.call('DELETE', `/subscriptions/${encodeURIComponent(externalId)}`);
        if (answer.status !== 404) assertWell(answer, 'it was asked to tell no more');
      },
    },
    /** @returns what people call the calendar */
    async account() {
      const answer = await api.call('GET', '/me/calendar');
      assertWell(answer, 'it was looked at');
      return z.object({ name: z.string() }).safeParse(answer.json).data?.name ?? 'Calendar';
    },
  };
}
