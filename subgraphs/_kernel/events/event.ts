import type { Principal } from '../wire/principal.js';
import { isUuid } from '../request/ids.js';
import type { TenantIdentity } from '../wire/tenant.js';

/** What was known when the event was written, for those who react to it later. */
export interface EventHeaders {
  /** The tenant as it was then. */
  readonly tenant: TenantIdentity;
  /** Who caused it; null for nobody signed in. */
  readonly actorId: string | null;
  readonly actorKind: Principal['kind'];
  /** Who of platform staff acted in the actor's name, where somebody did. */
  readonly impersonatorId?: string;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The trace it was written in, where there was one. */
  readonly traceparent?: string;
}

/** A place in the log. Positions are totally ordered; a later commit never appears before an earlier one read. */
export interface Position {
  /** Transaction id (xid8) as a decimal string. */
  readonly xactId: string;
  readonly eventId: string;
}

export interface StoredEvent<Type extends string = string, Payload = unknown> {
  readonly id: string;
  readonly position: Position;
  readonly type: Type;
  readonly payload: Payload;
  readonly headers: EventHeaders;
  readonly occurredAt: Date;
}

/** Before everything that was ever written. */
export const LOG_START: Position = { xactId: '0', eventId: '00000000-0000-0000-0000-000000000000' };

export function comparePositions(a: Position, b: Position): number {
  const byTransaction = BigInt(a.xactId) - BigInt(b.xactId);
  if (byTransaction !== 0n) return byTransaction < 0n ? -1 : 1;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
}

/** The greatest transaction id there can be. */
const MAX_XACT_ID = 2n ** 64n - 1n;

/** A position as the opaque cursor clients resume from. */
export const encodePosition = (position: Position): string =>
  Buffer.from(`${position.xactId}.${position.eventId}`).toString('base64url');

/** The position a cursor stands for; null when it is not one of ours. */
export function decodePosition(cursor: string): Position | null {
  const [xactId, eventId, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split('.');
  if (!xactId || !eventId || rest.length > 0) return null;
  const isTransaction = /^\d{1,20}$/.test(xactId) && BigInt(xactId) <= MAX_XACT_ID;
  return isTransaction && isUuid(eventId) ? { xactId, eventId } : null;
}
