import { handleJob, PATIENT, type JobHandler, type JobOutcome } from '../../../_kernel/jobs/job.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import type { OpsJobs } from '../../jobs.js';
import { DeliveryRefusedError } from '../channels/channel.js';
import { findDigest, findLog, markNotSent, markSent } from './notification-log.store.js';
import type { Sender } from './sender.js';

/** Things said in one digest. */
const MOST_IN_DIGEST = 200;
const LOST = 'The process was lost during every attempt';

/** What an attempt to send some of the log comes to, as the log and the queue see it. */
async function outcomeOf(context: RequestContext, ids: readonly string[], send: () => Promise<string | null>): Promise<JobOutcome> {
  try {
    const providerId = await send();
    return { is: 'DONE', settle: (db) => markSent(db, ids, context.clock.now(), providerId) };
  } catch (error) {
    if (!(error instanceof DeliveryRefusedError)) throw error;
    const { message: failure, final } = error;
    return {
      is: 'FAILED',
      failure,
      final,
      settle: (db, next) => markNotSent(db, ids, failure, next.status === 'DEAD' ? null : next.dueAt),
    };
  }
}

/** Tells one thing to one person or team by one channel. */
export const deliverNotification = (tenants: TenantDatabase, sender: Sender): JobHandler =>
  handleJob<OpsJobs>()('ops.deliver_notification', {
    retry: PATIENT,
    async run(context, { payload }, signal) {
      const row = await findLog(tenants.of(context), payload.logId);
      if (row?.status !== 'PENDING') return { is: 'DONE' };
      return outcomeOf(context, [row.id], () => sender.send(context, row, signal));
    },
    abandoned: (_context, db, { payload }) => markNotSent(db, [payload.logId], LOST, null),
  });

/** Tells somebody by one mail what has come together for her. */
export const sendDigest = (tenants: TenantDatabase, sender: Sender): JobHandler =>
  handleJob<OpsJobs>()('ops.send_digest', {
    retry: PATIENT,
    async run(context, { id, payload: { userId } }) {
      const rows = await findDigest(tenants.of(context), userId, MOST_IN_DIGEST);
      if (rows.length === 0) return { is: 'DONE' };
      const title = rows.length === 1 ? '1 notification' : `${rows.length} notifications`;
      const body = rows.map((row) => `${row.title}. ${row.body}`.replaceAll(/\s+/g, ' ')).join('\n');
      const ids = rows.map((row) => row.id);
      return outcomeOf(context, ids, () => sender.mail(context, { id, userId, title, body }));
    },
  });
