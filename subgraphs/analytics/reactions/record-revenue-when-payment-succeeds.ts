import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { FactsService } from '../facts/facts.service.js';

export const recordRevenueWhenPaymentSucceeds = (facts: FactsService): Reaction =>
  reactTo<CommerceEvents>()(
    'commerce.payment_succeeded',
    'recordRevenueWhenPaymentSucceeds',
    (_context, db, event) => facts.recordPayment(db, event),
  );
