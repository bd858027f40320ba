import { z } from 'zod';
import { validate } from '../../_kernel/validation/validate.js';
import { pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { groupByKey } from '../../_kernel/request/loaders.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ServiceLoader } from '../catalogue/catalogue.loader.js';
import { findActiveProvidersOfService } from '../catalogue/catalogue.store.js';
import type { ProviderRow } from '../provider/provider.store.js';
import {
  instantsAround,
  isOffered,
  isWithinReach,
  MAX_WINDOW_DAYS,
  offeredStarts,
  windowOf,
  type ProviderSchedule,
  type ServiceTimes,
  type SlotWindow,
} from './availability.js';
import { findBusyTimes, findWorkingHours } from './availability.store.js';
import { inOrder, pageOfStarts, SLOT_SORT, type OfferedStart } from './slots.js';
import { createZoneCalendar, MINUTE_MS, type ZoneCalendar } from './zone-calendar.js';

export interface Slot {
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly provider: ProviderRow;
  /** IANA zone of the provider. */
  readonly timeZone: string;
}

export interface SlotSearch extends PageArgs {
  readonly serviceId: string;
  readonly providerId?: string | undefined;
  /** First day, on the provider's calendar. */
  readonly from: string;
  /** 1 to 31. */
  readonly days: number;
}

export interface AvailabilityService {
  /**
   * The slots of a service in order of time; of providers in several zones each counts the days on her own
   * calendar. @returns null for a service that is unknown or cannot be booked
   * @throws {ValidationError}
   */
  search(context: RequestContext, search: SlotSearch): Promise<Connection<Slot> | null>;
  /**
   * Whether a start is offered now, as seen by a transaction.
   * @param startsAt an instant
   */
  isOffered(
    context: RequestContext,
    db: TenantDb,
    provider: ProviderRow,
    service: ServiceTimes,
    startsAt: Date,
  ): Promise<boolean>;
}

const windowSchema = z.object({
  from: z.iso.date('must be a calendar date such as 2027-01-31'),
  days: z.int().min(1, 'must be at least 1').max(MAX_WINDOW_DAYS, `must be at most ${MAX_WINDOW_DAYS}`),
});

interface ScheduledProvider extends ProviderSchedule {
  readonly provider: ProviderRow;
}

/** Reads the schedules of any number of providers with two queries. */
async function loadSchedules(
  db: TenantDb,
  providers: readonly ProviderRow[],
  window: SlotWindow,
  calendarOf: (provider: ProviderRow) => ZoneCalendar,
): Promise<ScheduledProvider[]> {
  const ids = providers.map((provider) => provider.id);
  const [hours, busy] = await Promise.all([
    findWorkingHours(db, ids),
    findBusyTimes(db, ids, instantsAround(window)),
  ]);
  const weeks = groupByKey(ids, hours, (row) => row.providerId);
  return providers.map((provider, at) => ({
    provider,
    calendar: calendarOf(provider),
    hours: weeks[at] ?? [],
    busy: busy.get(provider.id) ?? [],
  }));
}

/** Providers of one zone share its calendar, whose days are reckoned once. */
function calendarsOf(context: RequestContext): (provider: ProviderRow) => ZoneCalendar {
  const calendars = new Map<string, ZoneCalendar>();
  return (provider) => {
    const zone = provider.timeZone ?? context.tenant.timeZone;
    const calendar = calendars.get(zone) ?? createZoneCalendar(zone);
    calendars.set(zone, calendar);
    return calendar;
  };
}

export function createAvailabilityService(parts: {
  readonly tenants: TenantDatabase;
  readonly serviceLoader: ServiceLoader;
}): AvailabilityService {
  const { tenants, serviceLoader } = parts;
  return {
    async search(context, { serviceId, providerId, from, days, ...args }) {
      const window = validate(windowSchema, { from, days });
      const page = pageOf(args, SLOT_SORT);
      const service = await context.loaders.of(context, serviceLoader).load(serviceId);
      if (service?.status !== 'ACTIVE') return null;
      const db = tenants.of(context);
      const providers = await findActiveProvidersOfService(db, serviceId, providerId);
      const schedules = await loadSchedules(db, providers, window, calendarsOf(context));
      const now = context.clock.now().getTime();
      const starts = inOrder(
        schedules.map((schedule) => [schedule.provider.id, offeredStarts(schedule, service, window, now)]),
      );
      const { edges, pageInfo } = pageOfStarts(starts, page);
      const byId = new Map(schedules.map((schedule) => [schedule.provider.id, schedule]));
      const slotOf = ({ providerId: id, startsAt }: OfferedStart): Slot[] => {
        const schedule = byId.get(id);
        if (!schedule) return [];
        const endsAt = new Date(startsAt + service.durationMinutes * MINUTE_MS);
        const { provider, calendar } = schedule;
        return [{ startsAt: new Date(startsAt), endsAt, provider, timeZone: calendar.timeZone }];
      };
      return {
        pageInfo,
        edges: edges.flatMap(({ cursor, node }) => slotOf(node).map((slot) => ({ cursor, node: slot }))),
      };
    },
    async isOffered(context, db, provider, service, startsAt) {
      const start = startsAt.getTime();
      const now = context.clock.now().getTime();
      if (!isWithinReach(service, start, now)) return false;
      const calendar = calendarsOf(context)(provider);
      const [schedule] = await loadSchedules(db, [provider], windowOf(calendar, start), () => calendar);
      return schedule !== undefined && isOffered(schedule, service, start, now);
    },
  };
}
