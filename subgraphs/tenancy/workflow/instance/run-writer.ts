import type { Prisma } from '../../../../prisma/generated/client.js';
import { ConflictError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { actorOf } from '../access.js';
import type { Blueprints } from '../definition/version.js';
import type { VersionRow } from '../definition/version.store.js';
import type { WorkflowEvents, WorkflowFacts } from '../events.js';
import { begin, decide, typedStep, wakeAt, type Blueprint, type Command } from './engine.js';
import { applyEntry, type HistoryEntry, type RunState, type StepData } from './entry.js';
import { insertEntries, insertRun, writeRun, type RunRow } from './run.store.js';

/** What a run is begun with. */
export interface Beginning {
  readonly entityType: string;
  readonly entityId: string;
  readonly input: StepData;
  readonly starterId: string | null;
  readonly depth: number;
}

/** Writes what happens in runs: entries, the state they make, and what others are told of it, all or nothing. */
export interface RunWriter {
  /** @returns null when the workflow is at work on the same already */
  begin(db: TenantDb, context: RequestContext, version: VersionRow, of: Beginning): Promise<RunRow | null>;
  /** @throws {ConflictError} when it has moved on since it was read, and what the engine throws */
  advance(db: TenantDb, context: RequestContext, run: RunRow, command: Command): Promise<RunRow>;
  /** @throws {ConflictError} when it has moved on since it was read */
  append(db: TenantDb, context: RequestContext, run: RunRow, entries: readonly HistoryEntry[], version?: VersionRow): Promise<RunRow>;
}

export const stateOf = (run: Pick<RunRow, 'state'>): RunState => run.state as unknown as RunState;

export const workflowFacts = ({ id, key, entityType, entityId, depth }: Pick<RunRow, 'id' | 'key' | 'entityType' | 'entityId' | 'depth'>): WorkflowFacts => ({
  runId: id,
  workflow: key,
  entityType,
  entityId,
  depth,
});

const MINUTE_MS = 60_000;

/** What of a state it is found by. */
function columnsOf(blueprint: Blueprint, state: RunState) {
  const { step, type } = typedStep(blueprint, state.step);
  const isTask = state.status === 'RUNNING' && type.nature === 'TASK';
  const { status, outcome, revision, assigneeId, starterId } = state;
  return {
    state: state as unknown as Prisma.InputJsonValue,
    status,
    outcome,
    revision,
    step: state.step,
    isTask,
    assigneeId: isTask ? assigneeId : null,
    roles: isTask ? [...state.roles] : [],
    starterId,
    dueAt: isTask && step.due ? new Date(Date.parse(state.enteredAt) + step.due.minutes * MINUTE_MS) : null,
    wakeAt: wakeAt(blueprint, state),
  };
}

const MOVED_ON = 'It has moved on meanwhile; look at it again';

export function createRunWriter(parts: { readonly outbox: Outbox<WorkflowEvents>; readonly blueprints: Blueprints }): RunWriter {
  const { outbox, blueprints } = parts;

  const tell = async (db: TenantDb, context: RequestContext, run: RunRow, entries: readonly HistoryEntry[]): Promise<void> => {
    const facts = workflowFacts(run);
    const { step, status, outcome, revision, assigneeId, roles } = run;
    const kinds = entries.map(({ kind }) => kind);
    if (kinds.includes('STARTED')) await outbox.emit(db, context, 'tenancy.workflow_started', facts);
    await outbox.emit(db, context, 'tenancy.workflow_changed', { ...facts, kinds, step, status, outcome, revision, assigneeId, roles });
    if (kinds.includes('ENDED') && outcome !== null) await outbox.emit(db, context, 'tenancy.workflow_ended', { ...facts, outcome });
    const state = stateOf(run);
    const came = kinds.some((kind) => kind === 'STARTED' || kind === 'MOVED');
    const { type } = typedStep(blueprints.of(run.version), state.step);
    if (came && status === 'RUNNING' && type.nature === 'EFFECT') {
      await outbox.emit(db, context, 'tenancy.workflow_effect_due', { runId: run.id, visit: state.visit });
    }
  };

  const append: RunWriter['append'] = async (db, context, run, entries, version = run.version) => {
    if (entries.length === 0) return run;
    const before = stateOf(run);
    const after = entries.reduce<RunState>(applyEntry, before);
    const columns = { ...columnsOf(blueprints.of(version), after), versionId: version.id, updatedAt: context.clock.now() };
    if (!(await writeRun(db, run.id, before.revision, columns))) throw new ConflictError(MOVED_ON);
    await insertEntries(db, run.id, entries);
    const written = { ...run, ...columns, state: after as never, version };
    await tell(db, context, written, entries);
    return written;
  };

  return {
    append,

    async begin(db, context, version, { entityType, entityId, input, starterId, depth }) {
      const now = context.clock.now();
      const blueprint = blueprints.of(version);
      const first = begin(blueprint, { starterId, input, actor: actorOf(context) }, now);
      const state = applyEntry(null, first);
      const columns = columnsOf(blueprint, state);
      const id = uuidv7();
      const common = { id, versionId: version.id, key: version.key, entityType, entityId, depth, startedAt: now, updatedAt: now };
      if (!(await insertRun(db, { ...common, ...columns }))) return null;
      await insertEntries(db, id, [first]);
      const run = { tenantId: context.tenant.id, ...common, ...columns, state: state as never, version };
      await tell(db, context, run, [first]);
      return run;
    },

    advance: (db, context, run, command) => {
      const entries = decide(blueprints.of(run.version), stateOf(run), command, context.clock.now(), actorOf(context));
      return append(db, context, run, entries);
    },
  };
}
