import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { inTurn } from '../assignment/assignment.store.js';
import type { AvailabilityService } from '../availability/availability.service.js';
import { findBookableOfferings, findOfferedService, isBookable, type OfferedService } from '../catalogue/catalogue.store.js';
import type { ClientService } from '../client/client.service.js';
import { findClientsByIds, findClientsOfUsers, type ClientRow } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { lacksResources, lockAll, locksOf, sharedSessionId } from '../resource/resource-claim.js';
import { travelLocksOf } from '../travel/travel.store.js';
import { firstStatus, HOLD_MS } from './reservation.js';
import { priceOfDraft, recordChanges, slotTaken, takeTime, type Agreed } from './reservation-record.js';
import { insertHold, isPlainlyTaken, type NamedBooking } from './reservation.store.js';

export interface WantedSlot {
  readonly serviceId: string;
  /** Whoever of the qualified has least to do when left out. */
  readonly providerId?: string | null | undefined;
  readonly startsAt: Date;
}

export interface BookedFor {
  readonly client: ClientRow;
  readonly note: string | null;
  /** Holds it until then, also where it costs nothing; until then it is an offer. */
  readonly heldUntil?: Date | undefined;
  /** What it is made together with, and its place there. */
  readonly group?: { readonly id: string; readonly position: number } | undefined;
  /** How many, for what is booked by the night. */
  readonly nights?: number | undefined;
  /** Confirms it at once and at its own price, to be paid later. */
  readonly agreed?: Agreed | undefined;
}

/** The steps of making bookings, for use cases that make one or several in a transaction of theirs. */
export interface Booker {
  /**
   * Somebody named as the client; null for whoever is signed in.
   * @throws {ForbiddenError} for another client without `appointments:create`
   * @throws {NotFoundError}
   */
  namedClient(context: RequestContext, db: TenantDb, clientId: string | null | undefined): Promise<ClientRow | null>;
  /** Whoever is signed in; she may book before anything else of the platform has made her known here. */
  ownClient(context: RequestContext, db: TenantDb): Promise<ClientRow>;
  /**
   * Those who can do it at that time, best first; their locks are held from then on.
   * @param how whether the start must be one of those offered, or only free: what follows something else may begin
   *   between starts
   * @throws {NotFoundError} when nobody bookable does such a service
   * @throws {ConflictError} SLOT_UNAVAILABLE
   */
  candidatesFor(context: RequestContext, db: TenantDb, slot: WantedSlot, how: 'offered' | 'free'): Promise<OfferedService[]>;
  /**
   * Takes the time of the first candidate who still has it. Quotas are left to the caller, who must use them after
   * the last booking of the transaction.
   * @throws {ConflictError} SLOT_UNAVAILABLE
   */
  book(
    context: RequestContext,
    db: TenantDb,
    candidates: readonly OfferedService[],
    startsAt: Date,
    bookedFor: BookedFor,
  ): Promise<NamedBooking>;
}

const isSlotTaken = (error: unknown): boolean => error instanceof ConflictError && error.code === 'SLOT_UNAVAILABLE';

export function createBooker(parts: {
  readonly outbox: Outbox<BookingEvents>;
  readonly availability: AvailabilityService;
  readonly clients: ClientService;
}): Booker {
  const { outbox, availability, clients } = parts;

  const offeringOf = async (db: TenantDb, slot: WantedSlot, providerId: string): Promise<OfferedService> => {
    const { serviceId, startsAt } = slot;
    const sessionId = sharedSessionId(providerId, serviceId, startsAt);
    if (await isPlainlyTaken(db, { providerId, serviceId, startsAt, sessionId })) throw slotTaken();
    const offered = await findOfferedService(db, providerId, serviceId);
    if (!offered || !isBookable(offered)) throw new NotFoundError('Provider with this service');
    return offered;
  };

  const offeringsOf = async (db: TenantDb, slot: WantedSlot): Promise<OfferedService[]> => {
    if (slot.providerId != null) return [await offeringOf(db, slot, slot.providerId)];
    const all = (await findBookableOfferings(db, slot.serviceId, undefined)).filter(isBookable);
    if (all.length === 0) throw new NotFoundError('Service');
    return all;
  };

  return {
    async namedClient(context, db, clientId) {
      if (clientId == null) return null;
      const [client] = await findClientsByIds(db, [clientId]);
      if (!hasPermission(context, 'appointments:create') && client?.userId !== requireMember(context).userId) {
        throw new ForbiddenError('To book for somebody else needs the permission appointments:create');
      }
      if (!client) throw new NotFoundError('Client');
      return client;
    },
    async ownClient(context, db) {
      const { userId } = requireMember(context);
      const [known] = await findClientsOfUsers(db, [userId]);
      return known ?? clients.keepUser(context, db, { userId, displayName: null, email: null });
    },
    async candidatesFor(context, db, slot, how) {
      const { startsAt } = slot;
      const offerings = await offeringsOf(db, slot);
      const [first] = offerings;
      if (first && offerings.length === 1 && (await lacksResources(db, first, startsAt))) throw slotTaken();
      const travel = await travelLocksOf(db, offerings);
      await lockAll(db, [...travel, ...offerings.flatMap((offered) => locksOf(offered, startsAt))]);
      const free = await availability.whoIsFree(context, db, offerings, startsAt, how);
      if (free.length === 0) throw slotTaken();
      if (free.length === 1) return free;
      return inTurn(db, free, startsAt);
    },
    async book(context, db, candidates, startsAt, { client, note, group, heldUntil, nights, agreed }) {
      const createdAt = context.clock.now();
      for (const offered of candidates) {
        const unpaid = agreed ? 'CONFIRMED' : firstStatus(priceOfDraft({ offered, nights }).amount);
        const status = heldUntil ? 'PENDING' : unpaid;
        try {
          const booking = await takeTime(context, db, { offered, client, startsAt, status, note, createdAt, group, nights, agreed });
          if (status === 'PENDING') {
            const expiresAt = heldUntil ?? new Date(createdAt.getTime() + HOLD_MS);
            await insertHold(db, { bookingId: booking.id, expiresAt, tenant: context.tenant });
          }
          await recordChanges(context, db, outbox, booking, [{ from: null, to: status, at: createdAt }]);
          return booking;
        } catch (error) {
          if (!isSlotTaken(error)) throw error;
        }
      }
      throw slotTaken();
    },
  };
}
