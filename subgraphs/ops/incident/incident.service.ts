import { z } from 'zod';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { DetectionService } from '../detection/detection.service.js';
import type { OpsEvents } from '../events.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import { dbWithin, MANAGE_INCIDENTS, READ_INCIDENTS, reachOf, requireReach } from '../reach.js';
import { noteSchema, postmortemSchema, requireTransition, type IncidentStatus } from './incident.js';
import type { IncidentLoaders } from './incident.loader.js';
import {
  findIncidentsOfGroup,
  findIncidentsPage,
  INCIDENT_SORT,
  insertTimelineLine,
  lockIncident,
  updateIncident,
  type IncidentChangeRow,
  type IncidentFilter,
  type IncidentRow,
  type TimelineLine,
} from './incident.store.js';

export interface IncidentService {
  /** Null for one that cannot be seen: members see their tenant's, platform staff every tenant's. */
  find(context: RequestContext, id: string): Promise<IncidentRow | null>;
  /** @throws {ForbiddenError} without the permission to read incidents */
  list(context: RequestContext, args: PageArgs, filter: IncidentFilter): Promise<Connection<IncidentRow>>;
  /** Oldest line first. */
  timelineOf(context: RequestContext, id: string): Promise<readonly IncidentChangeRow[]>;
  /**
   * Says that somebody is on it.
   * @throws {ForbiddenError} without the permission to manage incidents
   * @throws {NotFoundError}
   * @throws {InvalidTransitionError}
   */
  acknowledge(context: RequestContext, id: string): Promise<IncidentRow>;
  /** Says that it does no more harm. @throws as `acknowledge`, and {ValidationError} for the note */
  mitigate(context: RequestContext, id: string, note: string): Promise<IncidentRow>;
  /** Says that it is over. @throws as `mitigate` */
  resolve(context: RequestContext, id: string, note: string): Promise<IncidentRow>;
  /** Keeps what was learned from one that is over. @throws as `mitigate` */
  learn(context: RequestContext, id: string, postmortem: string): Promise<IncidentRow>;
  /** Those of the same cause at whichever company the principal sees, this one not among them. */
  relatedTo(context: RequestContext, incident: IncidentRow): Promise<readonly IncidentRow[]>;
}

type PersonalStatus = Exclude<IncidentStatus, 'OPEN'>;

/** What a step writes beside the status. Whoever takes it on is whom the escalation was looking for. */
const written = (status: PersonalStatus, now: Date, note: string | null): Prisma.IncidentUncheckedUpdateManyInput => {
  switch (status) {
    case 'ACKNOWLEDGED':
      return { acknowledgedAt: now, nextEscalationAt: null };
    case 'MITIGATED':
      return { mitigatedAt: now, nextEscalationAt: null };
    case 'RESOLVED':
      return { resolvedAt: now, nextEscalationAt: null };
    case 'POSTMORTEM':
      return { postmortem: note };
  }
};

/** The person or program behind a change; null for the platform itself. */
export function actorOf({ principal }: RequestContext): Pick<TimelineLine, 'actorId' | 'actorKind'> {
  switch (principal.kind) {
    case 'member':
      return { actorId: principal.userId, actorKind: 'member' };
    case 'platform':
      return { actorId: principal.adminId, actorKind: 'platform' };
    case 'service':
      return { actorId: principal.serviceAccountId, actorKind: 'service' };
    default:
      return { actorId: null, actorKind: 'system' };
  }
}

export function createIncidentService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly loaders: IncidentLoaders;
  readonly detection: Pick<DetectionService, 'findTenant'>;
}): IncidentService {
  const { database, outbox, loaders, detection } = parts;

  const find = (context: RequestContext, id: string) => context.loaders.of(context, loaders.byId).load(id);

  /** The tenant an incident is of: staff of the platform work on it as guests there. */
  const tenantFor = async (context: RequestContext, id: string): Promise<TenantIdentity> => {
    if (requireReach(context, MANAGE_INCIDENTS) === 'TENANT') return context.tenant;
    const incident = await find(context, id);
    const tenant = incident ? await detection.findTenant(incident.tenantId) : null;
    if (!tenant) throw new NotFoundError('Incident');
    return tenant;
  };

  const advance = async (
    request: RequestContext,
    id: string,
    status: PersonalStatus,
    note: string | null,
  ): Promise<IncidentRow> => {
    const context: RequestContext = { ...request, tenant: await tenantFor(request, id) };
    const now = context.clock.now();
    const advanced = await database.tenants.transaction(context, async (db) => {
      const incident = await lockIncident(db, id);
      if (!incident) throw new NotFoundError('Incident');
      requireTransition(incident.status, status);
      const current = await updateIncident(db, id, { status, ...written(status, now, note) });
      const { severity } = current;
      const said = status === 'POSTMORTEM' ? 'What was learned is written down' : note;
      await insertTimelineLine(db, { incidentId: id, status, severity, note: said, ...actorOf(context), at: now });
      await outbox.emit(db, context, 'ops.incident_changed', { incidentId: id, status });
      return current;
    });
    request.loaders.clear();
    return advanced;
  };

  const noted = (note: string): string => validate(z.object({ note: noteSchema }), { note }).note;

  return {
    find,
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_INCIDENTS), context, database);
      const page = pageOf(args, INCIDENT_SORT);
      const rows = await findIncidentsPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.occurredAt, row.id]);
    },
    timelineOf: (context, id) => context.loaders.of(context, loaders.timelineById).load(id),
    acknowledge: (context, id) => advance(context, id, 'ACKNOWLEDGED', null),
    mitigate: async (context, id, note) => advance(context, id, 'MITIGATED', noted(note)),
    resolve: async (context, id, note) => advance(context, id, 'RESOLVED', noted(note)),
    learn: async (context, id, postmortem) =>
      advance(context, id, 'POSTMORTEM', validate(z.object({ postmortem: postmortemSchema }), { postmortem }).postmortem),
    async relatedTo(context, { id, groupId }) {
      const reach = reachOf(context, READ_INCIDENTS);
      if (!reach || groupId === null) return [];
      const rows = await findIncidentsOfGroup(dbWithin(reach, context, database), groupId);
      return rows.filter((row) => row.id !== id);
    },
  };
}
