import { z } from 'zod';

const ZONE_NAME = /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*$/;

/** Asks the calendar itself: `Intl.supportedValuesOf` leaves out names in use, Asia/Kolkata among them. */
export function isTimeZone(zone: string): boolean {
  // Offsets such as +02:00 are known to the calendar as well, but they are no zone: they have no rules.
  if (!ZONE_NAME.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const timeZoneSchema = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin');
