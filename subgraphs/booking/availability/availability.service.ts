import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { validate } from '../../_kernel/validation/validate.js';
import { pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ServiceLoader } from '../catalogue/catalogue.loader.js';
import {
  findBookableOfferings,
  findOfferedService,
  isBookable,
  type OfferedService,
} from '../catalogue/catalogue.store.js';
import type { ProviderRow } from '../provider/provider.store.js';
import { isOffered, isWithinReach, MAX_WINDOW_DAYS, offeredStarts, windowOf } from './availability.js';
import { obstacleOfReach, obstaclesTo, type Obstacle } from './explanation.js';
import { calendarsOf, loadSchedules } from './schedules.js';
import { inOrder, pageOfStarts, SLOT_SORT, type OfferedStart } from './slots.js';
import { MINUTE_MS } from './zone-calendar.js';

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
   * Who of those that do one service can do it at a start, as seen by a transaction.
   * @param how whether the start must be one of those offered, or may lie between them
   */
  whoIsFree(
    context: RequestContext,
    db: TenantDb,
    offerings: readonly OfferedService[],
    startsAt: Date,
    how: 'offered' | 'free',
  ): Promise<OfferedService[]>;
  /**
   * The starts offered for a service of a provider that take some of the time between two instants, in order, as seen
   * by a transaction; of what lies within a month.
   */
  startsOver(
    context: RequestContext,
    db: TenantDb,
    of: { readonly providerId: string; readonly serviceId: string },
    between: { readonly from: Date; readonly until: Date },
  ): Promise<readonly Date[]>;
  /**
   * Everything that keeps a start from being booked; empty exactly when it is offered.
   * @returns null when no such provider does such a service
   * @throws {ForbiddenError} without `appointments:read`
   */
  explain(context: RequestContext, slot: SlotOfProvider): Promise<readonly Obstacle[] | null>;
}

export interface SlotOfProvider {
  readonly serviceId: string;
  readonly providerId: string;
  readonly startsAt: Date;
}

const windowSchema = z.object({
  from: z.iso.date('must be a calendar date such as 2027-01-31'),
  days: z.int().min(1, 'must be at least 1').max(MAX_WINDOW_DAYS, `must be at most ${MAX_WINDOW_DAYS}`),
});

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
      const offerings = await findBookableOfferings(db, serviceId, providerId);
      const schedules = await loadSchedules(db, offerings, window, calendarsOf(context));
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
    async whoIsFree(context, db, offerings, startsAt, how) {
      const start = startsAt.getTime();
      const now = context.clock.now().getTime();
      const able = offerings.filter((offered) => isBookable(offered) && isWithinReach(offered.service, start, now));
      const calendarOf = calendarsOf(context);
      const [first] = able;
      if (!first) return [];
      // Calendars of the far west and the far east are two days apart.
      const earliest = Math.min(...able.map(({ provider }) => Date.parse(calendarOf(provider).dateOf(start))));
      const from = new Date(earliest).toISOString().slice(0, 10);
      const schedules = await loadSchedules(db, able, { from, days: 3 }, calendarOf);
      return able.filter((_offered, at) => {
        const schedule = schedules[at];
        if (!schedule) return false;
        if (how === 'offered') return isOffered(schedule, first.service, start, now);
        return obstaclesTo(schedule, first.service, start, now).every(({ code }) => code === 'BETWEEN_STARTS');
      });
    },
    async startsOver(context, db, { providerId, serviceId }, between) {
      const offered = await findOfferedService(db, providerId, serviceId);
      if (!offered || !isBookable(offered)) return [];
      const calendarOf = calendarsOf(context);
      const calendar = calendarOf(offered.provider);
      const earliest = between.from.getTime() - offered.service.durationMinutes * MINUTE_MS;
      const until = between.until.getTime();
      const from = calendar.dateOf(earliest);
      const days = Temporal.PlainDate.from(from).until(calendar.dateOf(until), { largestUnit: 'days' }).days + 1;
      const window = { from, days: Math.min(days, MAX_WINDOW_DAYS) };
      const [schedule] = await loadSchedules(db, [offered], window, calendarOf);
      if (!schedule) return [];
      const starts = [...offeredStarts(schedule, offered.service, window, context.clock.now().getTime())];
      return starts.filter((start) => start > earliest && start < until).map((start) => new Date(start));
    },
    async explain(context, { serviceId, providerId, startsAt }) {
      requirePermission(context, 'appointments:read');
      const db = tenants.of(context);
      const offered = await findOfferedService(db, providerId, serviceId);
      if (!offered) return null;
      const start = startsAt.getTime();
      const now = context.clock.now().getTime();
      const { provider, service } = offered;
      const never: Obstacle[] = [];
      if (service.status !== 'ACTIVE') never.push({ code: 'SERVICE_NOT_BOOKABLE', detail: null });
      if (provider.status !== 'ACTIVE' || !provider.bookable) {
        never.push({ code: 'PROVIDER_NOT_BOOKABLE', detail: null });
      }
      const reach = obstacleOfReach(service, start, now);
      if (reach) return [...never, reach];
      const calendar = calendarsOf(context)(provider);
      const [schedule] = await loadSchedules(db, [offered], windowOf(calendar, start), () => calendar);
      return schedule ? [...never, ...obstaclesTo(schedule, service, start, now)] : never;
    },
  };
}
