import type { Money } from '../../_kernel/money/money.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { calendarsOf, loadSchedules } from '../availability/schedules.js';
import { isBookable, type OfferedService } from '../catalogue/catalogue.store.js';
import { priceOfDraft } from '../reservation/reservation-record.js';
import { isStayOffered, stayOn, stayTermsOf, type StayDates } from './stay.js';

/** A unit that can be had for a stay. */
export interface FreeUnit {
  readonly providerId: string;
  readonly offered: OfferedService;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly nights: number;
  /** IANA zone in which the days are counted. */
  readonly timeZone: string;
  /** Of all nights. */
  readonly price: Money;
}

/**
 * Which of those that offer one service can be had for a stay, as `db` sees them; each counts the days on its own
 * calendar. It takes the same number of queries however many they are.
 */
export async function findFreeUnits(
  context: RequestContext,
  db: TenantDb,
  offerings: readonly OfferedService[],
  dates: StayDates,
): Promise<FreeUnit[]> {
  const able = offerings.filter(isBookable);
  const [first] = able;
  const terms = first ? stayTermsOf(first.service) : null;
  if (!first || !terms) return [];
  const { arrival, nights } = dates;
  const schedules = await loadSchedules(db, able, { from: arrival, days: nights + 1 }, calendarsOf(context));
  const now = context.clock.now().getTime();
  return able.flatMap((offered, at) => {
    const schedule = schedules[at];
    if (!schedule || !isStayOffered(schedule, first.service, terms, dates, now)) return [];
    const { start, end } = stayOn(schedule.calendar, terms, dates);
    const { timeZone } = schedule.calendar;
    const price = priceOfDraft({ offered, nights });
    return [{ providerId: offered.providerId, offered, startsAt: new Date(start), endsAt: new Date(end), nights, timeZone, price }];
  });
}
