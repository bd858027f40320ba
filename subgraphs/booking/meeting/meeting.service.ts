import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { inKeyOrder } from '../../_kernel/request/loaders.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { LoaderDefinition, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findServicesByIds, type ServiceRow } from '../catalogue/catalogue.store.js';
import type { MeetingConfig, MeetingKind } from './meeting.js';
import { findKindsOfServices, findMeetings, setKindOfService, type MeetingRow } from './meeting.store.js';

export interface MeetingService {
  /** Where a booking that may be seen takes place over video; null where it does not, or not yet. */
  joinUrlOf(context: RequestContext, bookingId: string): Promise<string | null>;
  /** How a service is done over video; null where it is not. */
  kindOf(context: RequestContext, serviceId: string): Promise<MeetingKind | null>;
  /**
   * Lets bookings of a service that are confirmed from now on take place over video, or no more.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError}
   * @throws {ConflictError} for a kind that this platform is not set up for
   */
  setKind(context: RequestContext, serviceId: string, kind: MeetingKind | null): Promise<ServiceRow>;
}

export function createMeetingService(parts: { readonly tenants: TenantDatabase; readonly config: MeetingConfig }): MeetingService {
  const { tenants, config } = parts;
  const byBooking: LoaderDefinition<string, MeetingRow | null> = {
    name: 'meetingByBookingId',
    batch: async (context, ids) => inKeyOrder(ids, await findMeetings(tenants.of(context), ids), (row) => row.bookingId),
  };
  const byService: LoaderDefinition<string, { readonly serviceId: string; readonly kind: MeetingKind } | null> = {
    name: 'meetingKindByServiceId',
    batch: async (context, ids) => inKeyOrder(ids, await findKindsOfServices(tenants.of(context), ids), (row) => row.serviceId),
  };
  return {
    joinUrlOf: async (context, bookingId) => (await context.loaders.of(context, byBooking).load(bookingId))?.joinUrl ?? null,
    kindOf: async (context, serviceId) => (await context.loaders.of(context, byService).load(serviceId))?.kind ?? null,
    async setKind(context, serviceId, kind) {
      requirePermission(context, 'settings:update');
      const isOffered = kind === null || (kind === 'HOSTED' ? config.hosted !== undefined : config.roomsUrl !== undefined);
      if (!isOffered) throw new ConflictError('This platform is not set up for meetings of this kind');
      const service = await tenants.transaction(context, async (db) => {
        const [known] = await findServicesByIds(db, [serviceId]);
        if (!known) throw new NotFoundError('Service');
        await setKindOfService(db, serviceId, kind);
        return known;
      });
      context.loaders.clear();
      return service;
    },
  };
}
