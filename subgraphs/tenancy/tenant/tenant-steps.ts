import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenancyEvents } from '../events.js';
import { identityOf } from './tenant.js';
import { afterStep, type LifeStep } from './tenant-life.js';
import { writeLife } from './tenant-life.store.js';
import type { TenantRow } from './tenant.store.js';

/** The one way by which a company's status changes. */
export interface TenantSteps {
  /**
   * Takes a step in the caller's transaction, and tells everybody.
   * @param tenant locked by the caller
   * @throws {InvalidTransitionError}
   */
  take(db: PlatformDb, context: RequestContext, tenant: TenantRow, step: LifeStep): Promise<TenantRow>;
}

/** What steps change beside the status. */
const FIELDS_CHANGED_BY: { readonly [Kind in LifeStep['kind']]?: readonly string[] } = {
  CHOOSE_PLAN: ['plan', 'trialEndsAt'],
  EXTEND_TRIAL: ['trialEndsAt'],
};

export const createTenantSteps = (outbox: Outbox<TenancyEvents>): TenantSteps => ({
  async take(db, context, before, step) {
    const after = await writeLife(db, before, afterStep(before, step, context.clock.now()));
    const tenant = identityOf(after);
    const inside = { ...context, tenant };
    if (after.status !== before.status) {
      await outbox.emit(db, inside, 'tenancy.tenant_status_changed', {
        tenant,
        before: before.status,
        step: step.kind,
        reason: step.kind === 'SUSPEND' ? step.reason : null,
      });
    }
    const fields = FIELDS_CHANGED_BY[step.kind];
    if (fields) await outbox.emit(db, inside, 'tenancy.tenant_changed', { tenant, fields });
    return after;
  },
});
