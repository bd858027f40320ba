import { randomUUID } from 'node:crypto';
import { jsonAnswer, jsonBody, startDoubleServer, type DoubleAnswer, type DoubleRequest, type DoubleServer } from './double-server.js';
import { createNotices } from './notices.js';
import { createOAuthGuard, type OAuthDouble } from './oauth-double.js';

interface GoogleEvent extends Record<string, unknown> {
  readonly id: string;
  readonly status: string;
}

interface Channel {
  readonly resourceId: string;
  readonly address: string;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiration: string;
  told: number;
}

export interface GoogleDouble extends DoubleServer, OAuthDouble {
  /** What stands in the calendar. */
  events(): readonly GoogleEvent[];
  /** Puts something in as its owner would. @returns its id */
  add(event: Record<string, unknown>): string;
  remove(id: string): void;
  forgetTokens(): void;
  /** What tells of changes, by id, with when that ends. */
  watches(): ReadonlyMap<string, Date>;
  /** Ends all of that, as if its time were over. */
  endWatches(): void;
}

/** Few, so that there are several pages. */
const PAGE = 2;

/** A server that speaks as much of Google Calendar's interface as calendars are kept in step by, with its OAuth. */
export async function startGoogleDouble(): Promise<GoogleDouble> {
  const guard = createOAuthGuard();
  const held = new Map<string, { event: GoogleEvent; changed: number }>();
  let version = 0;
  let tokens = randomUUID();
  const notices = createNotices();
  const channels = new Map<string, Channel>();

  const tell = (id: string, channel: Channel, state: 'sync' | 'exists'): void => {
    channel.told += 1;
    notices.tell(channel.address, {
      'x-goog-channel-id': id,
      'x-goog-channel-token': channel.token,
      'x-goog-message-number': String(channel.told),
      'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-state': state,
    });
  };
  const tellAll = (): void => {
    for (const [id, channel] of channels) tell(id, channel, 'exists');
  };

  const keep = (event: GoogleEvent): GoogleEvent => {
    version += 1;
    const full = { iCalUID: `${event.id}@google.example`, ...event };
    held.set(event.id, { event: full, changed: version });
    tellAll();
    return full;
  };
  const cancel = (id: string): void => {
    version += 1;
    held.set(id, { event: { id, status: 'cancelled' }, changed: version });
    tellAll();
  };

  const watch = (request: DoubleRequest): DoubleAnswer => {
    const { id, type, address, token, expiration } = jsonBody(request);
    const isPossible = typeof id === 'string' && type === 'web_hook' && typeof address === 'string' && URL.canParse(address);
    if (!isPossible || typeof token !== 'string' || typeof expiration !== 'string') return jsonAnswer(400, { error: { code: 400 } });
    if (channels.has(id)) return jsonAnswer(400, { error: { code: 400, errors: [{ reason: 'channelIdNotUnique' }] } });
    const channel = { resourceId: randomUUID(), address, token, expiration, told: 0 };
    channels.set(id, channel);
    tell(id, channel, 'sync');
    return jsonAnswer(200, { kind: 'api#channel', id, resourceId: channel.resourceId, token, expiration });
  };

  const stopWatch = (request: DoubleRequest): DoubleAnswer => {
    const { id, resourceId } = jsonBody(request);
    const isKnown = typeof id === 'string' && channels.get(id)?.resourceId === resourceId;
    if (!isKnown) return jsonAnswer(404, { error: { code: 404 } });
    channels.delete(id);
    return { status: 204 };
  };

  const list = ({ url: { searchParams } }: DoubleRequest): DoubleAnswer => {
    const token = searchParams.get('syncToken');
    const since = token === null ? 0 : Number(new RegExp(`^${tokens}\\.(\\d+)$`).exec(token)?.[1] ?? Number.NaN);
    if (Number.isNaN(since)) return jsonAnswer(410, { error: { code: 410, errors: [{ reason: 'fullSyncRequired' }] } });
    if (token !== null && searchParams.has('timeMin')) return jsonAnswer(400, { error: { code: 400 } });
    const changed = [...held.values()].filter((one) => one.changed > since && (since > 0 || one.event.status !== 'cancelled'));
    const from = Number(searchParams.get('pageToken') ?? 0);
    const items = changed.slice(from, from + PAGE).map(({ event }) => event);
    const isLast = from + PAGE >= changed.length;
    return jsonAnswer(200, { kind: 'calendar#events', items, ...(isLast ? { nextSyncToken: `${tokens}.${version}` } : { nextPageToken: String(from + PAGE) }) });
  };

  const onEvent = (request: DoubleRequest, id: string): DoubleAnswer => {
    const known = held.get(id);
    if (!known) return jsonAnswer(404, { error: { code: 404 } });
    if (request.method === 'PUT') return jsonAnswer(200, keep({ ...jsonBody(request), id, status: 'confirmed' }));
    if (request.method !== 'DELETE') return { status: 405 };
    if (known.event.status === 'cancelled') return jsonAnswer(410, { error: { code: 410 } });
    cancel(id);
    return { status: 204 };
  };

  const onEvents = (request: DoubleRequest): DoubleAnswer => {
    if (request.method === 'GET') return list(request);
    const body = jsonBody(request);
    const id = typeof body['id'] === 'string' ? body['id'] : randomUUID().replaceAll('-', '');
    if (!/^[0-9a-v]{5,1024}$/.test(id)) return jsonAnswer(400, { error: { code: 400 } });
    return held.has(id) ? jsonAnswer(409, { error: { code: 409 } }) : jsonAnswer(200, keep({ ...body, id, status: 'confirmed' }));
  };

  const server = await startDoubleServer((request) => {
    const { method, url: { pathname } } = request;
    if (method === 'POST' && pathname === '/token') return guard.token(request);
    if (!guard.isLetIn(request)) return jsonAnswer(401, { error: { code: 401 } });
    if (method === 'POST' && pathname === '/channels/stop') return stopWatch(request);
    if (method === 'POST' && pathname === '/calendars/primary/events/watch') return watch(request);
    const [, calendars, calendar, events, id, ...rest] = pathname.split('/');
    if (calendars !== 'calendars' || calendar !== 'primary' || rest.length > 0) return jsonAnswer(404, { error: { code: 404 } });
    if (events === undefined) return jsonAnswer(200, { id: 'ana@google.example', summary: 'Ana at work' });
    if (events !== 'events') return jsonAnswer(404, { error: { code: 404 } });
    return id === undefined ? onEvents(request) : onEvent(request, id);
  });

  return {
    ...server,
    allow: (authorizationUrl) => guard.allow(authorizationUrl),
    endAccess: () => guard.endAccess(),
    revoke: () => guard.revoke(),
    events: () => [...held.values()].map(({ event }) => event).filter(({ status }) => status !== 'cancelled'),
    add: (event) => keep({ ...event, id: randomUUID().replaceAll('-', ''), status: 'confirmed' }).id,
    remove: cancel,
    forgetTokens: () => {
      tokens = randomUUID();
    },
    watches: () => new Map([...channels].map(([id, { expiration }]) => [id, new Date(Number(expiration))])),
    endWatches: () => channels.clear(),
    async stop() {
      await server.stop();
      await notices.settled();
    },
  };
}
