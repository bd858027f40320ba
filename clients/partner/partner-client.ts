import { createClient, type SubscribePayload } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import type { Named, PartnerOperations } from './operations.js';

export interface PartnerConnection {
  /** Where the gateway listens, such as `https://api.spine.example`. */
  readonly url: string;
  /** The company's name at the platform, such as `acme.spine.example`. */
  readonly host: string;
  /** API key that the company has made for you. */
  readonly apiKey: string;
  /** Ids of your operations, from the manifest that was published. */
  readonly manifest: { readonly operations: readonly { readonly id: string; readonly name: string }[] };
}

export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  /** Says when the operation goes and what to use in its place. */
  readonly extensions?: { readonly deprecation?: { readonly sunsetAt: string; readonly replacement: string | null } };
}

/** A partner's way to the graph: it sends ids and variables, and never any text of an operation. */
export interface PartnerClient {
  /** By GET: what has not changed since the last time is not sent again. */
  query<Name extends Named<'query'>>(
    name: Name,
    variables: PartnerOperations[Name]['variables'],
  ): Promise<Answer<PartnerOperations[Name]['data']>>;
  mutate<Name extends Named<'mutation'>>(
    name: Name,
    variables: PartnerOperations[Name]['variables'],
  ): Promise<Answer<PartnerOperations[Name]['data']>>;
  /** Ends with `return` on the stream. */
  follow<Name extends Named<'subscription'>>(
    name: Name,
    variables: PartnerOperations[Name]['variables'],
  ): AsyncGenerator<Answer<PartnerOperations[Name]['data']>, void, void>;
}

interface Kept {
  readonly etag: string;
  readonly text: string;
}

const ANSWERS_KEPT = 100;

export function createPartnerClient({ url, host, apiKey, manifest }: PartnerConnection): PartnerClient {
  const ids = new Map(manifest.operations.map(({ name, id }) => [name, id]));
  const headers = { host, authorization: `Bearer ${apiKey}`, accept: 'application/json' };
  const kept = new Map<string, Kept>();

  const extensionsOf = (name: string) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`${name} is not in the manifest`);
    return { persistedQuery: { version: 1, sha256Hash: id } };
  };

  const keep = (address: string, etag: string | string[] | undefined, text: string): void => {
    if (typeof etag !== 'string') return;
    kept.delete(address);
    kept.set(address, { etag, text });
    const [oldest] = kept.keys();
    if (kept.size > ANSWERS_KEPT && oldest !== undefined) kept.delete(oldest);
  };

  class SocketToHost extends WebSocket {
    constructor(target: string | URL, protocols?: string | string[]) {
      super(target, protocols, { headers: { host } });
    }
  }

  return {
    async query(name, variables) {
      const search = new URLSearchParams({
        variables: JSON.stringify(variables),
        extensions: JSON.stringify(extensionsOf(name)),
      });
      const address = `${url}/graphql?${search.toString()}`;
      const before = kept.get(address);
      const condition = before ? { 'if-none-match': before.etag } : {};
      // Only a program can set a header: it shows that no page of somebody else's makes a browser ask this.
      const response = await request(address, { headers: { ...headers, ...condition, 'apollo-require-preflight': 'true' } });
      const text = await response.body.text();
      if (response.statusCode === 304 && before) return JSON.parse(before.text) as Answer<never>;
      keep(address, response.headers['etag'], text);
      return JSON.parse(text) as Answer<never>;
    },
    async mutate(name, variables) {
      const { body } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ extensions: extensionsOf(name), variables }),
      });
      return (await body.json()) as Answer<never>;
    },
    follow(name, variables) {
      const client = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: SocketToHost,
        connectionParams: { authorization: headers.authorization },
        retryAttempts: 0,
      });
      // The protocol's library insists on a text; an empty one is none.
      const payload: SubscribePayload = { query: '', extensions: extensionsOf(name), variables: { ...variables } };
      return client.iterate(payload) as AsyncGenerator<Answer<never>, void, void>;
    },
  };
}
