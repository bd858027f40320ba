import { z } from 'zod';
import { ValidationError } from '../../_kernel/errors/domain-error.js';

/** A pause inside a service, in which its provider may be booked by others while her client stays. */
export interface Intermission {
  /** How long after the start it begins. */
  readonly afterMinutes: number;
  readonly minutes: number;
}

const minutes = z.int().min(1, 'must be at least 1').max(1_439, 'must be at most 1439');

export const intermissionSchema = z.strictObject({ afterMinutes: minutes, minutes });

/** An intermission as a service keeps it. */
export interface KeptIntermission {
  readonly intermissionAfterMinutes: number | null;
  readonly intermissionMinutes: number | null;
}

/** Null for a service that has none. */
export function intermissionOf(service: KeptIntermission): Intermission | null {
  const { intermissionAfterMinutes: afterMinutes, intermissionMinutes } = service;
  return afterMinutes === null || intermissionMinutes === null ? null : { afterMinutes, minutes: intermissionMinutes };
}

/**
 * An intermission as it is kept by a service that it fits into.
 * @throws {ValidationError} when the provider has nothing more to do behind it, and for what is booked by the night
 */
export function keptIntermission(
  intermission: Intermission | null | undefined,
  service: { readonly durationMinutes: number; readonly isByTheNight: boolean },
): KeptIntermission {
  if (!intermission) return { intermissionAfterMinutes: null, intermissionMinutes: null };
  const { afterMinutes, minutes: length } = intermission;
  if (service.isByTheNight) throw ValidationError.of('intermission', 'must be left out for what is booked by the night');
  if (afterMinutes >= service.durationMinutes) {
    throw ValidationError.of('intermission.afterMinutes', 'must be less than the service takes');
  }
  if (afterMinutes + length >= service.durationMinutes) {
    throw ValidationError.of('intermission.minutes', 'must end before the service does');
  }
  return { intermissionAfterMinutes: afterMinutes, intermissionMinutes: length };
}
