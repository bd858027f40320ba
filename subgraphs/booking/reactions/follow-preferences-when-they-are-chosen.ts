import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { followPreferences } from '../catalogue/preferences.service.js';

export const followPreferencesWhenTheyAreChosen: Reaction = reactTo<TenancyEvents>()(
  'tenancy.preferences_chosen',
  'followPreferencesWhenTheyAreChosen',
  (context, db, { payload }) => followPreferences(context, db, payload),
);
