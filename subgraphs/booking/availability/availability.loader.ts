import { groupByKey, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findWorkingHours, type WorkingHoursRow } from './availability.store.js';

export type WorkingHoursLoader = LoaderDefinition<string, WorkingHoursRow[]>;

export const createWorkingHoursLoader = (tenants: TenantDatabase): WorkingHoursLoader => ({
  name: 'workingHoursByProviderId',
  batch: async (context, ids) =>
    groupByKey(ids, await findWorkingHours(tenants.of(context), ids), (row) => row.providerId),
});
