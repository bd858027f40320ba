import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { Refusal } from '../refusal.js';
import type { OpenSession } from '../revocation/open-sessions.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** One WebSocket connection: who opened it, and until when. */
export interface SocketSession extends OpenSession {
  /** The caller, with a request id of its own for each operation. */
  readonly caller: IdentifiedRequest;
  /** Aborted when the operation is over; with a `Refusal` as reason when the connection had to end. */
  signalFor(operationId: string): AbortSignal;
  completed(operationId: string): void;
  /** @throws {Refusal} once the connection is to end */
  refuseWhenOver(): void;
  /** The client has gone. */
  left(): void;
}

const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const TOO_MANY = 4429;
const TRY_AGAIN_LATER = 1013;

/**
 * With which code a connection is closed. One that was open and whose token is over closes with `FORBIDDEN`,
 * upon which clients connect again, with a new token; one that was refused with `UNAUTHORIZED`, upon which they
 * do not.
 */
export function closeCodeOf(code: string): number {
  switch (code) {
    case 'UNAUTHENTICATED':
      return UNAUTHORIZED;
    case 'RATE_LIMITED':
      return TOO_MANY;
    case 'SUBGRAPH_UNAVAILABLE':
      return TRY_AGAIN_LATER;
    default:
      return FORBIDDEN;
  }
}

/** How long streams may take to say why they end before the connection is closed under them. */
const FAREWELL_MS = 1_000;

/** The longest a timer of Node can be set to. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const tokenExpired = (): Refusal =>
  new Refusal('UNAUTHENTICATED', 'The access token has expired; connect again with a new one');

export function createSocketSession(opened: IdentifiedRequest, socket: WebSocket): SocketSession {
  const open = new Map<string, AbortController>();
  let caller = opened;
  let over: { readonly refusal: Refusal; readonly reason: string } | null = null;

  const close = (): void => {
    if (!over) return;
    const { code } = over.refusal;
    socket.close(code === 'UNAUTHENTICATED' ? FORBIDDEN : closeCodeOf(code), over.reason);
  };

  const end = (refusal: Refusal, reason: string): void => {
    if (over) return;
    over = { refusal, reason };
    for (const controller of open.values()) controller.abort(refusal);
    if (open.size === 0) close();
    else setTimeout(close, FAREWELL_MS).unref();
  };

  const timer =
    caller.expiresAt === null
      ? null
      : setTimeout(
          () => end(tokenExpired(), 'Token expired'),
          Math.min(Math.max(caller.expiresAt - Date.now(), 0), LONGEST_TIMER_MS),
        );
  timer?.unref();

  return {
    get caller() {
      return { ...caller, requestId: randomUUID() };
    },
    end: (refusal) => end(refusal, refusal.code),
    know(tenant) {
      caller = { ...caller, tenant };
    },
    signalFor(operationId) {
      const controller = new AbortController();
      open.set(operationId, controller);
      return controller.signal;
    },
    completed(operationId) {
      open.get(operationId)?.abort();
      open.delete(operationId);
      // The word that the operation is complete goes out right after this; the connection closes after that.
      if (over && open.size === 0) setImmediate(close);
    },
    refuseWhenOver() {
      if (over) throw over.refusal;
    },
    left() {
      if (timer) clearTimeout(timer);
      for (const controller of open.values()) controller.abort();
      open.clear();
    },
  };
}
