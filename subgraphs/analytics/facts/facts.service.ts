import type { StoredEvent } from '../../_kernel/events/event.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { BookingFacts } from '../../booking/events.js';
import type { PaymentRefunded, PaymentSucceeded } from '../../commerce/events.js';
import { localDateOf } from '../calendar/calendar.js';
import { sourceOfPayment, sourceOfRefund, statusRank, type BookingStatus } from './facts.js';
import { keepBookingFact, keepRevenueFact } from './facts.store.js';

/**
 * What reports are made of. Every use case runs in the transaction of the reaction that calls it, and may be
 * repeated. Days are those of the calendar the tenant had when the event was written.
 */
export interface FactsService {
  /** A booking now stands at `status`; ignored when it is known to be further along. */
  followBooking(db: TenantDb, event: StoredEvent<string, BookingFacts>, status: BookingStatus): Promise<void>;
  recordPayment(db: TenantDb, event: StoredEvent<string, PaymentSucceeded>): Promise<void>;
  recordRefund(db: TenantDb, event: StoredEvent<string, PaymentRefunded>): Promise<void>;
}

const dayOf = (instant: Date, { headers }: StoredEvent): string => localDateOf(instant, headers.tenant.timeZone);

export function createFactsService(): FactsService {
  return {
    async followBooking(db, event, status) {
      const { bookingId, providerId, serviceId, price } = event.payload;
      const startsAt = new Date(event.payload.startsAt);
      await keepBookingFact(db, {
        bookingId,
        status,
        statusRank: statusRank(status),
        statusAt: event.occurredAt,
        providerId,
        serviceId,
        startsAt,
        localDate: dayOf(startsAt, event),
        priceAmount: price.amount,
        priceCurrency: price.currency,
      });
    },
    async recordPayment(db, event) {
      const { paymentId, bookingId, amount } = event.payload;
      await keepRevenueFact(db, {
        id: event.id,
        source: sourceOfPayment(paymentId),
        kind: 'PAYMENT',
        paymentId,
        bookingId,
        amount: amount.amount,
        currency: amount.currency,
        occurredAt: event.occurredAt,
        localDate: dayOf(event.occurredAt, event),
      });
    },
    async recordRefund(db, event) {
      const { paymentId, bookingId, amount } = event.payload;
      await keepRevenueFact(db, {
        id: event.id,
        source: sourceOfRefund(event.id),
        kind: 'REFUND',
        paymentId,
        bookingId,
        amount: -amount.amount,
        currency: amount.currency,
        occurredAt: event.occurredAt,
        localDate: dayOf(event.occurredAt, event),
      });
    },
  };
}
