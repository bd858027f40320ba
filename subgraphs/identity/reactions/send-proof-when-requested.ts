import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../events.js';
import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';

export const sendProofWhenRequested = (proofs: MailedProofService): Reaction =>
  reactTo<IdentityEvents>()('identity.proof_requested', 'sendProofWhenRequested', (context, db, { payload }) =>
    proofs.send(context, db, payload),
  );
