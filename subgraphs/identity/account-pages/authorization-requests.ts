import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { RouteRequest } from '../../_kernel/wire/subgraph-route.js';
import type { BrowserSession } from './browser-session.service.js';

/** What a client that sent a browser here is waiting for. */
export interface AuthorizationRequest {
  readonly uid: string;
  readonly clientName: string;
  /** What it asks for, in words of the protocol. */
  readonly scopes: readonly string[];
  /** Where a form may end up: the client's own address. */
  readonly formTargets: readonly string[];
  readonly email: string | null;
  /** Whether an earlier sign-in will do. */
  readonly mayReuse: boolean;
}

/** The authorization server as the pages know it: requests wait there for somebody to sign in and to agree. */
export interface AuthorizationRequests {
  /** @returns null for one that is unknown, over, of another browser or not waiting for this */
  find(
    context: RequestContext,
    request: RouteRequest,
    waitsFor: 'login' | 'consent',
  ): Promise<AuthorizationRequest | null>;
  /** @returns where the browser goes on */
  signedIn(context: RequestContext, request: RouteRequest, browser: BrowserSession): Promise<string>;
  /** @returns where the browser goes on */
  consented(context: RequestContext, request: RouteRequest, browser: BrowserSession): Promise<string>;
  /** @returns where the browser goes on */
  refused(context: RequestContext, request: RouteRequest): Promise<string>;
}
