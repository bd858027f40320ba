import { NotFoundError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { OpsEvents } from '../../events.js';
import { contextAt, MANAGE_INCIDENTS, READ_INCIDENTS } from '../../reach.js';
import type { DetectionService } from '../detection.service.js';
import { alertThresholds, thresholdSchema, type AlertThreshold, type Thresholds } from './threshold.js';
import { findThresholds, forgetThreshold, keepThreshold } from './threshold.store.js';

export interface ThresholdService {
  /**
   * Every threshold that can be set, as it holds.
   * @param tenantId UUID of the company; where the caller is when null
   * @returns null for a company that she may not look into
   * @throws {ForbiddenError}
   */
  list(context: RequestContext, tenantId: string | null): Promise<readonly AlertThreshold[] | null>;
  /**
   * Says how much of something is an incident there from now on; what was counted already is looked at again.
   * @throws {ForbiddenError} @throws {ValidationError} @throws {NotFoundError} for a company that she may not act in
   */
  set(
    context: RequestContext,
    input: {
      readonly metric: string;
      /** Null for what is shipped. */
      readonly value: number | null;
      readonly tenantId: string | null;
    },
  ): Promise<AlertThreshold>;
}

export function createThresholdService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<OpsEvents>;
  readonly detection: Pick<DetectionService, 'findTenant' | 'request'>;
}): ThresholdService {
  const { tenants, outbox, detection } = parts;

  const thresholdIn = (own: Thresholds, metric: string): AlertThreshold => {
    const threshold = alertThresholds(own).find((each) => each.metric === metric);
    if (!threshold) throw new TypeError(`No rule has ${metric}`);
    return threshold;
  };

  return {
    async list(context, tenantId) {
      const there = await contextAt(context, READ_INCIDENTS, tenantId, detection.findTenant);
      return there && alertThresholds(await findThresholds(tenants.of(there)));
    },
    async set(context, { tenantId, ...given }) {
      const there = await contextAt(context, MANAGE_INCIDENTS, tenantId, detection.findTenant);
      if (!there) throw new NotFoundError('Tenant');
      const { metric, value } = validate(thresholdSchema, given);
      const now = there.clock.now();
      return tenants.transaction(there, async (db) => {
        const before = (await findThresholds(db))[metric] ?? null;
        await (value === null ? forgetThreshold(db, metric) : keepThreshold(db, metric, value, now));
        await outbox.emit(db, there, 'ops.alert_threshold_changed', { metric, before, after: value });
        await detection.request(there, db, now);
        return thresholdIn(await findThresholds(db), metric);
      });
    },
  };
}
