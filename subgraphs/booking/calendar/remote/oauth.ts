import { z } from 'zod';
import type { Clock } from '../../../_kernel/request/clock.js';
import { assertWell, CalendarFailedError, callOf, CredentialsRefusedError } from './remote-calendar.js';

/** How a platform is known to a service in whose calendars it writes, and where that service is. */
export interface OAuthService {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people come back to with what they have allowed. */
  readonly redirectUri: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** What people are asked to allow. */
  readonly scope: string;
  readonly apiBase: string;
}

/** What somebody has allowed. */
export interface OAuthGrant {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly refreshToken: string;
}

export const oauthGrantSchema = z.object({ accessToken: z.string(), expiresAt: z.number(), refreshToken: z.string() });

const tokenAnswer = z.object({
  access_token: z.string(),
  expires_in: z.number().default(3_600),
  refresh_token: z.string().optional(),
});

/** So long before its end a token is taken for ended, in milliseconds. */
const EARLY_MS = 60_000;

async function askForTokens(
  service: OAuthService,
  request: typeof fetch,
  fields: Readonly<Record<string, string>>,
): Promise<z.output<typeof tokenAnswer>> {
  const body = new URLSearchParams({ client_id: service.clientId, client_secret: service.clientSecret, ...fields });
  const response = await callOf(() => request(service.tokenUrl, { method: 'POST', body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } }));
  const text = await response.text();
  // RFC 6749, 5.2: `invalid_grant` and its like come with 400.
  if (response.status === 400 || response.status === 401) throw new CredentialsRefusedError();
  assertWell(response, 'it was asked for a token');
  const parsed = tokenAnswer.safeParse(jsonOf(text));
  if (!parsed.success) throw new CalendarFailedError('The calendar answered something else than a token');
  return parsed.data;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Takes what somebody has allowed. @throws {CredentialsRefusedError} for a code that is none, or used */
export async function grantOf(
  service: OAuthService,
  request: typeof fetch,
  clock: Clock,
  allowed: { readonly code: string; readonly verifier: string },
): Promise<OAuthGrant> {
  const { code, verifier } = allowed;
  const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: service.redirectUri };
  const answer = await askForTokens(service, request, fields);
  if (answer.refresh_token === undefined) throw new CredentialsRefusedError();
  const expiresAt = clock.now().getTime() + answer.expires_in * 1_000;
  return { accessToken: answer.access_token, expiresAt, refreshToken: answer.refresh_token };
}

export interface ApiAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** Calls of a service's interface in somebody's name. */
export interface OAuthApi {
  /** @param path below the interface's address, or an address that the interface itself has given */
  call(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
}

/**
 * Gets itself a new token when the old one has ended or is refused, once for a call.
 * @param keep is told of every new grant before it is used
 */
export function createOAuthApi(parts: {
  readonly service: OAuthService;
  readonly request: typeof fetch;
  readonly clock: Clock;
  readonly grant: OAuthGrant;
  readonly keep: (grant: OAuthGrant) => Promise<void>;
}): OAuthApi {
  const { service, request, clock, keep } = parts;
  let { grant } = parts;
  const { origin } = new URL(service.apiBase);

  const renew = async (): Promise<void> => {
    const answer = await askForTokens(service, request, { grant_type: 'refresh_token', refresh_token: grant.refreshToken });
    const expiresAt = clock.now().getTime() + answer.expires_in * 1_000;
    grant = { accessToken: answer.access_token, expiresAt, refreshToken: answer.refresh_token ?? grant.refreshToken };
    await keep(grant);
  };

  const send = async (method: string, target: string, body: object | undefined, headers: Readonly<Record<string, string>>): Promise<ApiAnswer> => {
    const response = await callOf(() =>
      request(target, {
        method,
        headers: { authorization: `Bearer ${grant.accessToken}`, 'content-type': 'application/json', ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
    return { status: response.status, json: jsonOf(await response.text()) };
  };

  return {
    async call(method, path, body, headers = {}) {
      const target = path.startsWith('http') ? path : `${service.apiBase}${path}`;
      if (new URL(target).origin !== origin) throw new CalendarFailedError('The calendar names an address elsewhere');
      if (grant.expiresAt - EARLY_MS <= clock.now().getTime()) await renew();
      const first = await send(method, target, body, headers);
      if (first.status !== 401) return first;
      await renew();
      const second = await send(method, target, body, headers);
      if (second.status === 401) throw new CredentialsRefusedError();
      return second;
    },
  };
}
