import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { ProviderId } from '../ids.js';
import { setBookable } from '../provider/provider.store.js';

/** A provider who awaits her approval is booked once a workflow has decided so, and no more when it decides otherwise. */
export const admitProviderWhenSheIsApproved: Reaction = reactTo<TenancyEvents>()(
  'tenancy.entity_decided',
  'admitProviderWhenSheIsApproved',
  async (_context, db, { payload: { entityType, entityId, decision } }) => {
    const id = entityType === 'Provider' ? ProviderId.decode(entityId) : null;
    if (id !== null) await setBookable(db, id, decision === 'APPROVED');
  },
);
