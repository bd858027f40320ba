import type { Prisma } from '../../../../prisma/generated/client.js';
import { InvalidTransitionError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { FlagWatch } from '../../../_kernel/flags/flag-watch.js';
import type { TenantPolicies } from '../../../_kernel/policy/tenant-policies.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { requireFreshProof } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database, PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { DetectionService } from '../../detection/detection.service.js';
import type { OpsEvents } from '../../events.js';
import type { FlagStep } from '../../flag/flag.js';
import type { FlagWriter } from '../../flag/flag-writer.js';
import { dbWithin, MANAGE_INCIDENTS, READ_INCIDENTS, reachOf, requireReach } from '../../reach.js';
import type { RecommendedFlag } from '../../spine/response/follow-playbook.js';
import { actorOf } from '../incident.service.js';
import type { IncidentRow } from '../incident.store.js';
import { vetoOf, type PolicyVeto } from './action-policy.js';
import {
  actionSchema,
  flagsOf,
  isForcedLogout,
  obstacleOf,
  stateOf,
  type ActionInput,
  type BlockedFlag,
  type FlagStates,
  type FlagToSet,
} from './incident-action.js';
import {
  findAction,
  findActions,
  insertAction,
  insertTimelineLineAt,
  lockAction,
  lockIncidentAt,
  markRolledBack,
  type IncidentActionRow,
} from './incident-action.store.js';


export interface AppliedAction {
  readonly action: IncidentActionRow;
  readonly incident: IncidentRow;
  readonly blocked: readonly BlockedFlag[];
}

export interface IncidentActionService {
  /**
   * Does something about an incident, at its company alone, as far as the company's policies let whoever does it, and
   * keeps what was so before.
   * @throws {ForbiddenError} @throws {StepUpRequiredError} @throws {ValidationError}
   * @throws {NotFoundError} @throws {InvalidTransitionError} when the incident is over
   */
  apply(context: RequestContext, incidentId: string, input: unknown): Promise<AppliedAction>;
  /**
   * Gives each flag back what the company had of its own before.
   * @throws {ForbiddenError} @throws {StepUpRequiredError} @throws {NotFoundError}
   * @throws {InvalidTransitionError} when it is undone already, or cannot be
   */
  rollBack(context: RequestContext, actionId: string): Promise<AppliedAction>;
  /** Oldest first; none where the principal may not see the incident. */
  of(context: RequestContext, incidentId: string): Promise<readonly IncidentActionRow[]>;
}

const json = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue;

export function createIncidentActionService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly writer: FlagWriter;
  readonly flags: FlagWatch;
  readonly policies: TenantPolicies;
  readonly detection: Pick<DetectionService, 'findTenant'>;
  readonly incidents: { find(context: RequestContext, id: string): Promise<IncidentRow | null> };
}): IncidentActionService {
  const { database, outbox, writer, flags, policies, detection, incidents } = parts;

  /** The caller's context inside the company that the thing belongs to. */
  const inside = async (
    context: RequestContext,
    what: string,
    find: () => Promise<{ readonly tenantId: string } | null>,
  ): Promise<RequestContext> => {
    if (requireReach(context, MANAGE_INCIDENTS) === 'TENANT') return context;
    const found = await find();
    const tenant = found && (await detection.findTenant(found.tenantId));
    if (!tenant) throw new NotFoundError(what);
    return { ...context, tenant };
  };

  const write = async (context: RequestContext, db: PlatformDb, key: string, step: FlagStep, reason: string): Promise<void> => {
    await writer.write(context, db, { key, step, reason, tenant: context.tenant });
  };

  /** Sets what may be set. */
  const setAll = async (
    context: RequestContext,
    db: PlatformDb,
    wanted: readonly FlagToSet[],
    { id }: IncidentRow,
    { reason, veto }: { readonly reason: string; readonly veto: (flag: FlagToSet) => BlockedFlag | null },
  ): Promise<{ readonly before: FlagStates; readonly after: FlagStates; readonly blocked: readonly BlockedFlag[] }> => {
    const before: Record<string, FlagStates[string]> = {};
    const after: Record<string, FlagStates[string]> = {};
    const blocked: BlockedFlag[] = [];
    const { id: tenantId } = context.tenant;
    for (const flag of wanted) {
      const { key, value } = flag;
      const vetoed = veto(flag);
      if (vetoed) {
        blocked.push(vetoed);
        continue;
      }
      if (isForcedLogout(flag)) {
        await outbox.emit(db, context, 'ops.forced_logout_requested', { incidentId: id });
        before[key] = null;
        after[key] = { value, until: null };
        continue;
      }
      const known = await writer.locked(db, key);
      const obstacle = obstacleOf(known);
      if (obstacle !== null) {
        blocked.push({ key, reason: obstacle, policyIds: [] });
        continue;
      }
      before[key] = stateOf(known, tenantId);
      after[key] = { value, until: null };
      await write(context, db, key, { kind: 'OVERRIDE', tenantId, value, until: null }, reason);
    }
    return { before, after, blocked };
  };

  const tell = async (
    context: RequestContext,
    db: PlatformDb,
    incident: IncidentRow,
    action: IncidentActionRow,
    { change, blocked = [] }: { readonly change: 'APPLIED' | 'ROLLED_BACK'; readonly blocked?: readonly BlockedFlag[] },
  ): Promise<void> => {
    const { id: incidentId, status, severity } = incident;
    const { id: actionId, kind, before, after, reason } = action;
    const keys = Object.keys(after as FlagStates).join(', ');
    const undone = blocked.map((flag) => ` Not done: ${flag.key}. ${flag.reason}`).join('');
    const note = change === 'APPLIED' ? `Done: ${kind} (${keys}). ${reason}${undone}` : `Undone: ${kind} (${keys})`;
    const at = context.clock.now();
    await insertTimelineLineAt(db, context.tenant.id, { incidentId, status, severity, note, ...actorOf(context), at });
    const told = { incidentId, actionId, kind, change, before, after, reason };
    await outbox.emit(db, context, 'ops.incident_action_changed', blocked.length === 0 ? told : { ...told, blocked });
    await outbox.emit(db, context, 'ops.incident_changed', { incidentId, status });
  };

  const wantedOf = (input: ActionInput, incident: IncidentRow): readonly FlagToSet[] => {
    const wanted = flagsOf(input, incident.recommendedFlags as unknown as RecommendedFlag[]);
    if (!('missing' in wanted)) return wanted;
    const message = wanted.missing === 'provider' ? 'names the provider that is to be disabled' : 'are not all recommended';
    throw ValidationError.of(wanted.missing, message);
  };

  return {
    async apply(request, incidentId, given) {
      const context = await inside(request, 'Incident', () => incidents.find(request, incidentId));
      requireFreshProof(context);
      const input = validate(actionSchema, given);
      const veto: PolicyVeto = await vetoOf(context, policies);
      const applied = await database.platform.transaction(async (db) => {
        const incident = await lockIncidentAt(db, context.tenant.id, incidentId);
        if (!incident) throw new NotFoundError('Incident');
        if (incident.resolvedAt !== null) throw new InvalidTransitionError(incident.status, incident.status, 'It is over already');
        const { reason, kind } = input;
        const { before, after, blocked } = await setAll(context, db, wantedOf(input, incident), incident, {
          reason,
          veto: (flag) => veto(kind, incident, flag),
        });
        const { actorId, actorKind } = actorOf(context);
        const action = await insertAction(db, {
          tenantId: context.tenant.id,
          id: uuidv7(),
          incidentId,
          kind,
          before: json(before),
          after: json(after),
          reason,
          appliedBy: actorId,
          appliedByKind: actorKind,
          appliedAt: context.clock.now(),
        });
        await tell(context, db, incident, action, { change: 'APPLIED', blocked });
        return { action, incident, blocked };
      });
      await flags.refresh();
      request.loaders.clear();
      return applied;
    },

    async rollBack(request, actionId) {
      const context = await inside(request, 'Action', () => findAction(database.platform.db, actionId));
      requireFreshProof(context);
      const { id: tenantId } = context.tenant;
      const undone = await database.platform.transaction(async (db) => {
        const action = await lockAction(db, tenantId, actionId);
        const incident = action && (await lockIncidentAt(db, tenantId, action.incidentId));
        if (!action || !incident) throw new NotFoundError('Action');
        if (action.rolledBackAt !== null) throw new InvalidTransitionError('ROLLED_BACK', 'ROLLED_BACK', 'It is undone already');
        const restored = Object.entries(action.before as unknown as FlagStates).filter(
          ([key]) => !isForcedLogout({ key, value: true }),
        );
        if (restored.length === 0 && Object.keys(action.after as object).length > 0) {
          throw new InvalidTransitionError('APPLIED', 'ROLLED_BACK', 'Whoever was signed out has to sign in again herself');
        }
        for (const [key, state] of restored) {
          const step: FlagStep = state ? { kind: 'OVERRIDE', tenantId, ...state } : { kind: 'OVERRIDE_REMOVED', tenantId };
          await write(context, db, key, step, `Undone: ${action.reason}`);
        }
        const { actorId, actorKind } = actorOf(context);
        const row = await markRolledBack(db, action, {
          rolledBackBy: actorId,
          rolledBackByKind: actorKind,
          rolledBackAt: context.clock.now(),
        });
        await tell(context, db, incident, row, { change: 'ROLLED_BACK' });
        return { action: row, incident, blocked: [] };
      });
      await flags.refresh();
      request.loaders.clear();
      return undone;
    },

    async of(context, incidentId) {
      const reach = reachOf(context, READ_INCIDENTS);
      return reach ? findActions(dbWithin(reach, context, database), incidentId) : [];
    },
  };
}
