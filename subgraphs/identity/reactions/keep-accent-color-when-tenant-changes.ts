import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { keepAccentColor } from '../account-pages/page-brand.store.js';

export const keepAccentColorWhenTenantChanges: Reaction = reactTo<TenancyEvents>()(
  'tenancy.tenant_changed',
  'keepAccentColorWhenTenantChanges',
  async (_context, db, { payload: { accentColor } }) => {
    if (accentColor !== undefined) await keepAccentColor(db, accentColor);
  },
);
