import { z } from 'zod';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { once } from '../../_kernel/events/idempotency.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { useQuota } from '../../_kernel/quota/quota.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { calendarsOf } from '../availability/schedules.js';
import { priceAmountSchema } from '../catalogue/catalogue.js';
import { findOfferedService, isBookable, type OfferedService } from '../catalogue/catalogue.store.js';
import { findRequirementsOf } from '../resource/resource.store.js';
import { lockAll } from '../resource/resource-claim.js';
import { findWay, findWhereabouts, travelLocksOf } from '../travel/travel.store.js';
import type { BookedFor, Booker } from '../reservation/reservation-booker.js';
import type { ReservationQueryService } from '../reservation/reservation-query.service.js';
import type { BookingRow, NamedBooking } from '../reservation/reservation.store.js';
import { monthsFrom, stayOn, stayTermsOf, type StayTerms } from '../stay/stay.js';
import type { BookingGroupLoaders } from './booking-group.loader.js';
import { findGroupsPage, GROUP_SORT, insertGroup, type BookingGroupRow, type GroupFilter } from './booking-group.store.js';
import { occurrencesOf } from './recurrence.js';

interface NewGroup {
  readonly startsAt: Date;
  /** Yourself when left out. */
  readonly clientId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly idempotencyKey: string;
}

export interface NewVisit extends NewGroup {
  /** In the order in which they are done; whoever has least to do where no provider is named. */
  readonly services: readonly { readonly serviceId: string; readonly providerId?: string | null | undefined }[];
}

export interface NewSeries extends NewGroup {
  readonly serviceId: string;
  readonly providerId: string;
  /** RFC 5545, such as `FREQ=WEEKLY;COUNT=4`. */
  readonly rule: string;
}

export interface NewMonths extends Pick<NewGroup, 'note' | 'idempotencyKey'> {
  readonly serviceId: string;
  readonly providerId: string;
  readonly clientId: string;
  /** First day, `YYYY-MM-DD` on the calendar of where somebody stays. */
  readonly arrival: string;
  readonly months: number;
  /** For each month, in minor units of the service's currency. */
  readonly priceAmount: number;
}

/** Bookings that are made together, all or none of them. */
export interface BookingGroupService {
  /** Null for one of which you may see no booking. */
  find(context: RequestContext, id: string): Promise<BookingGroupRow | null>;
  /** Newest first. @throws {ForbiddenError} without `appointments:read` */
  list(context: RequestContext, args: PageArgs, filter: GroupFilter): Promise<Connection<BookingGroupRow>>;
  /** Those that you may see, in order. */
  bookingsOf(context: RequestContext, id: string): Promise<readonly BookingRow[]>;
  /**
   * Books services one after the other; each begins when the one before has ended, and of one provider when she is
   * free again. The same key gives the same visit.
   * @throws as `ReservationService.create` does
   */
  createVisit(context: RequestContext, input: NewVisit): Promise<BookingGroupRow>;
  /**
   * Books a service with a provider at every time of a rule, at the same time on her wall clock.
   * @throws as `ReservationService.create` does
   */
  createSeries(context: RequestContext, input: NewSeries): Promise<BookingGroupRow>;
  /**
   * Lets a unit that is booked by the night for months on end, as was agreed with a client: a booking for each month,
   * which stands at once and is paid when its month begins. Notice, horizon and numbers of nights do not matter, nor
   * do the hours in which others can come; whether the unit is free does. Only staff move or end what was agreed.
   * @throws {ForbiddenError} without `appointments:create`
   * @throws as `ReservationService.create` does
   */
  createMonths(context: RequestContext, input: NewMonths): Promise<BookingGroupRow>;
}

const common = { startsAt: z.date(), clientId: z.string().nullish(), note: textSchema(2_000).nullish() };

const visitSchema = z.object({
  ...common,
  services: z
    .array(z.object({ serviceId: z.string(), providerId: z.string().nullish() }))
    .min(1, 'must be at least 1')
    .max(10, 'must be at most 10'),
});

const seriesSchema = z.object({ ...common, serviceId: z.string(), providerId: z.string(), rule: z.string().max(500) });

const MOST_MONTHS = 36;

