import type { StoredEvent } from '../../_kernel/events/event.js';
import type { Reaction } from '../../_kernel/events/reaction.js';
import { AUDITED_EVENTS, type AuditedFacts } from '../audit/audited-events.js';
import type { AuditService } from '../audit/audit.service.js';

/** One reaction for each event that leaves an audit entry. */
export const recordAuditEntries = (audit: AuditService): readonly Reaction[] =>
  Object.entries(AUDITED_EVENTS).map(([on, factsOf]) => ({
    on,
    name: `recordAuditEntryOf:${on}`,
    async handle(_context, db, event) {
      // The table gives each type the function of its own payload; here only the name is known.
      const facts = (factsOf as (event: StoredEvent) => AuditedFacts | null)(event);
      if (facts) await audit.record(db, event, facts);
    },
  }));
