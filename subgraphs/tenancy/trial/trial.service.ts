import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { OwnerMails } from '../owner/owner-mails.js';
import { identityOf } from '../tenant/tenant.js';
import type { TenantSteps } from '../tenant/tenant-steps.js';
import { lockTenant } from '../tenant/tenant-life.store.js';
import { trialDutyOf } from './trial.js';
import { findTrialsDue, markWarned } from './trial.store.js';

const AT_ONCE = 100;
const MOST_ROUNDS = 100;

export interface TrialService {
  /** Tells owners whose trial ends soon, and ends trials that are over. Safe to run again at any time. */
  watch(context: RequestContext): Promise<void>;
}

export function createTrialService(parts: {
  readonly platform: PlatformDatabase;
  readonly steps: TenantSteps;
  readonly ownerMails: OwnerMails;
}): TrialService {
  const { platform, steps, ownerMails } = parts;

  const attendTo = (context: RequestContext, id: string): Promise<void> =>
    platform.transaction(async (db) => {
      const tenant = await lockTenant(db, id);
      // Asked again under the lock: a plan may have been chosen meanwhile.
      const duty = tenant && trialDutyOf(tenant, context.clock.now());
      if (!tenant || !duty) return;
      const identity = identityOf(tenant);
      if (duty.kind === 'WARN') {
        const { daysLeft, warning } = duty;
        await markWarned(db, id, warning);
        await ownerMails.send(db, context, identity, (link) => ({
          template: 'TRIAL_EXPIRY_WARNING',
          values: { daysLeft, link },
        }));
        return;
      }
      await steps.take(db, context, tenant, { kind: 'END_TRIAL' });
      await ownerMails.send(db, context, identity, (link) => ({ template: 'TRIAL_EXPIRED', values: { link } }));
    });

  return {
    async watch(context) {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const due = await findTrialsDue(platform.db, context.clock.now(), AT_ONCE);
        for (const id of due) await attendTo(context, id);
        if (due.length < AT_ONCE) return;
      }
    },
  };
}
