import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { once } from '../../_kernel/events/idempotency.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { useQuota } from '../../_kernel/quota/quota.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { AvailabilityService } from '../availability/availability.service.js';
import { findOfferedService } from '../catalogue/catalogue.store.js';
import type { ClientService } from '../client/client.service.js';
import { findClientsByIds, findClientsOfUsers, type ClientRow } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { firstStatus, HOLD_MS, newBookingSchema } from './reservation.js';
import { priceOfDraft, recordChanges, takeTime } from './reservation-record.js';
import { findBookingsByIds, insertHold, type BookingRow } from './reservation.store.js';

export interface NewBooking {
  readonly serviceId: string;
  readonly providerId: string;
  readonly startsAt: Date;
  /** Yourself when left out. */
  readonly clientId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly idempotencyKey: string;
}

export interface ReservationService {
  /**
   * Books one of the slots that are offered. What costs something waits 15 minutes for its payment, what is
   * free is confirmed at once. The same key gives the same booking.
   * @throws {UnauthenticatedError} when nobody of the tenant is signed in
   * @throws {ForbiddenError} for another client without `appointments:create`
   * @throws {NotFoundError} for an unknown client, and when no such provider offers such a service
   * @throws {ConflictError} SLOT_UNAVAILABLE, IDEMPOTENCY_KEY_REUSED
   * @throws {QuotaExceededError} when the plan has no more appointments this month, or no room for a new client
   * @throws {ValidationError}
   */
  create(context: RequestContext, input: NewBooking): Promise<BookingRow>;
}

export function createReservationService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly availability: AvailabilityService;
  readonly clients: ClientService;
}): ReservationService {
  const { tenants, outbox, availability, clients } = parts;

  /** Somebody named as the client: without `appointments:create` one books for oneself only. */
  const namedClient = async (context: RequestContext, db: TenantDb, clientId: string): Promise<ClientRow> => {
    const [client] = await findClientsByIds(db, [clientId]);
    if (!hasPermission(context, 'appointments:create') && client?.userId !== requireMember(context).userId) {
      throw new ForbiddenError('To book for somebody else needs the permission appointments:create');
    }
    if (!client) throw new NotFoundError('Client');
    return client;
  };

  /** Whoever is signed in; she may book before anything else of the platform has made her known here. */
  const ownClient = async (context: RequestContext, db: TenantDb): Promise<ClientRow> => {
    const { userId } = requireMember(context);
    const [known] = await findClientsOfUsers(db, [userId]);
    return known ?? clients.keepUser(context, db, { userId, displayName: null, email: null });
  };

  const book = async (
    context: RequestContext,
    db: TenantDb,
    input: Omit<NewBooking, 'idempotencyKey'>,
  ): Promise<string> => {
    const { providerId, serviceId, startsAt } = input;
    const now = context.clock.now();
    const offered = await findOfferedService(db, providerId, serviceId);
    if (offered?.provider.status !== 'ACTIVE' || offered.service.status !== 'ACTIVE') {
      throw new NotFoundError('Provider with this service');
    }
    const named = input.clientId == null ? null : await namedClient(context, db, input.clientId);
    if (!(await availability.isOffered(context, db, offered.provider, offered.service, startsAt))) {
      throw new ConflictError('This time is not available', 'SLOT_UNAVAILABLE');
    }
    const client = named ?? (await ownClient(context, db));
    const status = firstStatus(priceOfDraft({ offered }).amount);
    const note = input.note ?? null;
    const booking = await takeTime(context, db, { offered, client, startsAt, status, note, createdAt: now });
    if (status === 'PENDING') {
      const expiresAt = new Date(now.getTime() + HOLD_MS);
      await insertHold(db, { bookingId: booking.id, expiresAt, tenant: context.tenant });
    }
    await recordChanges(context, db, outbox, booking, [{ from: null, to: status, at: now }]);
    await useQuota(db, context, 'APPOINTMENTS');
    return booking.id;
  };

  return {
    async create(context, { idempotencyKey, ...given }) {
      requireMember(context);
      const input = validate(newBookingSchema, given);
      const booking = await tenants.transaction(context, async (db) => {
        const call = { operation: 'createBooking', key: idempotencyKey, input };
        const { id } = await once(context, db, call, () => book(context, db, input));
        return (await findBookingsByIds(db, [id]))[0];
      });
      context.loaders.clear();
      if (!booking) throw new NotFoundError('Booking');
      return booking;
    },
  };
}