const monthsSchema = z.object({
  serviceId: z.string(),
  providerId: z.string(),
  clientId: z.string(),
  note: common.note,
  arrival: z.iso.date('must be a calendar date such as 2027-01-31'),
  months: z.int().min(1, 'must be at least 1').max(MOST_MONTHS, `must be at most ${MOST_MONTHS}`),
  priceAmount: priceAmountSchema,
});

/** Each month begins at the hour at which the one before has ended, or later. */
function assertMonthsFollow({ checkInMinute, checkOutMinute }: StayTerms, { service }: OfferedService): void {
  if (checkOutMinute + service.bufferBeforeMinutes + service.bufferAfterMinutes > checkInMinute) {
    throw ValidationError.of('serviceId', 'must leave its buffers between check-out and check-in');
  }
}

interface Stop extends Pick<BookedFor, 'nights' | 'agreed'> {
  readonly startsAt: Date;
  readonly candidates: readonly OfferedService[];
}

/**
 * What a group locks before its first booking: groups of a tenant go one after the other, as what they need shows
 * only as they go, and what services need of resources, and who has to travel, is locked for all of them.
 */
const locksOfGroup = async (db: TenantDb, serviceIds: readonly string[]): Promise<string[]> => [
  'groups',
  ...(await travelLocksOf(db, await findWhereabouts(db, serviceIds))),
  ...(await findRequirementsOf(db, serviceIds)).flatMap(({ resources }) => resources.map(({ kind }) => `kind:${kind}`)),
];

/** When the next service can begin: behind the one before, and clear of its buffers and the way where she does both. */
async function behind(db: TenantDb, before: NamedBooking, next: OfferedService): Promise<Date> {
  if (next.providerId !== before.providerId) return before.endsAt;
  const lead = next.service.bufferBeforeMinutes * 60_000 + (await findWay(db, before, next.locationId));
  return new Date(Math.max(before.endsAt.getTime(), before.blockedUntil.getTime() + lead));
}

