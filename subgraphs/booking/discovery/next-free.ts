import { Temporal } from 'temporal-polyfill';
import { groupByKey, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { offeredStarts, type ProviderSchedule, type SlotWindow } from '../availability/availability.js';
import { calendarsOf, loadSchedules } from '../availability/schedules.js';
import { findBookableOf, type OfferedService } from '../catalogue/catalogue.store.js';
import { isStayOffered, stayOn, stayTermsOf } from '../stay/stay.js';
import { LOOK_AHEAD } from './discovery.js';

/** Services of one provider that are looked at for a free start. */
const SERVICES_LOOKED_AT = 20;

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

/** However many providers are asked about at once, it takes the same number of queries. */
export const createNextFreeLoader = (tenants: TenantDatabase): NextFreeLoader => ({
  name: 'nextFreeByProviderId',
  async batch(context, ids) {
    const db = tenants.of(context);
    const known = groupByKey(ids, await findBookableOf(db, ids), ({ providerId }) => providerId);
    const offerings = known.flatMap((all) => all.slice(0, SERVICES_LOOKED_AT));
    const window = windowFrom(context);
    const shortest = Math.max(0, ...offerings.map(({ service }) => service.minNights ?? 0));
    const schedules = await loadSchedules(db, offerings, { ...window, days: window.days + shortest }, calendarsOf(context));
    const now = context.clock.now().getTime();
    const next = new Map<string, number>();
    for (const [at, offered] of offerings.entries()) {
      const schedule = schedules[at];
      const start = schedule ? firstStart(schedule, offered, window, now) : null;
      if (start !== null) next.set(offered.providerId, Math.min(start, next.get(offered.providerId) ?? start));
    }
    return ids.map((id) => {
      const start = next.get(id);
      return start === undefined ? null : new Date(start);
    });
  },
});
