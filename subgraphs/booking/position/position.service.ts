import { ForbiddenError, NotFoundError, RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdate, type LiveUpdates } from '../../_kernel/events/live-updates.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { inKeyOrder } from '../../_kernel/request/loaders.js';
import { hasPermission, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { LoaderDefinition, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { BookingEvents, PositionReported } from '../events.js';
import type { ProviderService } from '../provider/provider.service.js';
import type { ResourceService } from '../resource/resource.service.js';
import { findResourcesByIds } from '../resource/resource.store.js';
import type { BookingRow } from '../reservation/reservation.store.js';
import { findProvidersByIds, type ProviderRow } from '../provider/provider.store.js';
import { isOnItsWay, PAUSE_MS, positionSchema, type PositionSubject } from './position.js';
import { findPositions, keepPosition, type PositionRow } from './position.store.js';

export interface NewPosition {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters?: number | null | undefined;
  /** Now when left out. */
  readonly measuredAt?: Date | null | undefined;
}

export type PositionUpdate = LiveUpdate<PositionSubject>;

/** Where providers and resources are, as they report it. The last report alone is kept. */
export interface PositionService {
  /**
   * Takes a report of where somebody or something is. One that was measured before the last one changes nothing.
   * @returns the latest position
   * @throws {ForbiddenError} without `appointments:update`, but for a provider who reports her own
   * @throws {NotFoundError} alike for what is unknown and another company's
   * @throws {RateLimitedError} within five seconds of the report before
   * @throws {ValidationError}
   */
  report(context: RequestContext, of: PositionSubject, position: NewPosition): Promise<PositionRow>;
  /** Null before anything was reported, and for who has neither `appointments:read` nor is the provider herself. */
  of(context: RequestContext, of: PositionSubject): Promise<PositionRow | null>;
  /**
   * Where what comes to a booking is: what it uses, and else its provider. For everybody who may see the booking, from
   * an hour before its start to its end; null at all other times.
   */
  ofBooking(context: RequestContext, booking: BookingRow): Promise<PositionRow | null>;
  /**
   * Whoever reports a position from now on, or from behind a cursor.
   * @throws {ForbiddenError} without `appointments:read`
   * @throws {ValidationError} for a cursor that is not one of ours
   */
  updates(context: RequestContext, after: string | null | undefined): LiveUpdates<PositionSubject>;
}

export function createPositionService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly tail: EventTail;
  readonly providers: Pick<ProviderService, 'find'>;
  readonly resources: Pick<ResourceService, 'usedBy'>;
}): PositionService {
  const { tenants, outbox, tail, providers, resources } = parts;
  const latest: LoaderDefinition<string, PositionRow | null> = {
    name: 'positionBySubjectId',
    batch: async (context, ids) => inKeyOrder(ids, await findPositions(tenants.of(context), ids), (row) => row.subjectId),
  };

  const isHerself = ({ principal }: RequestContext, provider: ProviderRow | null | undefined): boolean =>
    principal.kind === 'member' && provider?.userId === principal.userId;

  const assertMayReport = async (context: RequestContext, db: TenantDb, { is, id }: PositionSubject): Promise<void> => {
    const isStaff = hasPermission(context, 'appointments:update');
    const [provider] = is === 'PROVIDER' ? await findProvidersByIds(db, [id]) : [];
    if (!isStaff && !isHerself(context, provider)) throw new ForbiddenError('This needs the permission appointments:update');
    if (is === 'PROVIDER' && !provider) throw new NotFoundError('Provider');
    if (is === 'RESOURCE' && (await findResourcesByIds(db, [id])).length === 0) throw new NotFoundError('Resource');
  };

  return {
    async report(context, subject, given) {
      const reportedAt = context.clock.now();
      const { latitude, longitude, accuracyMeters = null, measuredAt } = validate(positionSchema(reportedAt.getTime()), given);
      const position = await tenants.transaction(context, async (db) => {
        await assertMayReport(context, db, subject);
        const measured = { latitude, longitude, accuracyMeters, measuredAt: measuredAt ?? reportedAt, reportedAt };
        const isKept = await keepPosition(db, subject, measured);
        const [known] = await findPositions(db, [subject.id]);
        if (!known) throw new NotFoundError('Position');
        if (isKept) await outbox.emit(db, context, 'booking.position_reported', { is: subject.is, subjectId: subject.id });
        else if (known.measuredAt < measured.measuredAt) {
          throw new RateLimitedError('The last report came just now', PAUSE_MS / 1_000);
        }
        return known;
      });
      context.loaders.clear();
      return position;
    },
    async of(context, { is, id }) {
      const isStaff = hasPermission(context, 'appointments:read');
      if (!isStaff && !(is === 'PROVIDER' && isHerself(context, await providers.find(context, id)))) return null;
      return context.loaders.of(context, latest).load(id);
    },
    async ofBooking(context, booking) {
      if (!isOnItsWay(booking, context.clock.now())) return null;
      const used = await resources.usedBy(context, booking.sessionId);
      const loader = context.loaders.of(context, latest);
      const known = await Promise.all([...used.map(({ id }) => id), booking.providerId].map((id) => loader.load(id)));
      return known.find((position) => position !== null) ?? null;
    },
    updates(context, after) {
      requirePermission(context, 'appointments:read');
      const request = { tenantId: context.tenant.id, types: ['booking.position_reported'], after };
      return liveUpdates(tail, request, ({ payload }) => {
        const { is, subjectId: id } = payload as PositionReported;
        return { is, id };
      });
    },
  };
}
