import { z } from 'zod';
import type { CalendarEntry } from '../entry/calendar-entry.js';
import { midnightOf } from './busy-times.js';
import type { OAuthApi } from './oauth.js';
import { assertWell, CalendarFailedError, type ReadWindow, type RemoteCalendar, type RemoteChanges, type RemoteEvent } from './remote-calendar.js';

const moment = z.object({ dateTime: z.string().optional(), date: z.string().optional() });
const page = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        status: z.string().optional(),
        iCalUID: z.string().optional(),
        transparency: z.string().optional(),
        start: moment.optional(),
        end: moment.optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});

/** Its end is in epoch milliseconds, as text. */
const channel = z.object({ resourceId: z.string(), expiration: z.coerce.number().int().positive().optional() });

/** More pages than this at one time are not a calendar of a person. */
const MOST_PAGES = 50;

/** Google takes ids of events from whoever makes them: the same booking is the same event, however often it is sent. */
const idOf = (bookingId: string): string => bookingId.replaceAll('-', '');

const bodyOf = (entry: CalendarEntry): object => ({
  status: 'confirmed',
  summary: entry.summary,
  description: entry.description,
  ...(entry.location === null ? {} : { location: entry.location }),
  start: { dateTime: entry.startsAt.toISOString() },
  end: { dateTime: entry.endsAt.toISOString() },
});

const instantOf = (at: z.output<typeof moment>, timeZone: string): Date | null => {
  if (at.date !== undefined) return midnightOf(at.date, timeZone);
  return at.dateTime === undefined ? null : new Date(at.dateTime);
};

function eventOf({ id, iCalUID, transparency, start, end }: z.output<typeof page>['items'][number], { timeZone, from, until }: ReadWindow): RemoteEvent {
  const startsAt = start && instantOf(start, timeZone);
  const endsAt = end && instantOf(end, timeZone);
  const isBusy = transparency !== 'transparent' && startsAt && endsAt && startsAt < endsAt && endsAt > from && startsAt < until;
  return { externalId: id, uid: iCalUID ?? null, busy: isBusy ? [{ startsAt, endsAt }] : [] };
}

/** A calendar by the interface of Google Calendar. @param calendarId such as `primary` */
export function openGoogle(calendarId: string, api: OAuthApi): RemoteCalendar & { account(): Promise<string> } {
  const calendar = `/calendars/${encodeURIComponent(calendarId)}`;
  const events = `${calendar}/events`;

  const changes = async (since: string | null, window: ReadWindow): Promise<RemoteChanges> => {
    const found: RemoteEvent[] = [];
    const removed: string[] = [];
    let pageToken: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const query = new URLSearchParams({
        singleEvents: 'true',
        showDeleted: 'true',
        maxResults: '250',
        ...(since === null ? { timeMin: window.from.toISOString() } : { syncToken: since }),
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      const answer = await api.call('GET', `${events}?${query.toString()}`);
      // A token that counts no more: everything has to be read.
      if (answer.status === 410 && since !== null) return changes(null, window);
      assertWell(answer, 'its changes were read');
      const parsed = page.safeParse(answer.json);
      if (!parsed.success) throw new CalendarFailedError('The calendar answered something else than appointments');
      for (const item of parsed.data.items) {
        if (item.status === 'cancelled') removed.push(item.id);
        else found.push(eventOf(item, window));
      }
      pageToken = parsed.data.nextPageToken;
      if (pageToken === undefined) return { whole: since === null, events: found, removed, token: parsed.data.nextSyncToken ?? null };
    }
    throw new CalendarFailedError('The calendar has no end');
  };

  return {
    async put(bookingId, entry, known) {
      const id = known?.externalId ?? idOf(bookingId);
      const body = bodyOf(entry);
      if (known === null) {
        const made = await api.call('POST', events, { id, ...body });
        // It was made when the answer was lost.
        if (made.status !== 409) {
          assertWell(made, 'an appointment was written');
          return { externalId: id, version: null };
        }
      }
      // Writes one that somebody has removed there as well, since it says that it is confirmed.
      const changed = await api.call('PUT', `${events}/${id}`, body);
      assertWell(changed.status === 404 ? await api.call('POST', events, { id, ...body }) : changed, 'an appointment was written');
      return { externalId: id, version: null };
    },
    async remove({ externalId }) {
      const answer = await api.call('DELETE', `${events}/${externalId}`);
      if (answer.status !== 404 && answer.status !== 410) assertWell(answer, 'an appointment was removed');
    },
    changes,
    watching: {
      async begin({ id, token, address, until }) {
        const wanted = { id, type: 'web_hook', token, address, expiration: String(until.getTime()) };
        const answer = await api.call('POST', `${events}/watch`, wanted);
        assertWell(answer, 'it was asked to tell of its changes');
        const { data } = channel.safeParse(answer.json);
        if (!data) throw new CalendarFailedError('The calendar answered something else than a channel');
        return { externalId: data.resourceId, expiresAt: data.expiration === undefined ? until : new Date(data.expiration) };
      },
      // Channels end when they were said to; another one takes the place of each.
      prolong: async () => null,
      async end({ id, externalId }) {
        const answer = await api.call('POST', '/channels/stop', { id, resourceId: externalId });
        if (answer.status !== 404) assertWell(answer, 'it was asked to tell no more');
      },
    },
    /** @returns what people call the calendar */
    async account() {
      const answer = await api.call('GET', calendar);
      assertWell(answer, 'it was looked at');
      return z.object({ summary: z.string() }).safeParse(answer.json).data?.summary ?? calendarId;
    },
  };
}
