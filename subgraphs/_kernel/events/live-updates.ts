import { ValidationError } from '../errors/domain-error.js';
import { decodePosition, encodePosition, type Position, type StoredEvent } from './event.js';
import type { EventTail } from './event-tail.js';
import { mapStream } from './map-stream.js';

/** What a subscription sends: its own fields, and the place to resume behind. */
export type LiveUpdate<Fields> = Fields & {
  /** Given as `after`, goes on behind this update. */
  readonly cursor: string;
};

export type LiveUpdates<Fields> = AsyncGenerator<LiveUpdate<Fields>, void, void>;

export interface LiveRequest {
  /** Only this tenant's events; every tenant's when left out. */
  readonly tenantId?: string | undefined;
  readonly types: readonly string[];
  /** Cursor of the last update seen; from now on without one. */
  readonly after: string | null | undefined;
}

function resumeFrom(after: string | null | undefined): Position | undefined {
  if (after == null) return undefined;
  const position = decodePosition(after);
  if (!position) throw ValidationError.of('after', 'is not a cursor of this subscription');
  return position;
}

/**
 * Live events as the updates of a subscription.
 * @param fieldsOf what is sent of an event; null for one that does not concern whoever follows
 * @throws {ValidationError} on `after` for a cursor that is not one of ours
 */
export function liveUpdates<Fields extends object>(
  tail: EventTail,
  { tenantId, types, after }: LiveRequest,
  fieldsOf: (event: StoredEvent) => Fields | null,
): LiveUpdates<Fields> {
  return mapStream(tail.stream({ tenantId, types, after: resumeFrom(after) }), (event) => {
    const fields = fieldsOf(event);
    return fields && { ...fields, cursor: encodePosition(event.position) };
  });
}
