import type { RevenueFact } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { BookingStatus } from './facts.js';

export interface BookingFactRow {
  readonly bookingId: string;
  readonly status: BookingStatus;
  readonly statusRank: number;
  readonly statusAt: Date;
  readonly providerId: string;
  readonly serviceId: string;
  readonly startsAt: Date;
  /** `YYYY-MM-DD`. */
  readonly localDate: string;
  readonly priceAmount: number;
  readonly priceCurrency: string;
}

export interface RevenueFactRow extends Pick<RevenueFact, 'id' | 'source' | 'kind' | 'paymentId' | 'bookingId'> {
  /** Minor units; negative for what went back. */
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: Date;
  /** `YYYY-MM-DD`. */
  readonly localDate: string;
}

/** Takes over what is told of a booking, unless more recent news of it came before. */
export async function keepBookingFact(db: TenantDb, fact: BookingFactRow): Promise<void> {
  await db.$executeRaw`
    INSERT INTO analytics.booking_fact AS known
      (booking_id, status, status_rank, status_at,
       provider_id, service_id, starts_at, local_date, price_amount, price_currency)
    VALUES
      (${fact.bookingId}::uuid, ${fact.status}::analytics."BookingFactStatus",
       ${fact.statusRank}::smallint, ${fact.statusAt}, ${fact.providerId}::uuid, ${fact.serviceId}::uuid, ${fact.startsAt}, ${fact.localDate}::date,
       ${fact.priceAmount}::bigint, ${fact.priceCurrency})
    ON CONFLICT (tenant_id, booking_id) DO UPDATE SET
      status = excluded.status, status_rank = excluded.status_rank, status_at = excluded.status_at,
      provider_id = excluded.provider_id, service_id = excluded.service_id, starts_at = excluded.starts_at,
      local_date = excluded.local_date, price_amount = excluded.price_amount, price_currency = excluded.price_currency
    WHERE (excluded.status_rank, excluded.status_at) > (known.status_rank, known.status_at)`;
}

/** Writes money down once: a fact whose source is there already changes nothing. */
export async function keepRevenueFact(db: TenantDb, fact: RevenueFactRow): Promise<void> {
  await db.revenueFact.createMany({
    data: [{ ...fact, amount: BigInt(fact.amount), localDate: new Date(`${fact.localDate}T00:00:00Z`) }],
    skipDuplicates: true,
  });
}
