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
  /** Values of `set-cookie`, the one header that cannot be joined. */
  readonly cookies?: readonly string[];
  readonly body: string;
}

/** By what means such a request can be made. */
export const ROUTE_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RouteMethod = (typeof ROUTE_METHODS)[number];

export interface SubgraphRoute {
  readonly method: RouteMethod;
  readonly path: string;
  /** Serves every path under it, too. */
  readonly below?: boolean;
  readonly handle: (request: RouteRequest, envelope: Envelope) => Promise<RouteResponse>;
}

/** Whether a route, of a subgraph or of the gateway, serves a path. */
export const servesPath = (route: { readonly path: string; readonly below?: boolean }, path: string): boolean =>
  route.path === path || (route.below === true && path.startsWith(`${route.path}/`));
