import { Temporal } from 'temporal-polyfill';
import { groupByKey, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { offeredStarts, type ProviderSchedule, type SlotWindow } from '../availability/availability.js';
import { MINUTE_MS } from '../availability/zone-calendar.js';
import { calendarsOf, loadSchedules } from '../availability/schedules.js';
import { findBookableOf, type OfferedService } from '../catalogue/catalogue.store.js';
import { isStayOffered, stayOn, stayTermsOf } from '../stay/stay.js';
import { LOOK_AHEAD } from './discovery.js';

/** The next start at which a provider can be booked for anything, by her id; null where there is none. */
export type NextFreeLoader = LoaderDefinition<string, Date | null>;

/** From the day that is yesterday or today wherever a provider is, on her calendar. */
function windowFrom({ clock, tenant }: RequestContext): SlotWindow {
  const today = Temporal.Instant.fromEpochMilliseconds(clock.now().getTime()).toZonedDateTimeISO(tenant.timeZone).toPlainDate();
  return { from: today.subtract({ days: 1 }).toString(), days: LOOK_AHEAD };
}

/** The first slot of a service; for what is booked by the night, the first check-in for the shortest stay. */
function firstStart(schedule: ProviderSchedule, { service }: OfferedService, window: SlotWindow, now: number): number | null {
  const terms = stayTermsOf(service);
  if (!terms) {
    const first = offeredStarts(schedule, service, window, now).next();
    return first.done ? null : first.value;
  }
  for (let later = 0; later < window.days; later += 1) {
    const dates = { arrival: schedule.calendar.day(window.from, later).date, nights: terms.minNights };
    if (isStayOffered(schedule, service, terms, dates, now)) return stayOn(schedule.calendar, terms, dates).start;
  }
  return null;
}

/** A service of a provider, with her schedule for it. */
interface Offer {
  readonly offered: OfferedService;
  readonly schedule: ProviderSchedule;
}

const byNotice = ({ offered: { service: a } }: Offer, { offered: { service: b } }: Offer): number =>
  a.noticeMinutes - b.noticeMinutes || a.durationMinutes - b.durationMinutes;

/** Alike for services of one provider that are free at the same starts. */
function timesOf({ offered: { service, locationId }, schedule: { qualifiedUntil } }: Offer): string {
  const { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes, slotStepMinutes, noticeMinutes, horizonDays } = service;
  const { checkInMinute, checkOutMinute, minNights, intermissionAfterMinutes, intermissionMinutes } = service;
  return JSON.stringify([
    [durationMinutes, bufferBeforeMinutes, bufferAfterMinutes, slotStepMinutes, noticeMinutes, horizonDays],
    [checkInMinute, checkOutMinute, minNights, intermissionAfterMinutes, intermissionMinutes],
    service.requirements.map(({ kind, units }) => [kind, units]),
    locationId,
    String(qualifiedUntil),
    service.capacity > 1 ? service.id : null,
  ]);
}

/** The days of a window up to that of an instant. */
function upTo(instant: number, { calendar }: ProviderSchedule, { from, days }: SlotWindow): SlotWindow {
  const further = Temporal.PlainDate.from(from).until(calendar.dateOf(instant), { largestUnit: 'days' }).days + 1;
  return { from, days: Math.min(days, further) };
}

/**
 * The first start of all that one provider offers. However much that is, services that take the same times are looked
 * at once, and each no further than the first start that is known by then.
 */
export function firstOfAll(offers: readonly Offer[], window: SlotWindow, now: number): number | null {
  const seen = new Set<string>();
  let first: number | null = null;
  for (const offer of offers.toSorted(byNotice)) {
    const { offered, schedule } = offer;
    if (first !== null && now + offered.service.noticeMinutes * MINUTE_MS >= first) break;
    const times = timesOf(offer);
    if (seen.has(times)) continue;
    seen.add(times);
    const start = firstStart(schedule, offered, first === null ? window : upTo(first, schedule, window), now);
    if (start !== null && (first === null || start < first)) first = start;
  }
  return first;
}

/** However many providers are asked about at once, it takes the same number of queries. */
export const createNextFreeLoader = (tenants: TenantDatabase): NextFreeLoader => ({
  name: 'nextFreeByProviderId',
  async batch(context, ids) {
    const db = tenants.of(context);
    const offerings = await findBookableOf(db, ids);
    const window = windowFrom(context);
    const shortest = Math.max(0, ...offerings.map(({ service }) => service.minNights ?? 0));
    const schedules = await loadSchedules(db, offerings, { ...window, days: window.days + shortest }, calendarsOf(context));
    const now = context.clock.now().getTime();
    const offers = offerings.flatMap((offered, at): Offer[] => {
      const schedule = schedules[at];
      return schedule ? [{ offered, schedule }] : [];
    });
    return groupByKey(ids, offers, ({ offered }) => offered.providerId).map((all) => {
      const start = firstOfAll(all, window, now);
      return start === null ? null : new Date(start);
    });
  },
});
