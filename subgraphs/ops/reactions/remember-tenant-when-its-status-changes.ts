import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { DetectionService } from '../detection/detection.service.js';

export const rememberTenantWhenItsStatusChanges = (detection: DetectionService): Reaction =>
  reactTo<TenancyEvents>()(
    'tenancy.tenant_status_changed',
    'rememberTenantWhenItsStatusChanges',
    (_context, db, { payload }) => detection.keepTenant(db, payload.tenant),
  );
