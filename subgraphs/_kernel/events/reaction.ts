import type { RequestContext } from '../request/request-context.js';
import type { TenantDb } from '../tenancy/tenant-database.js';
import type { StoredEvent } from './event.js';

/**
 * What a subgraph does when something has happened elsewhere. It runs in one transaction with the note
 * that the event was dealt with, so its writes happen exactly once. It must not call out of the process: it
 * writes down what is to be done, and a schedule does it.
 */
export interface Reaction {
  /** The sentence that says what it does: `awardPointsWhenBookingIsCompleted`. */
  readonly name: string;
  readonly on: string;
  readonly handle: (context: RequestContext, db: TenantDb, event: StoredEvent) => Promise<void>;
}

/** Makes a reaction whose payload has the type that `Events` gives it. */
export function reactTo<Events>() {
  return <Type extends keyof Events & string>(
    on: Type,
    name: string,
    handle: (context: RequestContext, db: TenantDb, event: StoredEvent<Type, Events[Type]>) => Promise<void>,
  ): Reaction => ({ on, name, handle: handle as Reaction['handle'] });
}
