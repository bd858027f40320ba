import { Client } from 'undici';
import { bearer, knock } from '../abuse/attacker.js';

export interface DirectoryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the answer holds; empty for none. */
  readonly json: Record<string, unknown>;
}

export interface DirectoryRequest {
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A company's directory, as it asks over HTTP. */
export interface Directory {
  readonly token: string;
  ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, of?: DirectoryRequest): Promise<DirectoryAnswer>;
}

export function directoryWith(url: string, token: string, host = 'acme.localhost'): Directory {
  return {
    token,
    async ask(method, path, of = {}) {
      const client = new Client(url);
      try {
        const response = await client.request({
          method,
          path: `/scim/v2${path}`,
          headers: { host: of.host ?? host, 'content-type': 'application/scim+json', ...bearer(token), ...of.headers },
          ...(of.body === undefined ? {} : { body: typeof of.body === 'string' ? of.body : JSON.stringify(of.body) }),
        });
        const text = await response.body.text();
        return { status: response.statusCode, headers: response.headers, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
      } finally {
        await client.destroy();
      }
    },
  };
}

const TOKEN = `mutation($input: CreateScimTokenInput!) {
  createScimToken(input: $input) { ... on IssuedScimToken { token scimToken { id preview } } ... on UserError { code message } }
}`;

export interface IssuedToken {
  readonly token: string;
  readonly scimToken: { readonly id: string; readonly preview: string };
}

/** Makes a token for a directory, as somebody who is signed in. */
export async function issueScimToken(url: string, accessToken: string, input: object, host = 'acme.localhost'): Promise<IssuedToken> {
  const { data } = await knock(url, { headers: { host, ...bearer(accessToken) }, body: { query: TOKEN, variables: { input } } });
  return (data as { createScimToken: IssuedToken }).createScimToken;
}
