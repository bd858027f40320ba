import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';

export interface GraphAddress {
  /** Where the gateway listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The name by which the company is asked for, such as `acme.localhost`. */
  readonly host: string;
}

export interface GraphAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly coordinate?: string } }[];
}

export interface Graph {
  /** Runs a query or mutation. */
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphAnswer<Data>>;
  /** Follows a subscription until it ends or `return` is called on the stream. */
  follow<Data>(query: string, variables?: Readonly<Record<string, unknown>>): AsyncGenerator<GraphAnswer<Data>, void, void>;
  /** The same graph as somebody signed in. */
  as(accessToken: string): Graph;
}

/**
 * The graph as any client sees it: one endpoint over HTTP and WebSocket. The company is named by the Host
 * header, so that no name has to resolve.
 */
export function connectToGraph(address: GraphAddress, accessToken?: string): Graph {
  const { url, host } = address;
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };

  class SocketToHost extends WebSocket {
    constructor(target: string | URL, protocols?: string | string[]) {
      super(target, protocols, { headers: { host } });
    }
  }

  return {
    async ask(query, variables = {}) {
      const { body } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { host, 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query, variables }),
      });
      return (await body.json()) as GraphAnswer<never>;
    },
    follow(query, variables = {}) {
      const client = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: SocketToHost,
        connectionParams: authorization,
        // The connection lives as long as the subscription: it closes when nothing is followed any more.
        lazy: true,
        retryAttempts: 0,
      });
      return client.iterate({ query, variables }) as AsyncGenerator<GraphAnswer<never>, void, void>;
    },
    as: (token) => connectToGraph(address, token),
  };
}
