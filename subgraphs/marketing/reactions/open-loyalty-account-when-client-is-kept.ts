import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import type { LoyaltyService } from '../loyalty/loyalty.service.js';

/** A new client finds her account, with nothing on it, before she has earned anything. */
export const openLoyaltyAccountWhenClientIsKept = (loyalty: LoyaltyService): Reaction =>
  reactTo<BookingEvents>()(
    'booking.client_kept',
    'openLoyaltyAccountWhenClientIsKept',
    (_context, db, { payload: { clientId, userId }, occurredAt }) => loyalty.open(db, { clientId, userId }, occurredAt),
  );
