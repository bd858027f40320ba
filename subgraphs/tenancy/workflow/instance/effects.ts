import type { Logger, RequestContext } from '../../../_kernel/request/request-context.js';
import type { Clock } from '../../../_kernel/request/clock.js';
import { systemContext } from '../../../_kernel/request/system-context.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { isPlatformTenant, PLATFORM_TENANT, type TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { findTenant } from '../../domain/domain.store.js';
import { identityOf } from '../../tenant/tenant.js';
import { actionsSchema, type Action } from '../automation/action.js';
import type { Performer } from '../automation/performer.js';
import { stepOf } from '../definition/definition.js';
import type { AwaitedEvent } from '../definition/step-types.js';
import type { Blueprints } from '../definition/version.js';
import type { WorkflowEffectDue } from '../events.js';
import { factsOf } from './engine.js';
import { findDueRuns, findRunsAtWorkOn, lockRun, type RunRow } from './run.store.js';
import { stateOf, workflowFacts, type RunWriter } from './run-writer.js';

const AT_ONCE = 50;
const MOST_ROUNDS = 100;

/** Something that happened to whom or what workflows are about. */
export interface Happening {
  readonly event: AwaitedEvent;
  readonly entityType: string;
  /** Global id. */
  readonly entityId: string;
}

/** What moves runs on without anybody: the platform's own steps, and time. */
export interface WorkflowEffects {
  /** Does what the platform has to do in a visit, and moves the run on, in the caller's transaction. */
  perform(context: RequestContext, db: TenantDb, due: WorkflowEffectDue): Promise<void>;
  /** Moves on every run that has waited for this to happen to what it is about, in the caller's transaction. */
  happened(context: RequestContext, db: TenantDb, of: Happening): Promise<void>;
  /** Moves on every run whose time has come. Safe to run again at any time. */
  wakeDue(context: Pick<RequestContext, 'clock' | 'logger'>): Promise<void>;
}

function actionsOf(run: RunRow, blueprints: Blueprints): readonly Action[] {
  const config = stepOf(blueprints.of(run.version).definition, run.step)?.config ?? {};
  return actionsSchema.parse('notice' in config ? [config['notice']] : config['actions']);
}

export function createWorkflowEffects(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly writer: RunWriter;
  readonly blueprints: Blueprints;
  readonly performer: Performer;
}): WorkflowEffects {
  const { tenants, platform, writer, blueprints, performer } = parts;

  const tenantOf = async (id: string): Promise<TenantIdentity | null> => {
    if (isPlatformTenant({ ...PLATFORM_TENANT, id })) return PLATFORM_TENANT;
    const tenant = await findTenant(platform.db, id);
    return tenant && identityOf(tenant);
  };

  const wakeOne = async (of: { readonly tenantId: string; readonly id: string }, clock: Clock, logger: Logger): Promise<void> => {
    const tenant = await tenantOf(of.tenantId);
    if (!tenant) return;
    const context = systemContext({ name: 'wakeWorkflows', tenant, clock, logger });
    await tenants.transaction(context, async (db) => {
      const run = await lockRun(db, of.id);
      if (run) await writer.advance(db, context, run, { do: 'WAKE' });
    });
  };

  return {
    async perform(context, db, { runId, visit }) {
      const run = await lockRun(db, runId);
      if (!run) return;
      const state = stateOf(run);
      if (state.status !== 'RUNNING' || state.visit !== visit) return;
      const facts = workflowFacts(run);
      const occasion = { facts: factsOf(state), run: facts, because: run.id, depth: run.depth };
      const problems = await performer.perform(db, context, actionsOf(run, blueprints), occasion);
      if (problems.length > 0) context.logger.warn({ runId, step: run.step, problems }, 'not everything in a workflow could be done');
      await writer.advance(db, context, run, { do: 'FINISH', visit });
    },

    async happened(context, db, { event, entityType, entityId }) {
      for (const id of await findRunsAtWorkOn(db, entityType, entityId)) {
        const run = await lockRun(db, id);
        if (run) await writer.advance(db, context, run, { do: 'HAPPEN', event });
      }
    },

    async wakeDue({ clock, logger }) {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const due = await findDueRuns(platform.db, clock.now(), AT_ONCE);
        let failed = 0;
        for (const run of due) {
          try {
            await wakeOne(run, clock, logger);
          } catch (error) {
            failed += 1;
            logger.error({ err: error, runId: run.id }, 'a workflow could not be moved on');
          }
        }
        if (due.length < AT_ONCE || failed > 0) return;
      }
    },
  };
}
