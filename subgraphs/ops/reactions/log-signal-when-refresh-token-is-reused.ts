import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

export const logSignalWhenRefreshTokenIsReused = (authLog: AuthLogService): Reaction =>
  reactTo<IdentityEvents>()(
    'identity.session_ended',
    'logSignalWhenRefreshTokenIsReused',
    async (context, db, { id, occurredAt, payload }) => {
      if (payload.reason !== 'TOKEN_REUSED') return;
      await authLog.log(context, db, id, { type: 'session_anomaly', occurredAt, userId: payload.subjectId });
    },
  );
