import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

const SIGNALS = {
  EMAIL_VERIFICATION: 'email_verification_failure',
  PASSWORD_RESET: 'password_reset_failure',
  SIGN_IN: 'failed_login',
} as const;

export const logSignalWhenProofIsRefused = (authLog: AuthLogService): Reaction =>
  reactTo<IdentityEvents>()('identity.proof_refused', 'logSignalWhenProofIsRefused', (context, db, event) =>
    authLog.log(context, db, event.id, { type: SIGNALS[event.payload.purpose], occurredAt: event.occurredAt }),
  );
