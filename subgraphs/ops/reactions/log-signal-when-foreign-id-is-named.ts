import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { ForeignIdEvents } from '../../_kernel/foreign-ids/foreign-id-named.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

/** In the platform's own log: the asker's company must not learn from its log which ids others have. */
export const logSignalWhenForeignIdIsNamed = (authLog: AuthLogService): Reaction =>
  reactTo<ForeignIdEvents>()('kernel.foreign_id_named', 'logSignalWhenForeignIdIsNamed', (context, db, { id, occurredAt, payload }) =>
    authLog.log(context, db, id, { type: 'tenant_leak_suspected', occurredAt, userId: payload.askedBy }),
  );
