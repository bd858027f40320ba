import { SpineInputError } from './input-error.js';

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The milliseconds since 1970 of an ISO 8601 instant with its offset.
 * @throws {SpineInputError} naming `field`, also for a day the calendar does not have
 */
export function requireInstant(value: unknown, field: string): number {
  const parts = typeof value === 'string' ? RFC3339.exec(value) : null;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (parts === null || Number.isNaN(time))
    throw new SpineInputError(field, 'must be an ISO 8601 instant with its offset');
  const [, year, month, day] = parts.map(Number);
  // Date.parse lets 30 February roll over into March.
  if (new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() !== day) {
    throw new SpineInputError(field, 'is not a day of the calendar');
  }
  return time;
}
