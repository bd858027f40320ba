import type { EventTail } from '../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdate, type LiveUpdates } from '../../_kernel/events/live-updates.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { FlagChanged } from '../events.js';

export type FlagUpdate = LiveUpdate<Pick<FlagChanged, 'key'>>;

export interface FlagLiveService {
  /**
   * Each change of a flag from now on, or from behind a cursor.
   * @throws {ForbiddenError} @throws {ValidationError} for a cursor that is not one of ours
   */
  changes(context: RequestContext, after: string | null | undefined): LiveUpdates<Pick<FlagChanged, 'key'>>;
}

export const createFlagLiveService = (tail: EventTail): FlagLiveService => ({
  changes(context, after) {
    requirePermission(context, 'platform:incidents:read');
    return liveUpdates(tail, { types: ['ops.flag_changed'], after }, ({ payload }) => ({
      key: (payload as FlagChanged).key,
    }));
  },
});
