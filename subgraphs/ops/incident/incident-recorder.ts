import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import type { OpsEvents } from '../events.js';
import type { OpsEvent } from '../spine/incidents/ops-event.js';
import { runEcommerceOpsSpine } from '../spine/response/run-ops-spine.js';
import { isWorse, severityOf, titleOf, type IncidentStatus } from './incident.js';
import { firstCallAt } from './escalation/escalation.store.js';
import { joinIncidentGroup } from './mute/incident-group.store.js';
import { muteOf } from './mute/mute.js';
import {
  findIncidentsByIds,
  insertIncident,
  insertTimelineLine,
  lockOpenIncident,
  updateIncident,
  type IncidentRow,
} from './incident.store.js';

/** Writes what detection has found, in the caller's transaction. */
export interface IncidentRecorder {
  /** Opens an incident with its advice, or brings the one that is going on up to date. */
  raise(context: RequestContext, db: TenantDb, event: OpsEvent): Promise<void>;
  /** Brings the incident of this type that is going on up to date; does nothing without one. */
  refresh(context: RequestContext, db: TenantDb, event: OpsEvent): Promise<void>;
  /** Resolves the incident of this type that is going on; does nothing without one. */
  clear(context: RequestContext, db: TenantDb, type: string, at: Date): Promise<void>;
  /** What was written; null for an incident that there is not. */
  recorded(db: TenantDb, id: string): Promise<IncidentRow | null>;
  /** Whether nobody was called before for the same cause, at whichever company. */
  isFirstToCallFor(incident: IncidentRow): Promise<boolean>;
}

/** The advice for an event, in the columns of an incident. */
function adviceFor(event: OpsEvent) {
  const response = runEcommerceOpsSpine(event);
  return {
    severity: severityOf(event.severity_guess),
    title: titleOf(event),
    decision: response.decision,
    steps: [...response.steps],
    risks: [...response.risks],
    recommendedFlags: response.recommended_flags as unknown as Prisma.InputJsonValue,
    rollbackPlan: [...response.rollback_plan],
    classification: response.classification,
    metrics: { ...event.metrics_snapshot },
  };
}

export function createIncidentRecorder(parts: {
  readonly outbox: Outbox<OpsEvents>;
  readonly platform: PlatformDatabase;
}): IncidentRecorder {
  const { outbox, platform } = parts;

  const addLine = (db: TenantDb, incident: IncidentRow, status: IncidentStatus, note: string, at: Date) =>
    insertTimelineLine(db, {
      incidentId: incident.id,
      status,
      severity: incident.severity,
      note,
      actorId: null,
      actorKind: 'system',
      at,
    });

  const refresh = async (context: RequestContext, db: TenantDb, event: OpsEvent): Promise<void> => {
    const open = await lockOpenIncident(db, event.incident_type);
    if (!open) return;
    const { severity, ...advice } = adviceFor(event);
    const worse = isWorse(severity, open.severity);
    // Milder numbers of the same trouble are news; milder advice in the middle of it is not.
    const changes = worse ? { severity, ...advice } : { title: advice.title, metrics: advice.metrics };
    const current = await updateIncident(db, open.id, changes);
    if (worse) {
      await addLine(db, current, current.status, `Became worse: ${current.title}`, new Date(event.occurred_at));
    }
    await outbox.emit(db, context, 'ops.incident_changed', { incidentId: current.id, status: current.status });
  };

  return {
    async raise(context, db, event) {
      const id = uuidv7();
      const type = event.incident_type;
      const occurredAt = new Date(event.occurred_at);
      const advice = adviceFor(event);
      const groupId = await joinIncidentGroup(platform.db, { type, id, at: occurredAt });
      const mutedBy = await muteOf(db, type, occurredAt);
      const incident = await insertIncident(db, {
        id,
        eventId: event.event_id,
        type,
        occurredAt,
        groupId,
        mutedBy,
        nextEscalationAt: mutedBy === null ? await firstCallAt(db, advice.severity, occurredAt) : null,
        ...advice,
      });
      if (!incident) return refresh(context, db, event);
      await addLine(db, incident, 'OPEN', `Detected: ${incident.title}`, incident.occurredAt);
      await outbox.emit(db, context, 'ops.incident_raised', {
        incidentId: incident.id,
        type: incident.type,
        severity: incident.severity,
        opensGroup: groupId === id,
      });
    },
    refresh,
    recorded: async (db, id) => (await findIncidentsByIds(db, [id]))[0] ?? null,
    async isFirstToCallFor({ id, groupId, mutedBy }) {
      if (mutedBy !== null) return false;
      if (groupId === null) return true;
      return (await platform.db.incident.count({ where: { groupId, mutedBy: null, id: { lt: id } } })) === 0;
    },
    async clear(context, db, type, at) {
      const open = await lockOpenIncident(db, type);
      if (!open) return;
      const current = await updateIncident(db, open.id, { status: 'RESOLVED', resolvedAt: at, nextEscalationAt: null });
      await addLine(db, current, 'RESOLVED', 'Resolved by itself: the numbers have stayed calm for long enough', at);
      await outbox.emit(db, context, 'ops.incident_changed', { incidentId: current.id, status: 'RESOLVED' });
    },
  };
}
