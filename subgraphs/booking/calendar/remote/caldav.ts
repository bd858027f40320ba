import { davRequest, getDAVAttribute, DAVNamespace, type DAVResponse } from 'tsdav';
import type { CalendarEntry } from '../entry/calendar-entry.js';
import { icalendarOf } from '../entry/icalendar.js';
import { busyTimesOf } from './busy-times.js';
import {
  assertWell,
  CalendarFailedError,
  callOf,
  CredentialsRefusedError,
  type ReadWindow,
  type RemoteCalendar,
  type RemoteChanges,
  type RemoteCopy,
  type RemoteEvent,
} from './remote-calendar.js';

export interface CalDavAccess {
  /** Address of the calendar, with a slash at the end. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Objects asked for at one time. */
const AT_ONCE = 50;

const NAMESPACES = getDAVAttribute([DAVNamespace.DAV, DAVNamespace.CALDAV]);

const textIn = (value: unknown): string | null => {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  // Calendar data may come as CDATA.
  if (typeof value === 'object' && value !== null && '_cdata' in value) return textIn(value._cdata);
  return null;
};

/**
 * A calendar by CalDAV (RFC 4791) and collection synchronization (RFC 6578). Requests and answers of WebDAV are
 * made and read by tsdav; what it does above them is not used, since it gives up on a whole answer for one object
 * that went in between.
 */
export function openCalDav({ url, username, password }: CalDavAccess, request: typeof fetch): RemoteCalendar & { check(): Promise<string | null> } {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const base = new URL(url);

  const report = async (method: 'PROPFIND' | 'REPORT', depth: '0' | '1', body: object): Promise<readonly DAVResponse[]> => {
    let status = 0;
    const watched: typeof fetch = async (...given) => {
      const response = await callOf(() => request(...given));
      ({ status } = response);
      return response;
    };
    const responses = await davRequest({ url, init: { method, namespace: 'd', headers: { depth, authorization }, body }, fetch: watched });
    if (status === 401) throw new CredentialsRefusedError();
    if (status !== 207 && method === 'PROPFIND') assertWell({ status: status === 200 ? 502 : status }, 'it was looked at');
    return responses;
  };

  const call = (method: string, target: string, headers: Record<string, string> = {}, body?: string): Promise<Response> =>
    callOf(() => request(target, { method, headers: { authorization, ...headers }, ...(body === undefined ? {} : { body }) }));

  const tagOf = async (target: string): Promise<string | null> => {
    const response = await call('GET', target);
    await response.body?.cancel();
    if (response.status === 404) return null;
    assertWell(response, 'an appointment was looked at');
    return response.headers.get('etag');
  };

  /** Where an object is; only below the calendar itself, wherever the server says it is. */
  const targetOf = (href: string): string => {
    const target = new URL(href, base);
    if (target.origin !== base.origin) throw new CalendarFailedError('The calendar names an address elsewhere');
    return target.href;
  };
  const pathOf = (href: string): string => new URL(href, base).pathname;

  const write = async (target: string, data: string, condition: Record<string, string>): Promise<Response> => {
    const response = await call('PUT', target, { 'content-type': 'text/calendar; charset=utf-8', ...condition }, data);
    await response.body?.cancel();
    return response;
  };

  const put = async (bookingId: string, entry: CalendarEntry, known: RemoteCopy | null): Promise<RemoteCopy> => {
    const externalId = known?.externalId ?? `${base.pathname}${bookingId}.ics`;
    const target = targetOf(externalId);
    const data = icalendarOf([entry], { method: null });
    let response = await write(target, data, known?.version == null ? { 'if-none-match': '*' } : { 'if-match': known.version });
    if (response.status === 412 || response.status === 404) {
      // It was written when the answer was lost, or somebody has changed or removed it: what is booked counts.
      const version = await tagOf(target);
      response = await write(target, data, version === null ? { 'if-none-match': '*' } : { 'if-match': version });
    }
    assertWell(response, 'an appointment was written');
    return { externalId, version: response.headers.get('etag') ?? (await tagOf(target)) };
  };

  const contentsOf = async (hrefs: readonly string[], window: ReadWindow): Promise<RemoteEvent[]> => {
    const events: RemoteEvent[] = [];
    for (let at = 0; at < hrefs.length; at += AT_ONCE) {
      const responses = await report('REPORT', '1', {
        'c:calendar-multiget': {
          _attributes: NAMESPACES,
          'd:prop': { 'd:getetag': {}, 'c:calendar-data': {} },
          'd:href': hrefs.slice(at, at + AT_ONCE),
        },
      });
      for (const { href, status, props } of responses) {
        const data = textIn(props?.['calendarData']);
        if (href === undefined || data === null) {
          if (status !== 404) assertWell({ status: status < 400 ? 502 : status }, 'its appointments were read');
          continue;
        }
        events.push({ externalId: pathOf(href), ...busyTimesOf(data, window) });
      }
    }
    return events;
  };

  const changes = async (since: string | null, window: ReadWindow): Promise<RemoteChanges> => {
    const responses = await report('REPORT', '1', {
      'd:sync-collection': {
        _attributes: NAMESPACES,
        'd:sync-token': since ?? '',
        'd:sync-level': 1,
        'd:prop': { 'd:getetag': {} },
      },
    });
    const [first] = responses;
    const multistatus = (first?.raw as { multistatus?: { syncToken?: unknown } } | undefined)?.multistatus;
    if (!multistatus) {
      // RFC 6578, 3.2: a token that counts no more.
      if (since !== null && first && [403, 409, 410, 507].includes(first.status)) return changes(null, window);
      assertWell({ status: first?.ok ? 502 : (first?.status ?? 502) }, 'its changes were read');
      throw new CalendarFailedError('The calendar answered something else than changes');
    }
    const named = responses.filter(({ href }) => href !== undefined && pathOf(href) !== base.pathname);
    const removed = named.filter(({ status }) => status === 404).map(({ href }) => pathOf(href ?? ''));
    const changed = named.filter(({ status }) => status !== 404).map(({ href }) => pathOf(href ?? ''));
    const events = await contentsOf([...new Set(changed)], window);
    return { whole: since === null, events, removed, token: textIn(multistatus.syncToken) };
  };

  return {
    put,
    async remove({ externalId }) {
      const response = await call('DELETE', targetOf(externalId));
      await response.body?.cancel();
      if (response.status !== 404 && response.status !== 410) assertWell(response, 'an appointment was removed');
    },
    changes,
    /** @returns why this is no calendar; null when it is one */
    async check() {
      const [found] = await report('PROPFIND', '0', {
        propfind: { _attributes: NAMESPACES, prop: { 'd:resourcetype': {}, 'd:sync-token': {} } },
      });
      const type: unknown = found?.props?.['resourcetype'];
      if (typeof type !== 'object' || type === null || !('calendar' in type)) return 'must be the address of a calendar';
      return textIn(found?.props?.['syncToken']) === null ? 'must be of a calendar that tells its changes (RFC 6578)' : null;
    },
  };
}
