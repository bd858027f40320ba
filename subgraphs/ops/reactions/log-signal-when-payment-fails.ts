import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { AuthLogService } from '../auth-log/auth-log.service.js';

export const logSignalWhenPaymentFails = (authLog: AuthLogService): Reaction =>
  reactTo<CommerceEvents>()('commerce.payment_failed', 'logSignalWhenPaymentFails', (context, db, { id, occurredAt }) =>
    authLog.log(context, db, id, { type: 'failed_payment', occurredAt }),
  );
