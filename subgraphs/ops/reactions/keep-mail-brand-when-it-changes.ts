import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { keepMailAccent, keepMailBrand, keepMailLocale } from '../mail/mail-brand.store.js';

/** The mails of a company look as it has chosen. */
export const keepMailBrandWhenItChanges: readonly Reaction[] = [
  reactTo<TenancyEvents>()(
    'tenancy.tenant_changed',
    'keepMailAccentWhenTenantChanges',
    async (_context, db, { payload: { accentColor, locale } }) => {
      if (accentColor !== undefined) await keepMailAccent(db, accentColor);
      if (locale !== undefined) await keepMailLocale(db, locale);
    },
  ),
  reactTo<TenancyEvents>()('tenancy.branding_changed', 'keepMailBrandWhenItChanges', (_context, db, { payload: { brand } }) =>
    keepMailBrand(db, brand),
  ),
];
