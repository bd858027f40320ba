import { z } from 'zod';
import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { once } from '../../_kernel/events/idempotency.js';
import { connectionOfAll, pageOf, risingKeys, type Connection, type PageArgs, type SortKey } from '../../_kernel/graphql/connection.js';
import { useQuota } from '../../_kernel/quota/quota.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { inTurn } from '../assignment/assignment.store.js';
import { findBookableOfferings, isBookable, type OfferedService } from '../catalogue/catalogue.store.js';
import type { Booker } from '../reservation/reservation-booker.js';
import { slotTaken } from '../reservation/reservation-record.js';
import { findBookingsByIds, type BookingRow, type NamedBooking } from '../reservation/reservation.store.js';
import { lockAll } from '../resource/resource-claim.js';
import { findFreeUnits, type FreeUnit } from './free-units.js';
import { stayDatesSchema, stayTermsOf, type StayDates } from './stay.js';

export interface WantedStay {
  readonly serviceId: string;
  /** Any unit when left out. */
  readonly providerId?: string | null | undefined;
  /** First and last day, `YYYY-MM-DD` on the calendar of where somebody stays. */
  readonly arrival: string;
  readonly departure: string;
}

export interface NewStay extends WantedStay {
  /** Yourself when left out. */
  readonly clientId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly idempotencyKey: string;
}

export interface StayService {
  /**
   * The units that can be had from one day to another, cheapest first: exactly these can be booked.
   * @returns null for a service that is unknown, cannot be booked, or is not booked by the night
   * @throws {ValidationError}
   */
  search(context: RequestContext, wanted: WantedStay & PageArgs): Promise<Connection<FreeUnit> | null>;
  /**
   * Books a unit over all nights, as one booking. What costs something waits 15 minutes for its payment. The same
   * key gives the same booking.
   * @throws {UnauthenticatedError} when nobody of the tenant is signed in
   * @throws {ForbiddenError} for another client without `appointments:create`
   * @throws {NotFoundError} for an unknown client, and when nothing of the kind is booked by the night there
   * @throws {ConflictError} SLOT_UNAVAILABLE, IDEMPOTENCY_KEY_REUSED
   * @throws {QuotaExceededError} @throws {ValidationError}
   */
  book(context: RequestContext, input: NewStay): Promise<BookingRow>;
}

const UNIT_SORT: readonly SortKey[] = [
  { field: 'price', order: 'asc', type: 'number' },
  { field: 'providerId', order: 'asc', type: 'uuid' },
];

const keyOf = ({ price, providerId }: FreeUnit): readonly [number, string] => [price.amount, providerId];

const newStaySchema = z.object({
  serviceId: z.string(),
  providerId: z.string().nullish(),
  clientId: z.string().nullish(),
  note: textSchema(2_000).nullish(),
});

type Wanted = z.output<typeof newStaySchema>;

const isByTheNight = (offered: OfferedService): boolean => isBookable(offered) && stayTermsOf(offered.service) !== null;

export function createStayService(parts: { readonly tenants: TenantDatabase; readonly booker: Booker }): StayService {
  const { tenants, booker } = parts;

  const offeringsOf = async (db: TenantDb, { serviceId, providerId }: Pick<WantedStay, 'serviceId' | 'providerId'>) =>
    (await findBookableOfferings(db, serviceId, providerId ?? undefined)).filter(isByTheNight);

  /** Books the first unit that is still to be had: days begin at different instants in different zones. */
  const bookOne = async (
    context: RequestContext,
    db: TenantDb,
    units: readonly FreeUnit[],
    { client, note }: Pick<Parameters<Booker['book']>[4], 'client' | 'note'>,
  ): Promise<NamedBooking> => {
    for (const { offered, startsAt, nights } of units) {
      try {
        return await booker.book(context, db, [offered], startsAt, { client, note, nights });
      } catch (error) {
        if (!(error instanceof ConflictError && error.code === 'SLOT_UNAVAILABLE')) throw error;
      }
    }
    throw slotTaken();
  };

  const book = async (context: RequestContext, db: TenantDb, input: Wanted, dates: StayDates): Promise<string> => {
    const named = await booker.namedClient(context, db, input.clientId);
    const offerings = await offeringsOf(db, input);
    const [first] = offerings;
    if (!first) throw new NotFoundError('Service by the night');
    await lockAll(db, first.service.requirements.map(({ kind }) => `kind:${kind}`));
    const free = await findFreeUnits(context, db, offerings, dates);
    const [earliest] = free;
    if (!earliest) throw slotTaken();
    const units = free.length === 1 ? free : await inTurn(db, free, earliest.startsAt);
    const client = named ?? (await booker.ownClient(context, db));
    const { id } = await bookOne(context, db, units, { client, note: input.note ?? null });
    await useQuota(db, context, 'APPOINTMENTS');
    return id;
  };

  return {
    async search(context, { serviceId, providerId, arrival, departure, ...args }) {
      const dates = validate(stayDatesSchema, { arrival, departure });
      const page = pageOf(args, UNIT_SORT);
      const db = tenants.of(context);
      const offerings = await offeringsOf(db, { serviceId, providerId });
      if (offerings.length === 0) return null;
      const units = (await findFreeUnits(context, db, offerings, dates)).toSorted((a, b) => risingKeys(keyOf(a), keyOf(b)));
      return connectionOfAll(page, units, keyOf, risingKeys);
    },

    async book(context, { idempotencyKey, arrival, departure, ...given }) {
      requireMember(context);
      const input = validate(newStaySchema, given);
      const dates = validate(stayDatesSchema, { arrival, departure });
      const booking = await tenants.transaction(context, async (db) => {
        const call = { operation: 'bookStay', key: idempotencyKey, input: { ...input, ...dates } };
        const { id } = await once(context, db, call, () => book(context, db, input, dates));
        return (await findBookingsByIds(db, [id]))[0];
      });
      context.loaders.clear();
      if (!booking) throw new NotFoundError('Booking');
      return booking;
    },
  };
}
