import { createHmac } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { decodeProtectedHeader, decodeJwt, importJWK, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';
import pg from 'pg';
import { Client } from 'undici';
import { WebSocket } from 'ws';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import { DEMO_PASSWORD } from '../journeys/main-job.js';
import type { TestPlatform } from '../support/platform.js';

export interface Knock {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Codes of the errors in a GraphQL answer; empty for every other. */
  readonly codes: readonly string[];
  readonly data: unknown;
}

interface GraphQLText {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

function read(text: string): GraphQLText {
  try {
    return JSON.parse(text) as GraphQLText;
  } catch {
    return {};
  }
}

/** A request written by hand: whatever a client of good will would never send. */
export async function knock(url: string, { method = 'POST', path = '/graphql', headers = {}, body }: Knock): Promise<Reply> {
  // A client of its own origin sends the path as it stands; anything that takes a URL would tidy it up first.
  const client = new Client(new URL(url).origin);
  try {
    const response = await client.request({
      method,
      path,
      headers: { host: 'acme.localhost', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return replyOf(response.statusCode, response.headers, await response.body.text());
  } finally {
    await client.destroy();
  }
}

function replyOf(status: number, headers: Reply['headers'], text: string): Reply {
  const { data, errors = [] } = read(text);
  const codes = errors.map(({ extensions }) => extensions?.code ?? 'without a code');
  return { status, headers, text, codes, data };
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const LOGIN = `mutation SignIn($input: LoginInput!) {
  login(input: $input) { ... on AuthPayload { accessToken refreshToken } ... on UserError { code message } }
}`;

export const tryLogin = (url: string, email: string, password: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  knock(url, { headers, body: { query: LOGIN, variables: { input: { email, password } } } });

/** Signs somebody of the demo in at the company of her address. */
export async function tokensOf(url: string, email: string): Promise<Tokens> {
  const host = `${/@(\w+)\./.exec(email)?.[1] ?? ''}.localhost`;
  const { data } = await tryLogin(url, email, DEMO_PASSWORD, { host });
  return (data as { login: Tokens }).login;
}

export const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });

/** How a WebSocket to a host ends that is opened with a token: with an event, an error or a close code. */
export function whisper(
  url: string,
  of: { readonly host: string; readonly token?: string; readonly query: string; readonly headers?: Readonly<Record<string, string>>; readonly authorization?: string },
): Promise<{ readonly closed: number } | { readonly answer: unknown }> {
  class SocketToHost extends WebSocket {
    constructor(target: string | URL, protocols?: string | string[]) {
      super(target, protocols, { headers: { ...of.headers, host: of.host } });
    }
  }
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: SocketToHost,
    connectionParams: of.token === undefined ? (of.authorization === undefined ? {} : { authorization: of.authorization }) : bearer(of.token),
    retryAttempts: 0,
  });
  return new Promise((resolve) => {
    let answer: unknown;
    client.subscribe(
      { query: of.query },
      {
        next: (result) => (answer = result),
        error: (error) => resolve(error !== null && typeof error === 'object' && 'code' in error ? { closed: Number(error.code) } : { answer: error }),
        complete: () => resolve({ answer }),
      },
    );
  });
}

export interface TokenForge {
  /** A token signed with the realm's real key, whose claims and header are the given ones over genuine ones. */
  signed(realm: 'tenant' | 'platform', genuine: string, changes?: { readonly claims?: Readonly<Record<string, unknown>>; readonly header?: Partial<JWTHeaderParameters> }): Promise<string>;
}

/** Has what no attacker has, the signing keys, so that only the checks beside the signature are left to try. */
export async function forgeOf({ databaseUrl, secrets }: TestPlatform): Promise<TokenForge> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ kid: string; realm: string; sealed_private_jwk: string }>(
    'SELECT kid, realm, sealed_private_jwk FROM identity.signing_key',
  );
  await client.end();
  const box = createSecretBox(secrets.encryptionKey);
  return {
    async signed(realm, genuine, { claims = {}, header = {} } = {}) {
      const key = rows.find((row) => row.realm === realm);
      if (!key) throw new Error(`The realm ${realm} has no key`);
      const jwk = JSON.parse(box.open(key.sealed_private_jwk, 'identity.signing_key')) as JWK;
      return new SignJWT({ ...decodeJwt(genuine), ...claims })
        .setProtectedHeader({ ...(decodeProtectedHeader(genuine) as JWTHeaderParameters), kid: key.kid, ...header })
        .sign(await importJWK(jwk, 'EdDSA'));
    },
  };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token's claims with another header, signed by `sign` or not at all. */
export function recast(token: string, header: object, sign: (input: string) => string, claims: object = {}): string {
  const input = `${encoded({ ...decodeProtectedHeader(token), ...header })}.${encoded({ ...decodeJwt(token), ...claims })}`;
  return `${input}.${sign(input)}`;
}

export const hmacWith =
  (key: string | Buffer) =>
  (input: string): string =>
    createHmac('sha256', key).update(input).digest('base64url');
