import { ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findOfferedService } from '../catalogue/catalogue.store.js';
import { findClientsByIds } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { HOLD_MS, importedBookingSchema, wayTo, type BookingStatus } from './reservation.js';
import { priceOfDraft, recordChanges, takeTime, type StatusChange } from './reservation-record.js';
import { findBookingsByIds, insertHold, type BookingRow } from './reservation.store.js';

export interface ImportedBooking {
  /** Makes a repeat harmless: a booking with this id that is there already is left as it is. */
  readonly id?: string | null | undefined;
  readonly serviceId: string;
  readonly providerId: string;
  readonly clientId: string;
  readonly startsAt: Date;
  readonly status: BookingStatus;
  readonly note?: string | null | undefined;
  readonly createdAt: Date;
  /** When it was paid; `createdAt` when left out. */
  readonly confirmedAt?: Date | null | undefined;
  /** When it was completed, missed, cancelled or expired; see `settledAtOf` when left out. */
  readonly settledAt?: Date | null | undefined;
  /** Why it was cancelled. */
  readonly reason?: string | null | undefined;
}

export interface ReservationImportService {
  /**
   * Takes over a booking from elsewhere, past or future, as it stands there. Opening hours are not asked, as
   * they were others then; time that is taken stays taken. Its events say when things happened.
   * @throws {ForbiddenError} for everybody but the platform itself
   * @throws {NotFoundError} for an unknown client, and when no such provider offers such a service
   * @throws {ConflictError} SLOT_UNAVAILABLE
   * @throws {ValidationError}
   */
  importBooking(context: RequestContext, input: ImportedBooking): Promise<BookingRow>;
}

/** When a booking came to its end, unless that is told: at its own end, when its hold was over, or at once. */
function settledAtOf(status: BookingStatus, booking: { readonly endsAt: Date }, confirmedAt: Date): Date {
  if (status === 'COMPLETED' || status === 'NO_SHOW') return booking.endsAt;
  return status === 'EXPIRED' ? new Date(confirmedAt.getTime() + HOLD_MS) : confirmedAt;
}

export function createReservationImportService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
}): ReservationImportService {
  const { tenants, outbox } = parts;
  return {
    async importBooking(context, input) {
      if (context.principal.kind !== 'system') throw new ForbiddenError('Only the platform itself imports bookings');
      const imported = validate(importedBookingSchema, input);
      const { id, providerId, serviceId, clientId, startsAt, status, createdAt, reason } = imported;
      return tenants.transaction(context, async (db) => {
        const [known] = id ? await findBookingsByIds(db, [id]) : [];
        if (known) return known;
        const offered = await findOfferedService(db, providerId, serviceId);
        if (!offered) throw new NotFoundError('Provider with this service');
        const [client] = await findClientsByIds(db, [clientId]);
        if (!client) throw new NotFoundError('Client');

        const note = imported.note ?? null;
        const draft = { id: id ?? undefined, offered, client, startsAt, status, note, createdAt };
        const booking = await takeTime(context, db, draft);
        if (status === 'PENDING') {
          const expiresAt = new Date(createdAt.getTime() + HOLD_MS);
          await insertHold(db, { bookingId: booking.id, expiresAt, tenant: context.tenant });
        }
        const confirmedAt = imported.confirmedAt ?? createdAt;
        const settledAt = imported.settledAt ?? settledAtOf(status, booking, confirmedAt);
        const changes = wayTo(status, priceOfDraft(draft).amount).map((to, at, way): StatusChange => {
          const from = way[at - 1] ?? null;
          if (from === null) return { from, to, at: createdAt };
          return to === 'CONFIRMED' ? { from, to, at: confirmedAt } : { from, to, at: settledAt, reason };
        });
        await recordChanges(context, db, outbox, booking, changes);
        return booking;
      });
    },
  };
}
