import { ACTING_FLAGS } from '../../../_kernel/flags/evaluation/known-flags.js';
import type { Flags } from '../../../_kernel/flags/evaluation/flag-set.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import { dbWithin, READ_INCIDENTS, reachOf, requireReach } from '../../reach.js';
import type { IncidentRow } from '../incident.store.js';
import { featuresOf } from './features.js';
import { BY_SEVERITY, isBetterThanSeverity, scoreOf, type Contribution, type TriageModel } from './ranking.js';
import { countByGroup, findOpenIncidents } from './triage.store.js';

export interface TriagedIncident {
  readonly incident: IncidentRow;
  readonly score: number;
  readonly rankedBy: 'MODEL' | 'SEVERITY';
  readonly contributions: readonly Contribution[];
}

export interface TriageService {
  /**
   * What goes on, what matters most first: the company's, and for platform staff every company's.
   * @param first how many at most, 1 to 100 @throws {ForbiddenError}
   */
  ranked(context: RequestContext, first: number): Promise<readonly TriagedIncident[]>;
  /** Null for an incident that cannot be seen or that is over. */
  of(context: RequestContext, id: string): Promise<TriagedIncident | null>;
}

const MOST = 100;

/** By score; of equals the older one, so that the order is always the same. */
const byRank = (a: TriagedIncident, b: TriagedIncident): number =>
  b.score - a.score ||
  a.incident.occurredAt.getTime() - b.incident.occurredAt.getTime() ||
  (a.incident.id < b.incident.id ? -1 : 1);

/** @param model asked only while it does better than the order by severity, and its flag is on */
export function createTriageService(parts: {
  readonly database: Database;
  readonly flags: Flags;
  readonly model: TriageModel;
}): TriageService {
  const { database, flags, model } = parts;

  const rank = async (context: RequestContext): Promise<readonly TriagedIncident[]> => {
    const reach = reachOf(context, READ_INCIDENTS);
    if (!reach) return [];
    const db = dbWithin(reach, context, database);
    const rows = await findOpenIncidents(db);
    const related = await countByGroup(db, rows.flatMap(({ groupId }) => groupId ?? []));
    const isWanted = flags.isOn(ACTING_FLAGS.triageModel, { tenantId: context.tenant.id, now: context.clock.now() });
    const usesModel = isWanted && isBetterThanSeverity(model);
    const weights = usesModel ? model.weights : BY_SEVERITY;
    return rows
      .map((incident): TriagedIncident => {
        const { severity, classification, groupId } = incident;
        const subject = {
          severity,
          classification,
          metrics: incident.metrics as Readonly<Record<string, number>>,
          related: Math.max(0, (related.get(groupId ?? '') ?? 1) - 1),
        };
        return { incident, rankedBy: usesModel ? 'MODEL' : 'SEVERITY', ...scoreOf(weights, featuresOf(subject)) };
      })
      .sort(byRank);
  };

  return {
    async ranked(context, first) {
      requireReach(context, READ_INCIDENTS);
      return (await rank(context)).slice(0, Math.min(Math.max(first, 1), MOST));
    },
    async of(context, id) {
      return (await rank(context)).find(({ incident }) => incident.id === id) ?? null;
    },
  };
}
