import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { timeInWords } from '../../_kernel/time/time-words.js';
import { validate } from '../../_kernel/validation/validate.js';
import { findServicesByIds } from '../catalogue/catalogue.store.js';
import { nameOf } from '../client/client.js';
import { findClientsByIds } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { factsOf } from '../reservation/reservation-record.js';
import { findNamedBooking, lockBooking, type NamedBooking } from '../reservation/reservation.store.js';
import { reminderRuleSchema, remindersOf, USUAL_REMINDERS } from './reminder.js';
import {
  claimReminder,
  deleteReminderRule,
  dropReminders,
  findDueReminders,
  findReminderRuleFor,
  findReminderRules,
  keepReminderRule,
  keepReminders,
  termsOf,
  type DueReminder,
  type ReminderRuleRow,
} from './reminder.store.js';

export interface NewReminderRule {
  /** All that has no rule of its own when null. */
  readonly serviceId: string | null;
  /** How long before the start, in minutes; none for no reminders. */
  readonly leadMinutes: readonly number[];
  /** `HH:MM` on the company's clock; null for none. */
  readonly quietHours: { readonly from: string; readonly until: string } | null;
}

export interface ReminderService {
  /** @throws {ForbiddenError} without `settings:read` */
  rules(context: RequestContext): Promise<ReminderRuleRow[]>;
  /**
   * Says when clients are reminded of what they book, or move, from then on.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError} when there is no such service
   * @throws {ValidationError}
   */
  setRule(context: RequestContext, input: NewReminderRule): Promise<ReminderRuleRow>;
  /**
   * Takes a rule away; a more general one, or what is usual, counts from then on.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError}
   */
  removeRule(context: RequestContext, serviceId: string | null): Promise<ReminderRuleRow>;
  /** Writes down when a booking is to be reminded of, in the caller's transaction; where it moved, for its new time. */
  plan(context: RequestContext, db: TenantDb, bookingId: string): Promise<void>;
  /** Nobody is to be reminded of it any more. */
  drop(db: TenantDb, bookingId: string): Promise<void>;
  /**
   * Sends what is due, of every tenant: each once, however often it is tried and wherever it is cut short.
   * @returns how many
   */
  sendDue(context: RequestContext): Promise<number>;
}

/** Reminders sent in one turn; the rest is left for the next. */
const AT_ONCE = 500;

export function createReminderService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly mailDesk: MailDesk;
}): ReminderService {
  const { tenants, platform, outbox, mailDesk } = parts;

  /** Who does not sign in cannot choose how she is told: she gets a mail, where there is an address. */
  const writeTo = async (context: RequestContext, db: TenantDb, booking: NamedBooking): Promise<void> => {
    const [client] = await findClientsByIds(db, [booking.clientId]);
    if (!client?.email || client.userId !== null) return;
    const { name, timeZone } = context.tenant;
    const when = timeInWords(booking.startsAt.toISOString(), timeZone);
    const title = `${booking.service.name} on ${when}`;
    const body = `${booking.provider.name} of ${name} expects you on ${when}. Your reference is ${booking.reference}.`;
    const values = { displayName: nameOf(client), title, body };
    await mailDesk.send(db, context, { template: 'NOTICE', to: client.email, values });
  };

  const send = (context: RequestContext, due: DueReminder): Promise<boolean> =>
    tenants.transaction(context, async (db) => {
      const booking = await lockBooking(db, due.bookingId);
      const now = context.clock.now();
      if (!booking || !(await claimReminder(db, due, now))) return false;
      const isAhead = booking.status === 'CONFIRMED' && booking.startsAt > now;
      if (!isAhead || booking.startsAt.getTime() !== due.startsAt.getTime()) return false;
      await outbox.emit(db, context, 'booking.reminder_due', { ...factsOf(booking), leadMinutes: due.leadMinutes });
      await writeTo(context, db, booking);
      return true;
    });

  return {
    async rules(context) {
      requirePermission(context, 'settings:read');
      return findReminderRules(tenants.of(context));
    },
    async setRule(context, given) {
      requirePermission(context, 'settings:update');
      const { serviceId, leadMinutes, quietHours } = validate(reminderRuleSchema, given);
      return tenants.transaction(context, async (db) => {
        if (serviceId !== null && (await findServicesByIds(db, [serviceId])).length === 0) throw new NotFoundError('Service');
        const terms = { leadMinutes: leadMinutes.toSorted((a, b) => b - a), quiet: quietHours };
        return keepReminderRule(db, { id: uuidv7(), serviceId, terms, now: context.clock.now() });
      });
    },
    async removeRule(context, serviceId) {
      requirePermission(context, 'settings:update');
      const removed = await deleteReminderRule(tenants.of(context), serviceId);
      if (!removed) throw new NotFoundError('ReminderRule');
      return removed;
    },
    async plan(context, db, bookingId) {
      const booking = await findNamedBooking(db, bookingId);
      if (booking?.status !== 'CONFIRMED') return;
      const rule = await findReminderRuleFor(db, booking.serviceId);
      const terms = rule ? termsOf(rule) : USUAL_REMINDERS;
      const planned = remindersOf(terms, booking.startsAt, context.tenant.timeZone, context.clock.now());
      await keepReminders(db, booking, planned, context.tenant);
    },
    drop: dropReminders,
    async sendDue({ clock, logger, origin: { requestId } }) {
      let sent = 0;
      for (const due of await findDueReminders(platform.db, clock.now(), AT_ONCE)) {
        const own = systemContext({ name: 'send-due-reminders', tenant: due.tenant, clock, logger, requestId });
        try {
          if (await send(own, due)) sent += 1;
        } catch (error) {
          own.logger.warn({ err: error, bookingId: due.bookingId }, 'a reminder could not be sent; will try again');
        }
      }
      return sent;
    },
  };
}
