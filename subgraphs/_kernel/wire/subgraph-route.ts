import type { Envelope } from './envelope.js';

/**
 * An HTTP request that is not GraphQL and that the gateway hands on to the subgraph that serves it:
 * a payment webhook, the published signing keys.
 */
export interface RouteRequest {
  readonly method: string;
  /** Path without query string. */
  readonly path: string;
  readonly search: string;
  /** Lower-case names; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as received; signatures are checked over these. */
  readonly body: Uint8Array;
}

export interface RouteResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SubgraphRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (request: RouteRequest, envelope: Envelope) => Promise<RouteResponse>;
}
