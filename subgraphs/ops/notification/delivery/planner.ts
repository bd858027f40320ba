import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Flags } from '../../../_kernel/flags/evaluation/flag-set.js';
import { hasFeature } from '../../../_kernel/flags/plan-feature.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { endOfQuiet } from '../../../_kernel/time/quiet-hours.js';
import type { OpsJobs } from '../../jobs.js';
import { findAlertChannels } from '../alert/alert-channel.store.js';
import type { Message } from '../notification.js';
import { findContacts } from '../notification.store.js';
import { isTimely, isUrgent, nextDigest, preferencesOf, type PersonalChannel } from '../settings/settings.js';
import { findPhones, findPreferences, findSettings, findSubscriptions, type SettingRow } from '../settings/settings.store.js';
import { insertLog, type NewLogRow } from './notification-log.store.js';

/** Decides where else something is told than in the application, and when, in the caller's transaction. */
export interface DeliveryPlanner {
  /** By what each person has chosen, and can be reached by. */
  planFor(context: RequestContext, db: TenantDb, userIds: readonly string[], message: Message): Promise<void>;
  /** To the team, where it has said: only what is urgent, and everything to its integration. */
  alertTeam(context: RequestContext, db: TenantDb, message: Message): Promise<void>;
}

/** A way to reach somebody: a channel, and which browser of hers. */
interface Way {
  readonly channel: PersonalChannel;
  readonly targetId: string | null;
}

async function waysTo(db: TenantDb, userIds: readonly string[], kind: Message['kind']): Promise<ReadonlyMap<string, readonly Way[]>> {
  const [said, contacts, phones, browsers] = [
    await findPreferences(db, userIds),
    await findContacts(db, userIds),
    await findPhones(db, userIds),
    await findSubscriptions(db, userIds),
  ];
  const waysOf = (userId: string): readonly Way[] => {
    const chosen = preferencesOf(said.filter((one) => one.userId === userId));
    const wants = (channel: PersonalChannel) => chosen.some((one) => one.kind === kind && one.channel === channel && one.enabled);
    const hasMail = contacts.some((contact) => contact.userId === userId && contact.email !== null);
    const hasPhone = phones.some((phone) => phone.userId === userId && phone.confirmedAt !== null);
    const hers = browsers.filter((browser) => browser.userId === userId);
    return [
      ...(hasMail && wants('EMAIL') ? [{ channel: 'EMAIL', targetId: null } as const] : []),
      ...(hasPhone && wants('SMS') ? [{ channel: 'SMS', targetId: null } as const] : []),
      ...(wants('PUSH') ? hers.map(({ id }) => ({ channel: 'PUSH', targetId: id }) as const) : []),
    ];
  };
  return new Map(userIds.map((userId) => [userId, waysOf(userId)]));
}

/** When something is told, and whether together with the rest of the time. */
function momentOf(
  now: Date,
  channel: PersonalChannel,
  setting: SettingRow | undefined,
  of: { readonly kind: Message['kind']; readonly timeZone: string },
): { readonly at: Date; readonly inDigest: boolean } {
  if (!setting || isUrgent(of.kind)) return { at: now, inDigest: false };
  const { digest, quietFrom, quietUntil } = setting;
  const timeZone = setting.timeZone ?? of.timeZone;
  const inDigest = channel === 'EMAIL' && digest !== 'NONE' && !isTimely(of.kind);
  const at = inDigest ? nextDigest(now, digest, timeZone) : now;
  const quiet = quietFrom === null || quietUntil === null ? null : { from: quietFrom, until: quietUntil, timeZone };
  return { at: quiet ? endOfQuiet(at, quiet) : at, inDigest };
}

const subjectOf = ({ bookingId, incidentId }: Message): string | null => incidentId ?? bookingId ?? null;

export function createDeliveryPlanner(queue: JobQueue<OpsJobs>, flags: Flags): DeliveryPlanner {
  /** Reminders by telephone are for companies whose plan has them. */
  const allows = (context: RequestContext, { kind, isMailed = false }: Message, { channel }: Way): boolean =>
    channel === 'EMAIL' ? !isMailed : kind !== 'BOOKING_REMINDER' || channel !== 'SMS' || hasFeature(flags, context, 'sms_reminders');

  const keep = async (context: RequestContext, db: TenantDb, rows: readonly NewLogRow[]): Promise<void> => {
    await insertLog(db, rows);
    for (const { id, userId, inDigest, kind, nextAttemptAt } of rows) {
      const runAt = nextAttemptAt;
      if (inDigest && userId !== null) {
        await queue.enqueue(db, context, 'ops.send_digest', { userId }, { key: `${userId}:${runAt.toISOString()}`, runAt });
      } else {
        const priority = isUrgent(kind) ? 'HIGH' : 'NORMAL';
        await queue.enqueue(db, context, 'ops.deliver_notification', { logId: id }, { key: id, runAt, priority });
      }
    }
  };

  return {
    async planFor(context, db, userIds, message) {
      if (userIds.length === 0) return;
      const now = context.clock.now();
      const { kind, title, body } = message;
      const ways = await waysTo(db, userIds, kind);
      const settings = await findSettings(db, userIds);
      const rows = [...ways].flatMap(([userId, hers]) => {
        const setting = settings.find((one) => one.userId === userId);
        return hers.filter((way) => allows(context, message, way)).map(({ channel, targetId }) => {
          const { at, inDigest } = momentOf(now, channel, setting, { kind, timeZone: context.tenant.timeZone });
          const told = { kind, title, body, subjectId: subjectOf(message) };
          return { id: uuidv7(), userId, channel, targetId, ...told, inDigest, createdAt: now, nextAttemptAt: at };
        });
      });
      await keep(context, db, rows);
    },
    async alertTeam(context, db, message) {
      const now = context.clock.now();
      const { kind, title, body } = message;
      const hearing = (await findAlertChannels(db)).filter(({ fromIntegration }) => fromIntegration || isUrgent(kind));
      const rows = hearing.map(({ id, channel }) => ({
        ...{ id: uuidv7(), userId: null, channel, targetId: id, kind, title, body },
        ...{ subjectId: subjectOf(message), inDigest: false, createdAt: now, nextAttemptAt: now },
      }));
      await keep(context, db, rows);
    },
  };
}
