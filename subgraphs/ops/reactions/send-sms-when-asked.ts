import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { OpsJobs } from '../jobs.js';
import { findMailBrand } from '../mail/mail-brand.store.js';

/** Ahead of what nobody waits for. */
export const sendSmsWhenAsked = (queue: JobQueue<OpsJobs>, flags: Flags): Reaction =>
  reactTo<IdentityEvents>()('identity.sms_requested', 'sendSmsWhenAsked', async (context, db, { id, payload }) => {
    const { senderName } = await findMailBrand(db, flags, context);
    await queue.enqueue(db, context, 'ops.send_sms', { ...payload, senderName }, { key: id, priority: 'HIGH' });
  });
