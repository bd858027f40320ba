import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import {
  findLocationsByIds,
  findQualifications,
  findRequirementsOf,
  findResourcesByIds,
  findResourcesUsedBy,
  type LocationRow,
  type ProviderQualificationRow,
  type Requirements,
  type ResourceRow,
} from './resource.store.js';

export interface ResourceLoaders {
  readonly locationById: LoaderDefinition<string, LocationRow | null>;
  readonly resourceById: LoaderDefinition<string, ResourceRow | null>;
  readonly requirementsOf: LoaderDefinition<string, Requirements>;
  readonly qualificationsOf: LoaderDefinition<string, ProviderQualificationRow[]>;
  /** By session. */
  readonly usedBy: LoaderDefinition<string, ResourceRow[]>;
}

export const createResourceLoaders = (tenants: TenantDatabase): ResourceLoaders => ({
  locationById: {
    name: 'locationById',
    batch: async (context, ids) => inKeyOrder(ids, await findLocationsByIds(tenants.of(context), ids), ({ id }) => id),
  },
  resourceById: {
    name: 'resourceById',
    batch: async (context, ids) => inKeyOrder(ids, await findResourcesByIds(tenants.of(context), ids), ({ id }) => id),
  },
  requirementsOf: {
    name: 'requirementsByServiceId',
    batch: (context, ids) => findRequirementsOf(tenants.of(context), ids),
  },
  qualificationsOf: {
    name: 'qualificationsByProviderId',
    batch: async (context, ids) =>
      groupByKey(ids, await findQualifications(tenants.of(context), ids), (row) => row.providerId),
  },
  usedBy: {
    name: 'resourcesBySessionId',
    async batch(context, ids) {
      const uses = await findResourcesUsedBy(tenants.of(context), ids);
      return groupByKey(ids, uses, ({ sessionId }) => sessionId).map((all) => all.map(({ resource }) => resource));
    },
  },
});
