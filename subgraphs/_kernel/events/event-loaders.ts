import { LRUCache } from 'lru-cache';
import { Loaders } from '../request/loaders.js';

/** Events whose reads are kept at a time. */
const EVENTS_KEPT = 256;
/** Whoever is told of an event later than that is shown what can be read then. */
const KEPT_FOR_MS = 1_000;

/**
 * The loaders of those who are told of one event at the same time. What looks the same to everybody in their tenant is
 * read once for all of them; the rest each of them reads alone.
 */
export function createEventLoaders(): (tenantId: string, update: unknown) => Loaders {
  const shared = new LRUCache<string, Loaders>({ max: EVENTS_KEPT, ttl: KEPT_FOR_MS });
  return (tenantId, update) => {
    const cursor = cursorOf(update);
    if (cursor === null) return new Loaders();
    const key = `${tenantId} ${cursor}`;
    let ofEvent = shared.get(key);
    if (!ofEvent) shared.set(key, (ofEvent = new Loaders()));
    return new Loaders(ofEvent);
  };
}

/** Where in the log the event stands that an update tells of; null for an update that does not say. */
export function cursorOf(update: unknown): string | null {
  if (typeof update !== 'object' || update === null || !('cursor' in update)) return null;
  return typeof update.cursor === 'string' ? update.cursor : null;
}
