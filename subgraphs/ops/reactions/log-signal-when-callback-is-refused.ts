import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import { IdentityProviderId } from '../../identity/ids.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

export const logSignalWhenCallbackIsRefused = (authLog: AuthLogService): Reaction =>
  reactTo<IdentityEvents>()('identity.callback_refused', 'logSignalWhenCallbackIsRefused', (context, db, { id, occurredAt, payload }) =>
    authLog.log(context, db, id, {
      type: 'oauth_callback_error',
      occurredAt,
      provider: IdentityProviderId.encode(payload.providerId),
    }),
  );
