import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

/** Few people sign in to the platform's own realm, so that there even a single failure is worth a look. */
export const logSignalWhenLoginFails = (authLog: AuthLogService): Reaction =>
  reactTo<IdentityEvents>()('identity.login_failed', 'logSignalWhenLoginFails', (context, db, event) =>
    authLog.log(context, db, event.id, {
      type: event.payload.realm === 'platform' ? 'suspicious_admin_login' : 'failed_login',
      occurredAt: event.occurredAt,
    }),
  );
