import { intermissionAt } from '../availability/availability.js';
import { createZoneCalendar, MINUTE_MS } from '../availability/zone-calendar.js';
import type { OfferedService } from '../catalogue/catalogue.store.js';
import { claimedBy, type ClaimedTime } from '../resource/resource-claim.js';
import { blockedByStay, stayOn, stayTermsOf } from './stay.js';

/** When a booking ends, and the time it takes, buffers included. */
export interface BookedTime {
  readonly endsAt: Date;
  readonly claimed: ClaimedTime;
  readonly intermission: BookedIntermission;
}

/** When the provider is free for others in between; null where she is not. */
export interface BookedIntermission {
  readonly intermissionFrom: Date | null;
  readonly intermissionUntil: Date | null;
}

const NONE: BookedIntermission = { intermissionFrom: null, intermissionUntil: null };

/**
 * The time of a booking that begins at a start.
 * @param nights null for what is booked by the hour
 * @param companyZone IANA zone of a provider who has none of her own
 */
export function bookedTime(offered: OfferedService, startsAt: Date, nights: number | null, companyZone: string): BookedTime {
  const { service, provider } = offered;
  const terms = stayTermsOf(service);
  if (nights === null || terms === null) {
    const endsAt = new Date(startsAt.getTime() + service.durationMinutes * MINUTE_MS);
    const pause = intermissionAt(service, startsAt.getTime());
    const intermission = pause ? { intermissionFrom: new Date(pause.start), intermissionUntil: new Date(pause.end) } : NONE;
    return { endsAt, claimed: claimedBy(offered, startsAt), intermission };
  }
  const calendar = createZoneCalendar(provider.timeZone ?? companyZone);
  const stay = stayOn(calendar, terms, { arrival: calendar.dateOf(startsAt.getTime()), nights });
  const { start, end } = blockedByStay(service, stay);
  return { endsAt: new Date(stay.end), claimed: { from: new Date(start), until: new Date(end) }, intermission: NONE };
}
