import { randomUUID } from 'node:crypto';
import { jsonAnswer, jsonBody, startDoubleServer, type DoubleAnswer, type DoubleRequest, type DoubleServer } from './double-server.js';
import { createNotices } from './notices.js';
import { createOAuthGuard, type OAuthDouble } from './oauth-double.js';

interface GraphEvent extends Record<string, unknown> {
  readonly id: string;
}

interface Subscription {
  readonly notificationUrl: string;
  readonly clientState: string;
  readonly expirationDateTime: string;
}

export interface MicrosoftDouble extends DoubleServer, OAuthDouble {
  events(): readonly GraphEvent[];
  add(event: Record<string, unknown>): string;
  remove(id: string): void;
  forgetTokens(): void;
  /** What tells of changes, by id, with when that ends. */
  watches(): ReadonlyMap<string, Date>;
  /** Ends all of that, as if its time were over. */
  endWatches(): void;
}

const NOT_FOUND = jsonAnswer(404, { error: { code: 'ErrorItemNotFound' } });

/** A server that speaks as much of Microsoft Graph as calendars are kept in step by, with its OAuth. */
export async function startMicrosoftDouble(): Promise<MicrosoftDouble> {
  const guard = createOAuthGuard();
  const held = new Map<string, { event: GraphEvent | null; changed: number }>();
  const transactions = new Map<string, string>();
  let version = 0;
  let tokens = randomUUID();
  let address = '';
  const notices = createNotices();
  const subscriptions = new Map<string, Subscription>();

  const tellAll = (eventId: string, changeType: 'updated' | 'deleted'): void => {
    for (const [subscriptionId, { notificationUrl, clientState }] of subscriptions) {
      const notice = { subscriptionId, clientState, changeType, resource: `me/events/${eventId}` };
      notices.tell(notificationUrl, { 'content-type': 'application/json' }, JSON.stringify({ value: [notice] }));
    }
  };

  const keep = (event: GraphEvent): GraphEvent => {
    version += 1;
    const full = { iCalUId: `uid-${event.id}`, ...event };
    held.set(event.id, { event: full, changed: version });
    tellAll(event.id, 'updated');
    return full;
  };
  const drop = (id: string): void => {
    version += 1;
    held.set(id, { event: null, changed: version });
    tellAll(id, 'deleted');
  };

  /** Nothing is told to an address before whoever is there has said what was asked. */
  const isListening = async (notificationUrl: string): Promise<boolean> => {
    const validationToken = `Validation: ${randomUUID()} & more`;
    const answer = await notices.ask(`${notificationUrl}?validationToken=${encodeURIComponent(validationToken)}`);
    return answer?.status === 200 && answer.headers.get('content-type')?.startsWith('text/plain') === true && (await answer.text()) === validationToken;
  };

  const subscribe = async (request: DoubleRequest): Promise<DoubleAnswer> => {
    const { notificationUrl, clientState, expirationDateTime, resource } = jsonBody(request);
    const isPossible = typeof notificationUrl === 'string' && typeof clientState === 'string' && clientState.length <= 128;
    if (!isPossible || typeof expirationDateTime !== 'string' || resource !== '/me/events') return jsonAnswer(400, { error: { code: 'InvalidRequest' } });
    if (!(await isListening(notificationUrl))) return jsonAnswer(400, { error: { code: 'ValidationError' } });
    const id = randomUUID();
    subscriptions.set(id, { notificationUrl, clientState, expirationDateTime });
    return jsonAnswer(201, { id, resource, expirationDateTime });
  };

  const onSubscription = (request: DoubleRequest, id: string): DoubleAnswer => {
    const known = subscriptions.get(id);
    if (!known) return jsonAnswer(404, { error: { code: 'ResourceNotFound' } });
    if (request.method === 'DELETE') {
      subscriptions.delete(id);
      return { status: 204 };
    }
    const { expirationDateTime } = jsonBody(request);
    if (request.method !== 'PATCH' || typeof expirationDateTime !== 'string') return { status: 405 };
    subscriptions.set(id, { ...known, expirationDateTime });
    return jsonAnswer(200, { id, expirationDateTime });
  };

  const delta = ({ url: { searchParams } }: DoubleRequest): DoubleAnswer => {
    const token = searchParams.get('$deltatoken');
    const since = token === null ? 0 : Number(new RegExp(`^${tokens}\\.(\\d+)$`).exec(token)?.[1] ?? Number.NaN);
    if (Number.isNaN(since)) return jsonAnswer(410, { error: { code: 'syncStateNotFound' } });
    if (token === null && !(searchParams.has('startDateTime') && searchParams.has('endDateTime'))) return jsonAnswer(400, { error: { code: 'ErrorInvalidParameter' } });
    const value = [...held]
      .filter(([, { event, changed }]) => changed > since && (since > 0 || event !== null))
      .map(([id, { event }]) => event ?? { id, '@removed': { reason: 'deleted' } });
    return jsonAnswer(200, { value, '@odata.deltaLink': `${address}/me/calendarView/delta?$deltatoken=${tokens}.${version}` });
  };

  const make = (request: DoubleRequest): DoubleAnswer => {
    const body = jsonBody(request);
    const given = body['transactionId'];
    const transaction = typeof given === 'string' ? given : randomUUID();
    const known = held.get(transactions.get(transaction) ?? '')?.event;
    if (known) return jsonAnswer(201, known);
    const event = keep({ ...body, id: `AAMk${randomUUID()}=` });
    transactions.set(transaction, event.id);
    return jsonAnswer(201, event);
  };

  const onEvent = (request: DoubleRequest, id: string): DoubleAnswer => {
    const event = held.get(id)?.event;
    if (!event) return NOT_FOUND;
    if (request.method === 'PATCH') return jsonAnswer(200, keep({ ...event, ...jsonBody(request), id }));
    if (request.method !== 'DELETE') return { status: 405 };
    drop(id);
    return { status: 204 };
  };

  const server = await startDoubleServer((request) => {
    const { method, url: { pathname } } = request;
    if (method === 'POST' && pathname === '/token') return guard.token(request);
    if (!guard.isLetIn(request)) return jsonAnswer(401, { error: { code: 'InvalidAuthenticationToken' } });
    const path = decodeURIComponent(pathname);
    if (path === '/subscriptions' && method === 'POST') return subscribe(request);
    if (path.startsWith('/subscriptions/')) return onSubscription(request, path.slice('/subscriptions/'.length));
    if (path === '/me/calendar') return jsonAnswer(200, { id: 'calendar', name: 'Ana at work' });
    if (path === '/me/calendarView/delta') return delta(request);
    if (path === '/me/events' && method === 'POST') return make(request);
    return path.startsWith('/me/events/') ? onEvent(request, path.slice('/me/events/'.length)) : NOT_FOUND;
  });
  address = server.url;

  return {
    ...server,
    allow: (authorizationUrl) => guard.allow(authorizationUrl),
    endAccess: () => guard.endAccess(),
    revoke: () => guard.revoke(),
    events: () => [...held.values()].flatMap(({ event }) => event ?? []),
    add: (event) => keep({ ...event, id: `AAMk${randomUUID()}=` }).id,
    remove: drop,
    forgetTokens: () => {
      tokens = randomUUID();
    },
    watches: () => new Map([...subscriptions].map(([id, { expirationDateTime }]) => [id, new Date(expirationDateTime)])),
    endWatches: () => subscriptions.clear(),
    async stop() {
      await server.stop();
      await notices.settled();
    },
  };
}
