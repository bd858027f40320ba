import { randomUUID } from 'node:crypto';
import { prefixedStableId } from '../stable-id.js';

export interface IncidentOccurrence {
  readonly type: string;
  readonly tenantId: string | null;
  readonly provider: string | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly windowMs: number;
}

/** The same id for every detection of one type, tenant and provider that falls into one window, counted from 1970. */
export function incidentEventId({ type, tenantId, provider, atMs, windowMs }: IncidentOccurrence): string {
  const windowStart = Math.floor(atMs / windowMs) * windowMs;
  return prefixedStableId('evt', { type, tenantId, provider, windowStart, windowMs });
}

/** A new id for an event that is reported by hand, not detected. */
export function generateId(): string {
  return `evt_${randomUUID().replaceAll('-', '')}`;
}
