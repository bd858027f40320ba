import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import type { Money } from '../../_kernel/money/money.js';
import { wallClock } from '../availability/zone-calendar.js';
import { offeredPrice, priceOf } from '../catalogue/catalogue.js';
import type { OfferedService } from '../catalogue/catalogue.store.js';
import type { ClientRow } from '../client/client.store.js';
import { claimResources, lockAll, locksOf, releaseResources, sessionOf } from '../resource/resource-claim.js';
import type { BookingEvents, BookingFacts } from '../events.js';
import { bookedTime } from '../stay/booked-time.js';
import { newReference, type BookingStatus } from './reservation.js';
import { termsAtPrice } from '../terms/terms.js';
import {
  deleteBooking,
  findFreeSeat,
  insertBooking,
  insertStatusChanges,
  isReferenceTaken,
  type NamedBooking,
} from './reservation.store.js';

/** A day has a million references; after this many that were taken something else is wrong. */
const REFERENCE_ATTEMPTS = 10;

export interface BookingDraft {
  readonly id?: string | undefined;
  readonly offered: OfferedService;
  readonly client: ClientRow;
  readonly startsAt: Date;
  readonly status: BookingStatus;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly group?: { readonly id: string; readonly position: number } | undefined;
  /** How many, for what is booked by the night. */
  readonly nights?: number | null | undefined;
  /** What was agreed beside what the service says. */
  readonly agreed?: Agreed | undefined;
}

/** What company and client have agreed on a booking: it stands at once, at a price of its own, to be paid by then. */
export interface Agreed {
  readonly price: Money;
  readonly dueAt: Date;
}

/** What a draft costs: what was agreed, or else every night the same. */
export function priceOfDraft({ offered, nights, agreed }: Pick<BookingDraft, 'offered' | 'nights' | 'agreed'>): Money {
  if (agreed) return agreed.price;
  const { amount, currency } = offeredPrice(offered.service, offered);
  return { amount: amount * (nights ?? 1), currency };
}

/** What it is made together with, and what was agreed. */
const circumstancesOf = ({ group, agreed }: BookingDraft) => ({
  groupId: group?.id ?? null,
  groupPosition: group?.position ?? null,
  dueAt: agreed?.dueAt ?? null,
});

export const slotTaken = (): ConflictError => new ConflictError('This time is not available', 'SLOT_UNAVAILABLE');

/**
 * Takes the time for a booking, and what it needs.
 * @throws {ConflictError} SLOT_UNAVAILABLE when somebody else has it
 */
export async function takeTime(context: RequestContext, db: TenantDb, draft: BookingDraft): Promise<NamedBooking> {
  const { offered, client, startsAt, status, note, createdAt } = draft;
  const { provider, service } = offered;
  await lockAll(db, locksOf(offered, startsAt));
  const id = draft.id ?? uuidv7();
  const { capacity } = service;
  const sessionId = sessionOf(offered, startsAt, id);
  const nights = draft.nights ?? null;
  const { endsAt, claimed, intermission } = bookedTime(offered, startsAt, nights, context.tenant.timeZone);
  const { from, until } = claimed;
  const seat = capacity > 1 ? await findFreeSeat(db, sessionId) : 1;
  if (seat > capacity) throw slotTaken();
  const price = priceOfDraft(draft);
  const day = wallClock(createdAt, context.tenant.timeZone).slice(0, 10);
  for (let attempt = 0; attempt < REFERENCE_ATTEMPTS; attempt += 1) {
    const reference = newReference(day);
    const row = await insertBooking(db, {
      id,
      reference,
      status,
      providerId: provider.id,
      serviceId: service.id,
      clientId: client.id,
      startsAt,
      endsAt,
      blockedFrom: from,
      blockedUntil: until,
      ...intermission,
      sessionId,
      seat,
      nights,
      sessionCapacity: capacity,
      ...circumstancesOf(draft),
      ...termsAtPrice(service, BigInt(price.amount), price.currency),
      timeZone: provider.timeZone ?? context.tenant.timeZone,
      priceAmount: price.amount,
      priceCurrency: price.currency,
      note,
      createdAt,
    });
    if (row) {
      if (!(await claimResources(db, offered, { sessionId, from, until }))) {
        await deleteBooking(db, row.id);
        await releaseResources(db, sessionId);
        throw slotTaken();
      }
      return { ...row, provider, service, client };
    }
    if (!(await isReferenceTaken(db, reference))) throw slotTaken();
  }
  throw new Error(`No free booking reference on ${day}`);
}

