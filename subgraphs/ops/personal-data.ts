import type { Holding } from '../_kernel/personal-data/holding.js';
import type { DataSubject } from '../_kernel/personal-data/personal-data.js';
import { sql, type Sql } from '../_kernel/tenancy/sql.js';

const ofUser = ({ userId }: DataSubject): Sql => sql`t.user_id = ${userId}::uuid`;
const herTickets = ({ userId }: DataSubject): Sql =>
  sql`SELECT k.id FROM ops.support_ticket k WHERE k.requester_id = ${userId}::uuid`;

const ops = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'ops', ...holding });
const deleted = { how: 'DELETE' } as const;

const ACCOUNT_OF_HELP = 'That help was asked for and given is kept, and nothing of what was said.';
const AUDIT_TRAIL =
  'Who did what has to be shown later: the entry stays under an id that names nobody now (GDPR, article 17(3)(b) and (e)).';

/** What operations knows of a person. What leads to others of her rows comes behind them. */
export const OPS_HOLDINGS: readonly Holding[] = [
  ops({ section: 'notifications', table: 'notification', whose: ofUser, erasure: deleted }),
  ops({ section: 'deliveries', table: 'notification_log', whose: ofUser, erasure: deleted }),
  ops({ section: 'notificationSettings', table: 'notification_setting', whose: ofUser, erasure: deleted }),
  ops({ section: 'notificationPreferences', table: 'notification_preference', whose: ofUser, erasure: deleted }),
  ops({ section: 'phone', table: 'notification_phone', whose: ofUser, withheld: ['sealed_code'], erasure: deleted }),
  ops({ section: 'browsers', table: 'push_subscription', whose: ofUser, withheld: ['p256dh', 'auth'], erasure: deleted }),
  ops({ section: 'recipient', table: 'notification_recipient', whose: ofUser, erasure: deleted }),
  ops({
    section: 'mails',
    table: 'mail',
    whose: ({ emails }) => sql`t.recipient = ANY(${[...emails]}::text[])`,
    withheld: ['sealed'],
    erasure: deleted,
  }),
  ops({ section: 'securitySignals', table: 'auth_ops_logs', whose: ofUser, erasure: deleted }),
  ops({
    section: 'ticketMessages',
    table: 'ticket_message',
    whose: (who) => sql`(t.ticket_id IN (${herTickets(who)}) OR t.author_id = ${who.userId}::uuid) AND NOT t.is_internal`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['body'],
      call: (who) => sql`ops.blank_ticket_messages(ARRAY(${herTickets(who)}), ${who.userId}::uuid)`,
      reason: ACCOUNT_OF_HELP,
    },
  }),
  ops({
    section: 'tickets',
    table: 'support_ticket',
    whose: (who) => sql`t.id IN (${herTickets(who)})`,
    erasure: { how: 'BLANK', columns: { subject: sql`'Erased'` }, reason: ACCOUNT_OF_HELP },
  }),
  ops({
    section: 'auditTrail',
    table: 'audit_entry',
    whose: ({ userId }) => sql`(t.actor_id = ${userId} OR t.subject_id = ${userId})`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['ip', 'user_agent'],
      call: ({ userId }) => sql`ops.blank_audit_clients(${userId})`,
      reason: AUDIT_TRAIL,
    },
  }),
];
