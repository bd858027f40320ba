import { randomUUID } from 'node:crypto';
import { startDoubleServer, type DoubleAnswer, type DoubleRequest, type DoubleServer } from './double-server.js';

export const CALDAV_USER = { username: 'ana', password: 'a password for calendars' } as const;
const CALENDAR = '/dav/calendars/ana/work/';

export interface CalDavDouble extends DoubleServer {
  /** Address of its one calendar. */
  readonly calendar: string;
  /** What stands in it, by path. */
  objects(): ReadonlyMap<string, string>;
  /** Puts something in, or changes it, as somebody else would. @returns its path */
  add(name: string, data: string): string;
  remove(name: string): void;
  changePassword(password: string): void;
  /** From now on no token it has given counts any more. */
  forgetTokens(): void;
  /** Names everything twice when it is asked for changes. */
  repeatItself(): void;
}

interface Held {
  readonly data: string;
  readonly etag: string;
  readonly changed: number;
}

const XML = { 'content-type': 'application/xml; charset=utf-8' } as const;
const NAMESPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const multistatus = (parts: readonly string[], token?: string): DoubleAnswer => ({
  status: 207,
  headers: XML,
  body: `<?xml version="1.0" encoding="utf-8"?><d:multistatus ${NAMESPACES}>${parts.join('')}${token === undefined ? '' : `<d:sync-token>${token}</d:sync-token>`}</d:multistatus>`,
});
const found = (href: string, props: string): string =>
  `<d:response><d:href>${escape(href)}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
const missing = (href: string): string =>
  `<d:response><d:href>${escape(href)}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`;

/**
 * A server of one calendar that speaks CalDAV (RFC 4791) with collection synchronization (RFC 6578): PROPFIND,
 * REPORT, GET, PUT and DELETE under preconditions, behind a password.
 */
export async function startCalDavDouble(): Promise<CalDavDouble> {
  const held = new Map<string, Held>();
  const gone = new Map<string, number>();
  let version = 0;
  let tokens = randomUUID();
  let repeats = false;
  let { password }: { password: string } = CALDAV_USER;

  const tokenAt = (at: number): string => `urn:calendar:${tokens}:${at}`;
  const keep = (path: string, data: string): Held => {
    version += 1;
    const object = { data, etag: `"${version}-${randomUUID().slice(0, 8)}"`, changed: version };
    held.set(path, object);
    gone.delete(path);
    return object;
  };
  const drop = (path: string): void => {
    version += 1;
    if (held.delete(path)) gone.set(path, version);
  };

  const changes = (body: string): DoubleAnswer => {
    const token = /<[a-z]+:sync-token>([^<]*)</.exec(body)?.[1] ?? '';
    const since = token === '' ? 0 : Number(new RegExp(`^urn:calendar:${tokens}:(\\d+)$`).exec(token)?.[1] ?? Number.NaN);
    if (Number.isNaN(since)) {
      return { status: 403, headers: XML, body: '<?xml version="1.0"?><d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>' };
    }
    const changed = [...held].filter(([, object]) => object.changed > since).map(([path, { etag }]) => found(path, `<d:getetag>${etag}</d:getetag>`));
    const removed = since === 0 ? [] : [...gone].filter(([, at]) => at > since).map(([path]) => missing(path));
    const parts = [...changed, ...removed];
    return multistatus(repeats ? [...parts, ...parts] : parts, tokenAt(version));
  };

  const multiget = (body: string): DoubleAnswer =>
    multistatus(
      [...body.matchAll(/<[a-z]+:href>([^<]*)</g)].map(([, href = '']) => {
        const object = held.get(unescape(href));
        return object ? found(unescape(href), `<d:getetag>${object.etag}</d:getetag><c:calendar-data>${escape(object.data)}</c:calendar-data>`) : missing(href);
      }),
    );

  const onCalendar = ({ method, body }: DoubleRequest): DoubleAnswer => {
    if (method === 'PROPFIND') {
      const type = '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>';
      return multistatus([found(CALENDAR, `${type}<d:sync-token>${tokenAt(version)}</d:sync-token><d:displayname>Work</d:displayname>`)]);
    }
    if (method !== 'REPORT') return { status: 405 };
    if (body.includes(':sync-collection')) return changes(body);
    return body.includes(':calendar-multiget') ? multiget(body) : { status: 403 };
  };

  const onObject = ({ method, url: { pathname }, headers, body }: DoubleRequest): DoubleAnswer => {
    const object = held.get(pathname);
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
    const failsPrecondition = (ifNoneMatch === '*' && object !== undefined) || (ifMatch !== undefined && ifMatch !== object?.etag);
    switch (method) {
      case 'GET':
        return object ? { status: 200, headers: { 'content-type': 'text/calendar', etag: object.etag }, body: object.data } : { status: 404 };
      case 'PUT':
        if (failsPrecondition) return { status: 412 };
        if (!body.includes('BEGIN:VEVENT')) return { status: 415 };
        return { status: object ? 204 : 201, headers: { etag: keep(pathname, body).etag } };
      case 'DELETE':
        if (!object) return { status: 404 };
        if (failsPrecondition) return { status: 412 };
        drop(pathname);
        return { status: 204 };
      default:
        return { status: 405 };
    }
  };

  const server = await startDoubleServer((request) => {
    const proof = Buffer.from(`${CALDAV_USER.username}:${password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${proof}`) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="calendars"' } };
    }
    const { pathname } = request.url;
    if (pathname === CALENDAR) return onCalendar(request);
    if (pathname.startsWith(CALENDAR) && pathname.endsWith('.ics')) return onObject(request);
    return { status: 404 };
  });

  return {
    ...server,
    calendar: `${server.url}${CALENDAR}`,
    objects: () => new Map([...held].map(([path, { data }]) => [path, data])),
    add(name, data) {
      keep(`${CALENDAR}${name}.ics`, data);
      return `${CALENDAR}${name}.ics`;
    },
    remove: (name) => drop(`${CALENDAR}${name}.ics`),
    changePassword: (next) => {
      password = next;
    },
    forgetTokens: () => {
      tokens = randomUUID();
    },
    repeatItself: () => {
      repeats = true;
    },
  };
}
