import { z } from 'zod';
import { ConflictError, ForbiddenError, InvalidTransitionError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { hasRoom, quotaOf, useQuota } from '../../_kernel/quota/quota.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { AvailabilityService } from '../availability/availability.service.js';
import { findOfferedService, findServicesByIds } from '../catalogue/catalogue.store.js';
import type { ClientService } from '../client/client.service.js';
import { findClientsByIds, type ClientRow } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import type { Booker } from '../reservation/reservation-booker.js';
import type { ReservationStatusService } from '../reservation/reservation-status.service.js';
import type { NamedBooking } from '../reservation/reservation.store.js';
import { stayTermsOf } from '../stay/stay.js';
import {
  countWaiting,
  findEntriesOfClient,
  findEntryOfBooking,
  findWaitingFor,
  findWaitingPage,
  insertEntry,
  lockEntry,
  updateEntry,
  WAITLIST_SORT,
  type WaitlistEntryRow,
} from './waitlist.store.js';

export interface NewWaitlistEntry {
  readonly serviceId: string;
  /** Whoever does it when left out. */
  readonly providerId?: string | null | undefined;
  /** The first and the last start that would do. */
  readonly earliest: Date;
  readonly latest: Date;
  /** Yourself when left out. */
  readonly clientId?: string | null | undefined;
}

/** A start of a provider that may be free. */
export interface Gap {
  readonly providerId: string;
  readonly startsAt: Date;
}

/** A stretch of a provider's time that may be free again. */
export interface FreedTime {
  readonly providerId: string;
  readonly from: Date;
  readonly until: Date;
}

export interface WaitlistService {
  /**
   * @throws {UnauthenticatedError}; @throws {ForbiddenError} for another client without `appointments:create`
   * @throws {NotFoundError} for an unknown service, provider or client
   * @throws {ConflictError} when she waits for twenty things already
   * @throws {ValidationError} also for what is booked by the night: what is given back is a start, which is no stay
   */
  join(context: RequestContext, input: NewWaitlistEntry): Promise<WaitlistEntryRow>;
  /** @throws {NotFoundError} for somebody else's; @throws {InvalidTransitionError} once it is settled */
  leave(context: RequestContext, id: string): Promise<WaitlistEntryRow>;
  /** Takes what was offered: what is free is confirmed, the rest waits for its payment as long as it is held. */
  accept(context: RequestContext, id: string): Promise<WaitlistEntryRow>;
  /** Your own that wait or have an offer. @throws {UnauthenticatedError} */
  mine(context: RequestContext): Promise<readonly WaitlistEntryRow[]>;
  /** Everybody who waits, in their order. @throws {ForbiddenError} without `appointments:read` */
  list(context: RequestContext, args: PageArgs & { readonly serviceId?: string | undefined }): Promise<Connection<WaitlistEntryRow>>;
  /** Who would take a gap, in their order. @throws {ForbiddenError} without `appointments:read` */
  suggestions(context: RequestContext, gap: Gap): Promise<readonly WaitlistEntryRow[]>;
  /**
   * Holds time for those who wait and whose start would take some of it, as many as it is enough for and in their
   * order, in the caller's transaction.
   */
  fill(context: RequestContext, db: TenantDb, freed: FreedTime): Promise<void>;
  /** Holds a gap for the first who takes it. @returns whom; null for nobody @throws {ForbiddenError} without `appointments:create` */
  fillGap(context: RequestContext, gap: Gap): Promise<WaitlistEntryRow | null>;
  /** What has become of an offer, in the caller's transaction. */
  settle(db: TenantDb, bookingId: string, outcome: 'BOOKED' | 'LAPSED'): Promise<void>;
}

/** How long a gap is held for whom it is offered to. */
export const OFFER_MS = 30 * 60_000;
const MOST_WAITING = 20;
/** More than this many are not asked for one gap at once. */
const MOST_ASKED = 50;
/** Nothing that is booked by the hour takes longer. */
const LONGEST_SERVICE_MS = 24 * 3_600_000;

const entrySchema = z
  .object({
    serviceId: z.string(),
    providerId: z.string().nullish(),
    earliest: z.date(),
    latest: z.date(),
    clientId: z.string().nullish(),
  })
  .refine(({ earliest, latest }) => earliest <= latest, { path: ['latest'], message: 'must not be before earliest' });

export function createWaitlistService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly booker: Booker;
  readonly availability: Pick<AvailabilityService, 'startsOver'>;
  readonly clients: ClientService;
  readonly statuses: ReservationStatusService;
}): WaitlistService {
  const { tenants, outbox, booker, availability, clients, statuses } = parts;

  /** Locks an entry of whoever asks, or of anybody for staff. */
  const ownEntry = async (context: RequestContext, db: TenantDb, id: string): Promise<WaitlistEntryRow> => {
    const { userId } = requireMember(context);
    const entry = await lockEntry(db, id);
    const [client] = entry ? await findClientsByIds(db, [entry.clientId]) : [];
    const isAllowed = client?.userId === userId || hasPermission(context, 'appointments:update');
    if (!entry || !isAllowed) throw new NotFoundError('WaitlistEntry');
    return entry;
  };

  const offer = async (context: RequestContext, db: TenantDb, entry: WaitlistEntryRow, gap: Gap): Promise<NamedBooking | null> => {
    const locked = await lockEntry(db, entry.id);
    const [client] = await findClientsByIds(db, [entry.clientId]);
    if (locked?.status !== 'WAITING' || !client) return null;
    try {
      const slot = { ...gap, serviceId: entry.serviceId };
      const candidates = await booker.candidatesFor(context, db, slot, 'offered');
      const expiresAt = new Date(context.clock.now().getTime() + OFFER_MS);
      const booking = await booker.book(context, db, candidates, gap.startsAt, { client, note: null, heldUntil: expiresAt });
      await updateEntry(db, entry.id, { status: 'OFFERED', bookingId: booking.id });
      await tell(context, db, entry, client, booking, expiresAt);
      return booking;
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) return null;
      throw error;
    }
  };

  const tell = (
    context: RequestContext,
    db: TenantDb,
    entry: WaitlistEntryRow,
    client: ClientRow,
    { id: bookingId, startsAt, service, provider }: NamedBooking,
    expiresAt: Date,
  ): Promise<void> =>
    outbox.emit(db, context, 'booking.waitlist_offered', {
      entryId: entry.id,
      bookingId,
      clientId: client.id,
      clientUserId: client.userId,
      serviceId: entry.serviceId,
      serviceName: service.name,
      providerName: provider.name,
      startsAt: startsAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    });

  /** Offers to the first of those who wait who takes what there is for her. */
  const offerFirst = async (
    context: RequestContext,
    db: TenantDb,
    providerId: string,
    waiting: readonly WaitlistEntryRow[],
    startFor: (entry: WaitlistEntryRow) => Promise<Date | null>,
  ): Promise<{ readonly entryId: string; readonly booking: NamedBooking } | null> => {
    if (waiting.length === 0 || !hasRoom(await quotaOf(db, context, 'APPOINTMENTS'))) return null;
    for (const entry of waiting) {
      const startsAt = await startFor(entry);
      const booking = startsAt && (await offer(context, db, entry, { providerId, startsAt }));
      if (!booking) continue;
      await useQuota(db, context, 'APPOINTMENTS');
      return { entryId: entry.id, booking };
    }
    return null;
  };

  const waitingFor = (db: TenantDb, { providerId, startsAt }: Gap): Promise<WaitlistEntryRow[]> =>
    findWaitingFor(db, { providerId, first: startsAt, last: startsAt }, MOST_ASKED);

  const fill = async (context: RequestContext, db: TenantDb, freed: FreedTime): Promise<void> => {
    const { providerId, from, until } = freed;
    if (from >= until || until <= context.clock.now()) return;
    const first = new Date(from.getTime() - LONGEST_SERVICE_MS);
    const waiting = await findWaitingFor(db, { providerId, first, last: until }, MOST_ASKED);
    const known = new Map<string, readonly Date[]>();
    const offered = await offerFirst(context, db, providerId, waiting, async ({ serviceId, earliest, latest }) => {
      const starts = known.get(serviceId) ?? (await availability.startsOver(context, db, { providerId, serviceId }, freed));
      known.set(serviceId, starts);
      const possible = starts.filter((start) => start >= earliest && start <= latest);
      // From its beginning on, so that nothing is left over before it where that can be.
      return possible.find((start) => start >= from) ?? possible[0] ?? null;
    });
    if (!offered) return;
    const { startsAt, endsAt } = offered.booking;
    await fill(context, db, { providerId, from, until: startsAt });
    await fill(context, db, { providerId, from: endsAt, until });
  };

  return {
    async join(context, given) {
      requireMember(context);
      const { serviceId, providerId = null, earliest, latest, clientId } = validate(entrySchema, given);
      return tenants.transaction(context, async (db) => {
        const named = await booker.namedClient(context, db, clientId);
        const [service] = await findServicesByIds(db, [serviceId]);
        if (service?.status !== 'ACTIVE') throw new NotFoundError('Service');
        if (stayTermsOf(service) !== null) throw ValidationError.of('serviceId', 'must be of a service that is not booked by the night');
        if (providerId !== null && !(await findOfferedService(db, providerId, serviceId))) {
          throw new NotFoundError('Provider with this service');
        }
        const client = named ?? (await booker.ownClient(context, db));
        if ((await countWaiting(db, client.id)) >= MOST_WAITING) {
          throw new ConflictError(`Nobody can wait for more than ${MOST_WAITING} things`);
        }
        const createdAt = context.clock.now();
        return insertEntry(db, { id: uuidv7(), clientId: client.id, serviceId, providerId, earliest, latest, createdAt });
      });
    },
    async leave(context, id) {
      const entry = await tenants.transaction(context, async (db) => {
        const own = await ownEntry(context, db, id);
        if (own.status !== 'WAITING' && own.status !== 'OFFERED') throw new InvalidTransitionError(own.status, 'LEFT');
        await updateEntry(db, id, { status: 'LEFT' });
        return own;
      });
      if (entry.bookingId !== null) await statuses.cancel(context, entry.bookingId, 'Offer declined');
      return { ...entry, status: 'LEFT' };
    },
    accept: (context, id) =>
      tenants.transaction(context, async (db) => {
        const own = await ownEntry(context, db, id);
        if (own.status !== 'OFFERED' || own.bookingId === null) throw new InvalidTransitionError(own.status, 'BOOKED');
        const isConfirmed = await statuses.confirmFree(context, db, own.bookingId);
        if (!isConfirmed) return own;
        await updateEntry(db, id, { status: 'BOOKED' });
        return { ...own, status: 'BOOKED' };
      }),
    async mine(context) {
      requireMember(context);
      const client = await clients.own(context);
      return client ? findEntriesOfClient(tenants.of(context), client.id) : [];
    },
    async list(context, { serviceId, ...args }) {
      requirePermission(context, 'appointments:read');
      const page = pageOf(args, WAITLIST_SORT);
      const rows = await findWaitingPage(tenants.of(context), serviceId, page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async suggestions(context, gap) {
      requirePermission(context, 'appointments:read');
      return waitingFor(tenants.of(context), gap);
    },
    fill,
    async fillGap(context, gap) {
      if (!hasPermission(context, 'appointments:create')) {
        throw new ForbiddenError('To book for somebody else needs the permission appointments:create');
      }
      if (gap.startsAt <= context.clock.now()) return null;
      return tenants.transaction(context, async (db) => {
        const offered = await offerFirst(context, db, gap.providerId, await waitingFor(db, gap), async () => gap.startsAt);
        return offered && lockEntry(db, offered.entryId);
      });
    },
    async settle(db, bookingId, outcome) {
      const entry = await findEntryOfBooking(db, bookingId);
      if (entry?.status === 'OFFERED') await updateEntry(db, entry.id, { status: outcome });
    },
  };
}
