import { DomainError } from '../../_kernel/errors/domain-error.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { UserId } from '../../identity/ids.js';
import type { TenancyJobs } from '../jobs.js';
import { identityOf } from '../tenant/tenant.js';
import { findTenantsByIds } from '../tenant/tenant.store.js';
import type { WorkflowEffects } from '../workflow/instance/effects.js';
import { findNewestRunOn, findTenantsAtWorkOn, type RunRow } from '../workflow/instance/run.store.js';
import type { RunService } from '../workflow/instance/run.service.js';

/** Workflow by which somebody who has registered becomes a client; a company can publish its own by this key. */
const WORKFLOW = 'client-onboarding';
const ENTITY_TYPE = 'User';

/** How people become clients of a company: a run of a workflow for each, moved on by what identity tells. */
export interface ClientOnboardingService {
  /** Begins hers, in the caller's transaction, unless it is at work already. */
  begin(context: RequestContext, db: TenantDb, client: { readonly userId: string; readonly isVerified: boolean }): Promise<void>;
  /** She has shown that her address is hers; in the caller's transaction. Other companies go on with theirs soon. */
  verified(context: RequestContext, db: TenantDb, userId: string): Promise<void>;
  /** The same for every other company that waits for it. Safe to run again at any time. */
  verifiedElsewhere(context: RequestContext, userId: string): Promise<void>;
  /** Hers; null for whoever did not register as a client. @throws {UnauthenticatedError} */
  mine(context: RequestContext): Promise<RunRow | null>;
}

export function createClientOnboardingService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly queue: JobQueue<TenancyJobs>;
  readonly runs: Pick<RunService, 'startByItself'>;
  readonly effects: Pick<WorkflowEffects, 'happened'>;
}): ClientOnboardingService {
  const { tenants, platform, queue, runs, effects } = parts;

  const goOn = (context: RequestContext, db: TenantDb, userId: string): Promise<void> =>
    effects.happened(context, db, { event: 'EMAIL_VERIFIED', entityType: ENTITY_TYPE, entityId: UserId.encode(userId) });

  return {
    async verified(context, db, userId) {
      await goOn(context, db, userId);
      await queue.enqueue(db, context, 'tenancy.go_on_elsewhere', { userId });
    },

    async verifiedElsewhere({ tenant: here, clock, logger }, userId) {
      const waiting = await findTenantsAtWorkOn(platform.db, ENTITY_TYPE, UserId.encode(userId));
      for (const tenant of await findTenantsByIds(platform.db, waiting)) {
        if (tenant.id === here.id) continue;
        const there = systemContext({ name: 'goOnElsewhere', tenant: identityOf(tenant), clock, logger });
        await tenants.transaction(there, (db) => goOn(there, db, userId));
      }
    },

    async begin(context, db, { userId, isVerified }) {
      const on = { workflow: WORKFLOW, entityType: ENTITY_TYPE, entityId: UserId.encode(userId) };
      try {
        await runs.startByItself(db, context, { ...on, input: { userId }, starterId: userId, depth: 0 });
      } catch (error) {
        // A company's own may be about something else: its clients are registered all the same.
        if (!(error instanceof DomainError)) throw error;
        context.logger.warn({ err: error, userId }, 'the onboarding of a client could not be begun');
        return;
      }
      if (isVerified) await goOn(context, db, userId);
    },

    mine: (context) => findNewestRunOn(tenants.of(context), WORKFLOW, ENTITY_TYPE, UserId.encode(requireMember(context).userId)),
  };
}