/** What every event of a booking says of it. */
export const factsOf = (booking: NamedBooking): BookingFacts => ({
  bookingId: booking.id,
  reference: booking.reference,
  clientId: booking.clientId,
  clientUserId: booking.client.userId,
  providerId: booking.providerId,
  serviceId: booking.serviceId,
  serviceName: booking.service.name,
  providerName: booking.provider.name,
  startsAt: booking.startsAt.toISOString(),
  endsAt: booking.endsAt.toISOString(),
  price: priceOf(booking),
});

/** What a client owes for a booking that she cancelled late or missed; null when that is nothing. */
const feeOf = ({ feeAmount, priceCurrency }: NamedBooking): Money | null =>
  feeAmount === 0n ? null : { amount: Number(feeAmount), currency: priceCurrency };

export interface StatusChange {
  /** Null for the first state. */
  readonly from: BookingStatus | null;
  readonly to: BookingStatus;
  readonly at: Date;
  readonly reason?: string | null | undefined;
}

/** What is only told when it is made. */
const madeWith = ({ depositAmount, priceCurrency: currency, groupId, nights, dueAt }: NamedBooking) => ({
  nights,
  dueAt: dueAt?.toISOString() ?? null,
  deposit: depositAmount === 0n ? null : { amount: Number(depositAmount), currency },
  group: groupId === null ? null : { id: groupId },
});

/** The events that tell of one change. What is free is confirmed as soon as it is created, and both are told. */
async function tell(
  context: RequestContext,
  db: TenantDb,
  outbox: Outbox<BookingEvents>,
  booking: NamedBooking,
  { from, to, at, reason }: StatusChange,
): Promise<void> {
  const facts = factsOf(booking);
  if (from === null) await outbox.emit(db, context, 'booking.created', { ...facts, ...madeWith(booking), status: to }, at);
  switch (to) {
    case 'PENDING':
      return;
    case 'CONFIRMED':
      return outbox.emit(db, context, 'booking.confirmed', { ...facts, isInvited: booking.client.email !== null }, at);
    case 'COMPLETED':
      return outbox.emit(db, context, 'booking.completed', facts, at);
    case 'NO_SHOW':
      return outbox.emit(db, context, 'booking.no_show', { ...facts, fee: feeOf(booking) }, at);
    case 'EXPIRED':
      return outbox.emit(db, context, 'booking.expired', facts, at);
    case 'CANCELLED': {
      const cancelled = { ...facts, reason: reason ?? null, previousStatus: from ?? to, fee: feeOf(booking) };
      return outbox.emit(db, context, 'booking.cancelled', cancelled, at);
    }
  }
}

/** Writes changes of one booking down, in its history and as events. */
export async function recordChanges(
  context: RequestContext,
  db: TenantDb,
  outbox: Outbox<BookingEvents>,
  booking: NamedBooking,
  changes: readonly StatusChange[],
): Promise<void> {
  const actorId = actorIdOf(context.principal);
  await insertStatusChanges(
    db,
    changes.map(({ from, to, at, reason }) => ({
      id: uuidv7(),
      bookingId: booking.id,
      fromStatus: from,
      toStatus: to,
      reason: reason ?? null,
      actorId,
      changedAt: at,
    })),
  );
  for (const change of changes) await tell(context, db, outbox, booking, change);
}
