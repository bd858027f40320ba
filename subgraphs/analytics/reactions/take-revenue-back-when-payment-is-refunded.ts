import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { FactsService } from '../facts/facts.service.js';

export const takeRevenueBackWhenPaymentIsRefunded = (facts: FactsService): Reaction =>
  reactTo<CommerceEvents>()(
    'commerce.payment_refunded',
    'takeRevenueBackWhenPaymentIsRefunded',
    (_context, db, event) => facts.recordRefund(db, event),
  );
