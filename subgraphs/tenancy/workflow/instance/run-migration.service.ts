import { NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { actorOf, requireWorkflow } from '../access.js';
import type { Blueprints } from '../definition/version.js';
import { findNumberedVersion } from '../definition/version.store.js';
import { planMigration } from './migrate.js';
import { findRunningOf, lockRun } from './run.store.js';
import { stateOf, type RunWriter } from './run-writer.js';

/** More runs than this are taken to another version by asking again. */
const MOST_AT_ONCE = 200;

export interface MigrationRequest {
  readonly workflow: string;
  readonly toVersion: number;
  /** Which step takes the place of which. */
  readonly steps: readonly { readonly from: string; readonly to: string }[];
  /** Only says what would become of them. */
  readonly dryRun: boolean;
}

/** What became, or would become, of one run. */
export interface MigrationResult {
  readonly runId: string;
  readonly fromStep: string;
  /** Where it goes on; null when it stays. */
  readonly toStep: string | null;
  /** Why it stays. */
  readonly reason: string | null;
}

export interface RunMigrationService {
  /**
   * Takes the runs of a workflow that are at work in other versions to one of its versions; each that can.
   * @throws {ForbiddenError} without `workflows:manage` @throws {NotFoundError} for an unknown version
   * @throws {ValidationError} for a step that is mapped twice
   */
  migrate(context: RequestContext, request: MigrationRequest): Promise<readonly MigrationResult[]>;
}

export function createRunMigrationService(parts: {
  readonly tenants: TenantDatabase;
  readonly writer: RunWriter;
  readonly blueprints: Blueprints;
}): RunMigrationService {
  const { tenants, writer, blueprints } = parts;
  return {
    async migrate(context, { workflow, toVersion, steps, dryRun }) {
      requireWorkflow(context, 'workflows:manage');
      const mapping = new Map(steps.map(({ from, to }) => [from, to]));
      if (mapping.size < steps.length) throw ValidationError.of('steps', 'must name each step once');
      const version = await findNumberedVersion(tenants.of(context), workflow, toVersion);
      if (!version) throw new NotFoundError('WorkflowVersion');
      const running = await findRunningOf(tenants.of(context), workflow, version.id, MOST_AT_ONCE);
      const results: MigrationResult[] = [];
      for (const { id } of running) {
        const result = await tenants.transaction(context, async (db) => {
          const run = await lockRun(db, id);
          if (!run) return null;
          const of = { mapping, actor: actorOf(context), now: context.clock.now() };
          const plan = planMigration(blueprints.of(run.version), blueprints.of(version), stateOf(run), of);
          if (!plan.ok) return { runId: id, fromStep: run.step, toStep: null, reason: plan.reason };
          if (!dryRun) await writer.append(db, context, run, [plan.entry], version);
          return { runId: id, fromStep: run.step, toStep: plan.entry.kind === 'MIGRATED' ? plan.entry.step : null, reason: null };
        });
        if (result) results.push(result);
      }
      return results;
    },
  };
}
