import { ForbiddenError, NotFoundError, ValidationError, type FieldIssue } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { hasPermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import { actorIdOf } from '../../../_kernel/wire/principal.js';
import { requireWorkflow } from '../access.js';
import type { WorkflowEvents } from '../events.js';
import { simulate, type SimulatedAct, type Simulation } from '../instance/simulate.js';
import { SHIPPED_DEFINITIONS } from '../shipped/shipped.js';
import { checkDefinition } from './check-definition.js';
import { definitionSchema, type WorkflowDefinition } from './definition.js';
import { diffDefinitions, type DefinitionChange } from './diff.js';
import type { StepTypes } from './step-types.js';
import { digestOf } from './version.js';
import {
  findNewestVersion,
  findNewestVersions,
  findNumberedVersion,
  findVersionsOf,
  insertVersion,
  lockVersions,
  type VersionRow,
} from './version.store.js';

/** A workflow as a company has it: its newest version, or the platform's that it has never run. */
export interface Workflow {
  readonly key: string;
  /** Null for one of the platform's that was never started here. */
  readonly version: number | null;
  readonly origin: 'PLATFORM' | 'TENANT';
  readonly definition: WorkflowDefinition;
  readonly publishedAt: Date | null;
}

export interface DefinitionService {
  /** By key. @throws {ForbiddenError} without `workflows:read` */
  list(context: RequestContext): Promise<readonly Workflow[]>;
  /** Newest first. @throws {ForbiddenError} without `workflows:read` */
  versions(context: RequestContext, key: string): Promise<readonly Workflow[]>;
  /**
   * Makes a version that will never change; runs that are at work stay with theirs. The same again makes none.
   * @throws {ForbiddenError} without `workflows:manage`, and without `users:manage` for one that grants roles
   * @throws {ValidationError} naming everything that is wrong with it
   */
  publish(context: RequestContext, definition: unknown): Promise<Workflow>;
  /** Makes the platform's the newest version again. @throws {ForbiddenError} @throws {NotFoundError} */
  reset(context: RequestContext, key: string): Promise<Workflow>;
  /** What is wrong with a definition; empty for one that can be published. @throws {ForbiddenError} */
  check(context: RequestContext, definition: unknown): readonly FieldIssue[];
  /** @throws {ForbiddenError} @throws {NotFoundError} for a version that is not there */
  diff(context: RequestContext, key: string, from: number, to: number): Promise<readonly DefinitionChange[]>;
  /** Runs a definition without anything happening. @throws {ForbiddenError} @throws {ValidationError} */
  simulate(context: RequestContext, definition: unknown, input: Record<string, unknown>, acts: readonly SimulatedAct[]): Simulation;
  /** The version that is started now, in the caller's transaction. @throws {NotFoundError} */
  newest(context: RequestContext, db: TenantDb, key: string): Promise<VersionRow>;
}

const workflowOf = ({ key, version, origin, body, publishedAt }: VersionRow): Workflow => ({
  key,
  version,
  origin,
  definition: definitionSchema.parse(body),
  publishedAt,
});

const grantsRoles = ({ steps }: WorkflowDefinition): boolean =>
  steps.some(({ config }) => Array.isArray(config['actions']) && config['actions'].some((action: { readonly do?: unknown }) => action.do === 'GRANT_ROLE'));

/** Whether the platform has another definition by now than the one that was taken over. */
const isOutdated = (newest: VersionRow, shipped: WorkflowDefinition | undefined): boolean =>
  newest.origin === 'PLATFORM' && shipped !== undefined && digestOf(shipped) !== newest.digest;

export function createDefinitionService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<WorkflowEvents>;
  readonly types: StepTypes;
}): DefinitionService {
  const { tenants, outbox, types } = parts;

  const sound = (input: unknown): WorkflowDefinition => {
    const definition = validate(definitionSchema, input);
    const problems = checkDefinition(definition, types);
    if (problems.length > 0) throw new ValidationError(problems);
    return definition;
  };

  const make = async (
    context: RequestContext,
    db: TenantDb,
    definition: WorkflowDefinition,
    origin: Workflow['origin'],
  ): Promise<VersionRow> => {
    const { key, name, entityType } = definition;
    await lockVersions(db, key);
    const newest = await findNewestVersion(db, key);
    const digest = digestOf(definition);
    if (newest?.digest === digest && newest.origin === origin) return newest;
    const version = await insertVersion(db, {
      id: uuidv7(),
      key,
      version: (newest?.version ?? 0) + 1,
      name,
      entityType,
      body: definition as object,
      digest,
      origin,
      publishedBy: origin === 'TENANT' ? actorIdOf(context.principal) : null,
      publishedAt: context.clock.now(),
    });
    await outbox.emit(db, context, 'tenancy.workflow_published', { workflow: key, version: version.version });
    return version;
  };

  return {
    async list(context) {
      requireWorkflow(context, 'workflows:read');
      const newest = await findNewestVersions(tenants.of(context));
      const own = newest.filter((row) => !isOutdated(row, SHIPPED_DEFINITIONS.get(row.key))).map(workflowOf);
      const known = new Set(own.map(({ key }) => key));
      const shipped = [...SHIPPED_DEFINITIONS.values()]
        .filter(({ key }) => !known.has(key))
        .map((definition) => ({ key: definition.key, version: null, origin: 'PLATFORM' as const, definition, publishedAt: null }));
      return [...own, ...shipped].sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async versions(context, key) {
      requireWorkflow(context, 'workflows:read');
      return (await findVersionsOf(tenants.of(context), key)).map(workflowOf);
    },

    async publish(context, input) {
      requireWorkflow(context, 'workflows:manage');
      const definition = sound(input);
      if (grantsRoles(definition) && !hasPermission(context, 'users:manage', 'platform:admins:manage')) {
        throw new ForbiddenError('A workflow that grants roles needs the permission users:manage');
      }
      return workflowOf(await tenants.transaction(context, (db) => make(context, db, definition, 'TENANT')));
    },

    async reset(context, key) {
      requireWorkflow(context, 'workflows:manage');
      const shipped = SHIPPED_DEFINITIONS.get(key);
      if (!shipped) throw new NotFoundError('Workflow');
      return workflowOf(await tenants.transaction(context, (db) => make(context, db, shipped, 'PLATFORM')));
    },

    check(context, input) {
      requireWorkflow(context, 'workflows:manage');
      try {
        sound(input);
        return [];
      } catch (error) {
        if (error instanceof ValidationError) return error.issues;
        throw error;
      }
    },

    async diff(context, key, from, to) {
      requireWorkflow(context, 'workflows:read');
      const db = tenants.of(context);
      const [before, after] = await Promise.all([findNumberedVersion(db, key, from), findNumberedVersion(db, key, to)]);
      if (!before || !after) throw new NotFoundError('WorkflowVersion');
      return diffDefinitions(workflowOf(before).definition, workflowOf(after).definition);
    },

    simulate(context, definition, input, acts) {
      requireWorkflow(context, 'workflows:manage');
      return simulate({ definition: sound(definition), types }, input, acts, context.clock.now());
    },

    async newest(context, db, key) {
      const newest = await findNewestVersion(db, key);
      const shipped = SHIPPED_DEFINITIONS.get(key);
      if (newest && !isOutdated(newest, shipped)) return newest;
      if (!shipped) throw new NotFoundError('Workflow');
      return make(context, db, shipped, 'PLATFORM');
    },
  };
}
