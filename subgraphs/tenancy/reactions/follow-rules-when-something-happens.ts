import type { Reaction } from '../../_kernel/events/reaction.js';
import { AUTOMATED_EVENTS } from '../workflow/automation/rule.js';
import type { AutomationService } from '../workflow/automation/rule.service.js';

/** A company's own rules; each is followed in one transaction with the note that the event was dealt with. */
export const followRulesWhenSomethingHappens = (automation: AutomationService): readonly Reaction[] =>
  AUTOMATED_EVENTS.map((on) => ({
    on,
    name: 'followRulesWhenSomethingHappens',
    handle: (context, db, event) => automation.follow(context, db, event),
  }));
