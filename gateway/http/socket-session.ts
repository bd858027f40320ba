import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { Refusal } from '../refusal.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** One WebSocket connection: who opened it, and until when. */
export interface SocketSession {
  /** The caller, with a request id of its own for each operation. */
  readonly caller: IdentifiedRequest;
  /** Aborted when the operation is over; with a `Refusal` as reason when the token ran out. */
  signalFor(operationId: string): AbortSignal;
  completed(operationId: string): void;
  /** @throws {Refusal} once the token has run out */
  refuseWhenOver(): void;
  end(): void;
}

const FORBIDDEN = 4403;

/** How long streams may take to say why they end before the connection is closed under them. */
const FAREWELL_MS = 1_000;

/** The longest a timer of Node can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createSocketSession(caller: IdentifiedRequest, socket: WebSocket): SocketSession {
  const open = new Map<string, AbortController>();
  const expired = new Refusal('UNAUTHENTICATED', 'The access token has expired; connect again with a new one');
  let over = false;

  const close = (): void => socket.close(FORBIDDEN, 'Token expired');

  const expire = (): void => {
    over = true;
    for (const controller of open.values()) controller.abort(expired);
    if (open.size === 0) close();
    else setTimeout(close, FAREWELL_MS).unref();
  };

  const timer =
    caller.expiresAt === null
      ? null
      : setTimeout(expire, Math.min(Math.max(caller.expiresAt - Date.now(), 0), LONGEST_TIMER_MS));
  timer?.unref();

  return {
    get caller() {
      return { ...caller, requestId: randomUUID() };
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
      if (over) throw expired;
    },
    end() {
      if (timer) clearTimeout(timer);
      for (const controller of open.values()) controller.abort();
      open.clear();
    },
  };
}
