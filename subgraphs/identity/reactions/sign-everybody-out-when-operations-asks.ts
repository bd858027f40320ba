import type { Outbox } from '../../_kernel/events/outbox.js';
import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { OpsEvents } from '../../ops/events.js';
import type { IdentityEvents } from '../events.js';
import { revokeEverySession } from '../session/session.store.js';

/** Every session of the tenant ends; whoever asked for it signs in again, too. */
export const signEverybodyOutWhenOperationsAsks = (outbox: Outbox<IdentityEvents>): Reaction =>
  reactTo<OpsEvents>()('ops.forced_logout_requested', 'signEverybodyOutWhenOperationsAsks', async (context, db) => {
    for (const { id: sessionId, realm: kept, subjectId } of await revokeEverySession(db, 'FORCED', context.clock.now())) {
      const realm = kept === 'platform' ? 'platform' : 'tenant';
      await outbox.emit(db, context, 'identity.session_ended', { realm, subjectId, sessionId, reason: 'FORCED' });
    }
  });