export function createBookingGroupService(parts: {
  readonly tenants: TenantDatabase;
  readonly booker: Booker;
  readonly queries: ReservationQueryService;
  readonly loaders: BookingGroupLoaders;
}): BookingGroupService {
  const { tenants, booker, queries, loaders } = parts;

  const bookingsOf = async (context: RequestContext, id: string): Promise<BookingRow[]> => {
    const ids = await context.loaders.of(context, loaders.membersOf).load(id);
    const bookings = await Promise.all(ids.map((booking) => queries.find(context, booking)));
    return bookings.filter((booking) => booking !== null);
  };

  const find = async (context: RequestContext, id: string): Promise<BookingGroupRow | null> => {
    const group = await context.loaders.of(context, loaders.byId).load(id);
    return group && (await bookingsOf(context, id)).length > 0 ? group : null;
  };

  /** Writes the group down and lets `fill` book into it; quotas come last, as whoever waits for them holds nothing. */
  const make = async (
    context: RequestContext,
    db: TenantDb,
    input: { readonly clientId?: string | null | undefined; readonly note?: string | null | undefined },
    { kind, rule = null }: { readonly kind: BookingGroupRow['kind']; readonly rule?: string | null },
    fill: (bookNext: (stop: Stop) => Promise<NamedBooking>) => Promise<void>,
  ): Promise<string> => {
    const client = await booker.namedClient(context, db, input.clientId);
    if (!client) throw new NotFoundError('Client');
    const id = uuidv7();
    await insertGroup(db, { id, kind, rule, clientId: client.id, createdAt: context.clock.now() });
    let position = 0;
    await fill(async ({ candidates, startsAt, ...stop }) => {
      const group = { id, position };
      position += 1;
      return booker.book(context, db, candidates, startsAt, { client, note: input.note ?? null, group, ...stop });
    });
    await useQuota(db, context, 'APPOINTMENTS', position);
    return id;
  };

  const visit = (context: RequestContext, db: TenantDb, input: Omit<NewVisit, 'idempotencyKey'>): Promise<string> =>
    make(context, db, input, { kind: 'VISIT' }, async (bookNext) => {
      await lockAll(db, await locksOfGroup(db, input.services.map(({ serviceId }) => serviceId)));
      let before: NamedBooking | undefined;
      for (const { serviceId, providerId } of input.services) {
        const next = providerId == null ? null : await findOfferedService(db, providerId, serviceId);
        const startsAt: Date = before === undefined ? input.startsAt : next ? await behind(db, before, next) : before.endsAt;
        const how = before === undefined ? 'offered' : 'free';
        const candidates = await booker.candidatesFor(context, db, { serviceId, providerId, startsAt }, how);
        before = await bookNext({ candidates, startsAt });
      }
    });

  const series = async (
    context: RequestContext,
    db: TenantDb,
    input: Omit<NewSeries, 'idempotencyKey'>,
  ): Promise<string> => {
    const { serviceId, providerId, rule } = input;
    const offered = await findOfferedService(db, providerId, serviceId);
    if (!offered) throw new NotFoundError('Provider with this service');
    const starts = occurrencesOf(rule, input.startsAt, offered.provider.timeZone ?? context.tenant.timeZone);
    return make(context, db, input, { kind: 'SERIES', rule }, async (bookNext) => {
      await lockAll(db, await locksOfGroup(db, [serviceId]));
      for (const startsAt of starts) {
        const candidates = await booker.candidatesFor(context, db, { serviceId, providerId, startsAt }, 'offered');
        await bookNext({ candidates, startsAt });
      }
    });
  };

  const months = async (context: RequestContext, db: TenantDb, input: Omit<NewMonths, 'idempotencyKey'>): Promise<string> => {
    const { serviceId, providerId, arrival, priceAmount: amount } = input;
    const offered = await findOfferedService(db, providerId, serviceId);
    const terms = offered && isBookable(offered) ? stayTermsOf(offered.service) : null;
    if (!offered || !terms) throw new NotFoundError('Service by the night');
    assertMonthsFollow(terms, offered);
    const calendar = calendarsOf(context)(offered.provider);
    const stays = monthsFrom(arrival, input.months).map(({ arrival: day, nights }) => {
      const startsAt = new Date(stayOn(calendar, terms, { arrival: day, nights }).start);
      const agreed = { price: { amount, currency: offered.service.priceCurrency }, dueAt: startsAt };
      return { startsAt, nights, agreed, candidates: [offered] };
    });
    const [first] = stays;
    if (first && first.startsAt < context.clock.now()) throw ValidationError.of('arrival', 'must not be past');
    return make(context, db, input, { kind: 'MONTHS' }, async (bookNext) => {
      await lockAll(db, await locksOfGroup(db, [serviceId]));
      for (const stay of stays) await bookNext(stay);
    });
  };

  const created = async <Input extends { readonly clientId?: string | null | undefined }>(
    context: RequestContext,
    call: { readonly operation: string; readonly key: string; readonly input: Input },
    work: (context: RequestContext, db: TenantDb, input: Input) => Promise<string>,
  ): Promise<BookingGroupRow> => {
    // In a transaction of its own: who waits for room for a new client must hold no slots meanwhile.
    const own = call.input.clientId == null ? await tenants.transaction(context, (db) => booker.ownClient(context, db)) : null;
    const input = { ...call.input, clientId: own?.id ?? call.input.clientId };
    const { id } = await tenants.transaction(context, (db) => once(context, db, call, () => work(context, db, input)));
    context.loaders.clear();
    const group = await context.loaders.of(context, loaders.byId).load(id);
    if (!group) throw new NotFoundError('BookingGroup');
    return group;
  };

  return {
    find,
    bookingsOf,
    async list(context, args, filter) {
      requirePermission(context, 'appointments:read');
      const page = pageOf(args, GROUP_SORT);
      return connectionOf(page, await findGroupsPage(tenants.of(context), filter, page), ({ id }) => [id]);
    },
    async createVisit(context, { idempotencyKey: key, ...given }) {
      requireMember(context);
      return created(context, { operation: 'createVisit', key, input: validate(visitSchema, given) }, visit);
    },
    async createSeries(context, { idempotencyKey: key, ...given }) {
      requireMember(context);
      return created(context, { operation: 'createSeries', key, input: validate(seriesSchema, given) }, series);
    },
    async createMonths(context, { idempotencyKey: key, ...given }) {
      requirePermission(context, 'appointments:create');
      return created(context, { operation: 'createMonths', key, input: validate(monthsSchema, given) }, months);
    },
  };
}
