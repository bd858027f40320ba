import { z } from 'zod';
import type { Clock } from '../../_kernel/request/clock.js';
import { MeetingFailedError, type HostedMeetings, type MadeMeeting, type MeetingProvider, type WantedMeeting } from './meeting.js';

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const madeAnswer = z.object({ id: z.union([z.string(), z.number()]), join_url: z.url({ protocol: /^https?$/ }) });
const listAnswer = z.object({ meetings: z.array(madeAnswer.extend({ agenda: z.string().optional() })) });

/** So long before its end a token is taken for ended, in milliseconds. */
const EARLY_MS = 60_000;
const SCHEDULED = 2;

const bodyOf = ({ bookingId, topic, startsAt, endsAt }: WantedMeeting): object => ({
  topic,
  type: SCHEDULED,
  agenda: bookingId,
  start_time: startsAt.toISOString(),
  duration: Math.ceil((endsAt.getTime() - startsAt.getTime()) / 60_000),
  timezone: 'UTC',
});

const madeOf = ({ id, join_url: joinUrl }: z.output<typeof madeAnswer>): MadeMeeting => ({ externalId: String(id), joinUrl });

/** Meetings by the interface of Zoom, with its server-to-server OAuth. */
export function createHostedMeetings(service: HostedMeetings, request: typeof fetch, clock: Clock): MeetingProvider {
  let token: { readonly value: string; readonly until: number } | null = null;

  const ask = async (url: string, init: RequestInit): Promise<{ readonly status: number; readonly json: unknown }> => {
    try {
      const response = await request(url, init);
      const text = await response.text();
      return { status: response.status, json: text === '' ? null : (JSON.parse(text) as unknown) };
    } catch (error) {
      throw new MeetingFailedError('The service of meetings gave no answer', { cause: error });
    }
  };

  const currentToken = async (): Promise<string> => {
    const now = clock.now().getTime();
    if (token !== null && now < token.until - EARLY_MS) return token.value;
    const { tokenUrl, accountId, clientId, clientSecret } = service;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'account_credentials', account_id: accountId }).toString();
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const { status, json } = await ask(tokenUrl, { method: 'POST', headers, body });
    const parsed = tokenAnswer.safeParse(json);
    if (status !== 200 || !parsed.success) throw new MeetingFailedError(`The service of meetings answered ${status} when asked for a token`);
    token = { value: parsed.data.access_token, until: now + parsed.data.expires_in * 1_000 };
    return token.value;
  };

  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${await currentToken()}`, 'content-type': 'application/json' };
    const answer = await ask(`${service.apiBase}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (answer.status === 401) token = null;
    return answer;
  };

  /** One that was made when the answer was lost: meetings carry the booking they are for. */
  const findMade = async (bookingId: string): Promise<MadeMeeting | null> => {
    const { status, json } = await call('GET', '/users/me/meetings?type=upcoming&page_size=300');
    const parsed = listAnswer.safeParse(json);
    if (status !== 200 || !parsed.success) throw new MeetingFailedError(`The service of meetings answered ${status} when its meetings were read`);
    const found = parsed.data.meetings.find(({ agenda }) => agenda === bookingId);
    return found ? madeOf(found) : null;
  };

  return {
    async make(meeting, again) {
      const known = again ? await findMade(meeting.bookingId) : null;
      if (known) return known;
      const { status, json } = await call('POST', '/users/me/meetings', bodyOf(meeting));
      const parsed = madeAnswer.safeParse(json);
      if (status !== 201 || !parsed.success) throw new MeetingFailedError(`The service of meetings answered ${status} when a meeting was made`);
      return madeOf(parsed.data);
    },
    async move(externalId, meeting) {
      const { status } = await call('PATCH', `/meetings/${encodeURIComponent(externalId)}`, bodyOf(meeting));
      if (status !== 204 && status !== 404) throw new MeetingFailedError(`The service of meetings answered ${status} when a meeting was moved`);
    },
    async end(externalId) {
      const { status } = await call('DELETE', `/meetings/${encodeURIComponent(externalId)}`);
      if (status !== 204 && status !== 404) throw new MeetingFailedError(`The service of meetings answered ${status} when a meeting was ended`);
    },
  };
}
