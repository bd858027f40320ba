import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import { systemContext } from '../../../_kernel/request/system-context.js';
import type { Database, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { isPlatformTenant } from '../../../_kernel/wire/tenant.js';
import { ValidationError } from '../../../_kernel/errors/domain-error.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { DetectionService } from '../../detection/detection.service.js';
import type { OpsEvents } from '../../events.js';
import { MANAGE_INCIDENTS, READ_INCIDENTS, requireReach } from '../../reach.js';
import { insertTimelineLine, lockIncident, updateIncident } from '../incident.store.js';
import { muteOf } from '../mute/mute.js';
import { calledAt, nextCallAt, planSchema, type EscalationPlan } from './escalation.js';
import { findIncidentsToLookAt, findPeopleAmong, findPlan, keepPlan, type DueIncident, type EscalatingIncident } from './escalation.store.js';

export interface EscalationService {
  /** Where the caller is: of the company, or of the platform itself. @throws {ForbiddenError} */
  plan(context: RequestContext): Promise<EscalationPlan | null>;
  /** Who would be called now; null where nobody is named. @throws {ForbiddenError} */
  onCallNow(context: RequestContext): Promise<string | null>;
  /** For incidents from now on. @throws {ForbiddenError} @throws {ValidationError} */
  setPlan(context: RequestContext, plan: EscalationPlan): Promise<EscalationPlan>;
  /**
   * Calls the next level for what nobody has taken on, and somebody for what is muted no longer.
   * @returns how many incidents that were
   */
  escalateDue(context: RequestContext): Promise<number>;
}

export function createEscalationService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly detection: Pick<DetectionService, 'findTenant'>;
}): EscalationService {
  const { database, outbox, detection } = parts;

  const call = async (
    context: RequestContext,
    db: TenantDb,
    incident: EscalatingIncident,
    level: number,
    plan: EscalationPlan | null,
  ): Promise<void> => {
    const { id: incidentId, severity, status, occurredAt, mutedBy } = incident;
    const at = context.clock.now();
    // What was muted begins its levels anew: nobody could have taken it on before she was called.
    const since = mutedBy === null ? occurredAt : at;
    await updateIncident(db, incidentId, {
      mutedBy: null,
      escalationLevel: level,
      nextEscalationAt: plan && status === 'OPEN' ? nextCallAt(plan, severity, level, since) : null,
    });
    const calledId = plan && calledAt(plan, Math.max(level, 1), at);
    const note = level === 0 ? 'Somebody is called: it is muted no longer' : `Nobody has taken it on: level ${level} is called`;
    await insertTimelineLine(db, { incidentId, status, severity, note, actorId: null, actorKind: 'system', at });
    await outbox.emit(db, context, 'ops.incident_escalated', { incidentId, level, calledId });
  };

  /** @returns whether somebody was called */
  const lookAt = async (context: RequestContext, db: TenantDb, id: string): Promise<boolean> => {
    const incident = await lockIncident(db, id);
    if (!incident || incident.resolvedAt !== null) return false;
    const now = context.clock.now();
    const plan = await findPlan(db);
    if (incident.mutedBy !== null) {
      if (await muteOf(db, incident.type, now)) return false;
      await call(context, db, incident, 0, plan);
      return true;
    }
    const isDue = incident.status === 'OPEN' && incident.nextEscalationAt !== null && incident.nextEscalationAt <= now;
    if (!isDue) return false;
    await call(context, db, incident, incident.escalationLevel + 1, plan);
    return true;
  };

  const lookInside = async ({ clock, logger, origin }: RequestContext, { id, tenantId }: DueIncident): Promise<boolean> => {
    const tenant = await detection.findTenant(tenantId);
    if (!tenant) return false;
    const context = systemContext({ name: 'escalation', tenant, clock, logger, requestId: origin.requestId });
    try {
      return await database.tenants.transaction(context, (db) => lookAt(context, db, id));
    } catch (error) {
      context.logger.warn({ err: error, incidentId: id }, 'could not escalate an incident; will try again');
      return false;
    }
  };

  /** Staff of the platform are identity's to know; a company's people are known here. */
  const requireOwnPeople = async ({ tenant }: RequestContext, db: TenantDb, onCall: readonly string[]): Promise<void> => {
    if (isPlatformTenant(tenant)) return;
    const known = await findPeopleAmong(db, onCall);
    const unknown = onCall.flatMap((userId, at) => (known.has(userId) ? [] : [at]));
    if (unknown.length === 0) return;
    throw new ValidationError(unknown.map((at) => ({ field: `onCall.${at}`, message: 'is nobody of your company' })));
  };

  return {
    async plan(context) {
      requireReach(context, READ_INCIDENTS);
      return findPlan(database.tenants.of(context));
    },
    async onCallNow(context) {
      requireReach(context, READ_INCIDENTS);
      const plan = await findPlan(database.tenants.of(context));
      return plan && calledAt(plan, 1, context.clock.now());
    },
    async setPlan(context, given) {
      requireReach(context, MANAGE_INCIDENTS);
      const plan = validate(planSchema, given);
      await database.tenants.transaction(context, async (db) => {
        await requireOwnPeople(context, db, plan.onCall);
        await keepPlan(db, plan, context.clock.now());
      });
      return plan;
    },
    async escalateDue(context) {
      let called = 0;
      for (const due of await findIncidentsToLookAt(database.platform.db, context.clock.now())) {
        if (await lookInside(context, due)) called += 1;
      }
      return called;
    },
  };
}
