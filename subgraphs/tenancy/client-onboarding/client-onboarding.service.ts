import { DomainError } from '../../_kernel/errors/domain-error.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { UserId } from '../../identity/ids.js';
import type { WorkflowEffects } from '../workflow/instance/effects.js';
import { findNewestRunOn, type RunRow } from '../workflow/instance/run.store.js';
import type { RunService } from '../workflow/instance/run.service.js';

/** Workflow by which somebody who has registered becomes a client; a company can publish its own by this key. */
const WORKFLOW = 'client-onboarding';
const ENTITY_TYPE = 'User';

/** How people become clients of a company: a run of a workflow for each, moved on by what identity tells. */
export interface ClientOnboardingService {
  /** Begins hers, in the caller's transaction, unless it is at work already. */
  begin(context: RequestContext, db: TenantDb, client: { readonly userId: string; readonly isVerified: boolean }): Promise<void>;
  /** She has shown that her address is hers; in the caller's transaction. */
  verified(context: RequestContext, db: TenantDb, userId: string): Promise<void>;
  /** Hers; null for whoever did not register as a client. @throws {UnauthenticatedError} */
  mine(context: RequestContext): Promise<RunRow | null>;
}

export function createClientOnboardingService(parts: {
  readonly tenants: TenantDatabase;
  readonly runs: Pick<RunService, 'startByItself'>;
  readonly effects: Pick<WorkflowEffects, 'happened'>;
}): ClientOnboardingService {
  const { tenants, runs, effects } = parts;

  const verified: ClientOnboardingService['verified'] = (context, db, userId) =>
    effects.happened(context, db, { event: 'EMAIL_VERIFIED', entityType: ENTITY_TYPE, entityId: UserId.encode(userId) });

  return {
    verified,

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
      if (isVerified) await verified(context, db, userId);
    },

    mine: (context) => findNewestRunOn(tenants.of(context), WORKFLOW, ENTITY_TYPE, UserId.encode(requireMember(context).userId)),
  };
}
