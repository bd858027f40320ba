import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { once } from '../../_kernel/events/idempotency.js';
import { useQuota } from '../../_kernel/quota/quota.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { newBookingSchema } from './reservation.js';
import type { Booker } from './reservation-booker.js';
import { findBookingsByIds, type BookingRow } from './reservation.store.js';

export interface NewBooking {
  readonly serviceId: string;
  /** Whoever of the qualified has least to do when left out. */
  readonly providerId?: string | null | undefined;
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
  readonly booker: Booker;
}): ReservationService {
  const { tenants, booker } = parts;

  const book = async (
    context: RequestContext,
    db: TenantDb,
    input: Omit<NewBooking, 'idempotencyKey'>,
  ): Promise<string> => {
    const named = await booker.namedClient(context, db, input.clientId);
    const candidates = await booker.candidatesFor(context, db, input, 'offered');
    const client = named ?? (await booker.ownClient(context, db));
    const note = input.note ?? null;
    const booking = await booker.book(context, db, candidates, input.startsAt, { client, note });
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
