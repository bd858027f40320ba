import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { keepAccentColor, keepBrand } from '../account-pages/page-brand.store.js';

/** The pages of a company look as it has chosen. */
export const keepPageBrandWhenItChanges: readonly Reaction[] = [
  reactTo<TenancyEvents>()(
    'tenancy.tenant_changed',
    'keepAccentColorWhenTenantChanges',
    async (_context, db, { payload: { accentColor } }) => {
      if (accentColor !== undefined) await keepAccentColor(db, accentColor);
    },
  ),
  reactTo<TenancyEvents>()('tenancy.branding_changed', 'keepPageBrandWhenItChanges', (_context, db, { payload: { brand } }) =>
    keepBrand(db, brand),
  ),
];
