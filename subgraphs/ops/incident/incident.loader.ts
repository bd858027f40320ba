import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import { dbWithin, READ_INCIDENTS, reachOf } from '../reach.js';
import { findIncidentsByIds, findTimelines, type IncidentChangeRow, type IncidentRow } from './incident.store.js';

export interface IncidentLoaders {
  /** Null for an incident that the principal may not see. */
  readonly byId: LoaderDefinition<string, IncidentRow | null>;
  /** Empty for an incident that the principal may not see. */
  readonly timelineById: LoaderDefinition<string, readonly IncidentChangeRow[]>;
}

export const createIncidentLoaders = (database: Database): IncidentLoaders => ({
  byId: {
    name: 'incidentById',
    batch: async (context, ids) => {
      const reach = reachOf(context, READ_INCIDENTS);
      const rows = reach ? await findIncidentsByIds(dbWithin(reach, context, database), ids) : [];
      return inKeyOrder(ids, rows, (row) => row.id);
    },
  },
  timelineById: {
    name: 'incidentTimelineById',
    batch: async (context, ids) => {
      const reach = reachOf(context, READ_INCIDENTS);
      const rows = reach ? await findTimelines(dbWithin(reach, context, database), ids) : [];
      return groupByKey(ids, rows, (row) => row.incidentId);
    },
  },
});
