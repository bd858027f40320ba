import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { catalogueOf, type RoleCatalogue } from './role.js';
import { findRoles } from './role.store.js';

/** The one key: a tenant has one catalogue. */
export const WHOLE = 'whole';

export type RoleCatalogueLoader = LoaderDefinition<typeof WHOLE, RoleCatalogue>;

/** A tenant's roles, read once for a request however many members are shown. */
export const createRoleCatalogueLoader = (tenants: TenantDatabase): RoleCatalogueLoader => ({
  name: 'roleCatalogue',
  batch: async (context, keys) => {
    const catalogue = catalogueOf(await findRoles(tenants.of(context)));
    return keys.map(() => catalogue);
  },
});
