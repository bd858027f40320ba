import { randomUUID } from 'node:crypto';
import { jsonAnswer, jsonBody, startDoubleServer, type DoubleAnswer, type DoubleRequest, type DoubleServer } from '../calendar/double-server.js';

export const MEETING_CLIENT = { accountId: 'acme-meetings', clientId: 'spine-meetings', clientSecret: 'a secret about meetings' } as const;

export interface MeetingDouble extends DoubleServer {
  /** Meetings that there are, by id. */
  meetings(): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A server that speaks as much of Zoom's interface as meetings are kept by, with its server-to-server OAuth. */
export async function startMeetingDouble(): Promise<MeetingDouble> {
  const held = new Map<string, Record<string, unknown>>();
  const tokens = new Set<string>();
  let count = 0;
  const { accountId, clientId, clientSecret } = MEETING_CLIENT;
  const proof = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

  const token = ({ headers, body }: DoubleRequest): DoubleAnswer => {
    const fields = new URLSearchParams(body);
    const isKnown = headers.authorization === proof && fields.get('account_id') === accountId && fields.get('grant_type') === 'account_credentials';
    if (!isKnown) return jsonAnswer(400, { error: 'invalid_client' });
    const issued = randomUUID();
    tokens.add(issued);
    return jsonAnswer(200, { access_token: issued, token_type: 'bearer', expires_in: 3_600 });
  };

  const onMeetings = (request: DoubleRequest): DoubleAnswer => {
    if (request.method === 'GET') return jsonAnswer(200, { meetings: [...held.values()] });
    if (request.method !== 'POST') return { status: 405 };
    count += 1;
    const id = 85_000_000_000 + count;
    const meeting = { ...jsonBody(request), id, join_url: `https://meetings.example/j/${id}?pwd=${randomUUID()}` };
    held.set(String(id), meeting);
    return jsonAnswer(201, meeting);
  };

  const onMeeting = (request: DoubleRequest, id: string): DoubleAnswer => {
    const { method } = request;
    const known = held.get(id);
    if (!known) return jsonAnswer(404, { code: 3001, message: 'Meeting does not exist.' });
    if (method === 'DELETE') held.delete(id);
    else if (method === 'PATCH') held.set(id, { ...known, ...jsonBody(request) });
    else return { status: 405 };
    return { status: 204 };
  };

  const server = await startDoubleServer((request) => {
    const { method, url: { pathname }, headers } = request;
    if (method === 'POST' && pathname === '/oauth/token') return token(request);
    if (!tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))) return jsonAnswer(401, { code: 124, message: 'Invalid access token.' });
    if (pathname === '/users/me/meetings') return onMeetings(request);
    return onMeeting(request, /^\/meetings\/(\d+)$/.exec(pathname)?.[1] ?? '');
  });
  return { ...server, meetings: () => new Map(held) };
}
