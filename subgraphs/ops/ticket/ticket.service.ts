import { ConflictError, ForbiddenError, InvalidTransitionError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import { once } from '../../_kernel/events/idempotency.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { OpsEvents } from '../events.js';
import { ticketAnswered } from '../notification/notification.js';
import { findContacts } from '../notification/notification.store.js';
import type { Notifier } from '../notification/notifier.js';
import {
  afterCustomerSpoke,
  generateTicketNumber,
  isResolved,
  newTicketSchema,
  priorityOn,
  replySchema,
  requireStep,
  type TicketPriority,
  type TicketStatus,
} from './ticket.js';
import type { TicketMessagesLoader } from './ticket-messages.loader.js';
import {
  findTicket,
  findTicketPage,
  insertTicket,
  insertTicketMessage,
  TICKET_SORT,
  updateTicket,
  type TicketFilter,
  type TicketMessageRow,
  type TicketRow,
} from './ticket.store.js';

const NUMBERS_TRIED = 5;
const STAFF_READ = 'platform:support:read';
const STAFF_MANAGE = 'platform:support:manage';

/** What companies ask for help with, and what staff does about it. */
export interface TicketService {
  /** Null for one that is unknown, another's, or that of a colleague without `settings:read`. */
  find(context: RequestContext, id: string): Promise<TicketRow | null>;
  /**
   * Newest first: her own; with `settings:read` all of the company; for staff those of every company.
   * @throws {UnauthenticatedError} @throws {ForbiddenError}
   */
  list(context: RequestContext, args: PageArgs, filter: TicketFilter): Promise<Connection<TicketRow>>;
  /** What was said about a ticket that the caller has been given, in order. */
  messages(context: RequestContext, ticketId: string): Promise<readonly TicketMessageRow[]>;
  /** Opens a ticket and confirms it by mail. @throws {UnauthenticatedError} @throws {ValidationError} @throws {ConflictError} */
  open(context: RequestContext, input: { readonly idempotencyKey: string }): Promise<TicketRow>;
  /** @throws {ForbiddenError} for an internal word of a customer @throws {NotFoundError} @throws {ValidationError} @throws {ConflictError} on one that is closed */
  reply(context: RequestContext, id: string, input: unknown): Promise<TicketRow>;
  /** @throws {ForbiddenError} @throws {NotFoundError} @throws {InvalidTransitionError} */
  changeStatus(context: RequestContext, id: string, status: TicketStatus): Promise<TicketRow>;
  /** @throws {ForbiddenError} @throws {NotFoundError} */
  changePriority(context: RequestContext, id: string, priority: TicketPriority): Promise<TicketRow>;
  /** @param adminId null for nobody @throws {ForbiddenError} @throws {NotFoundError} */
  assign(context: RequestContext, id: string, adminId: string | null): Promise<TicketRow>;
}

export function createTicketService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly desk: MailDesk;
  readonly notifier: Pick<Notifier, 'tellMember'>;
  readonly findTenant: (tenantId: string) => Promise<TenantIdentity | null>;
  readonly messages: TicketMessagesLoader;
}): TicketService {
  const { database, outbox, desk, notifier, findTenant, messages } = parts;
  const { tenants, platform } = database;
  const isStaff = ({ principal }: RequestContext): boolean => principal.kind === 'platform';

  /** The ticket as far as the caller may see it, with a context in the company that it belongs to. */
  const seen = async (context: RequestContext, id: string): Promise<{ ticket: TicketRow; within: RequestContext } | null> => {
    if (isStaff(context)) {
      requirePermission(context, STAFF_READ, STAFF_MANAGE);
      const ticket = await findTicket(platform.db, id);
      const tenant = ticket && (await findTenant(ticket.tenantId));
      return ticket && tenant ? { ticket, within: { ...context, tenant } } : null;
    }
    const { userId } = requireMember(context);
    const ticket = await findTicket(tenants.of(context), id);
    const isHers = ticket?.requesterId === userId || hasPermission(context, 'settings:read');
    return ticket && isHers ? { ticket, within: context } : null;
  };
  const requireSeen = async (context: RequestContext, id: string) => {
    const found = await seen(context, id);
    if (!found) throw new NotFoundError('Support ticket');
    return found;
  };

  const change = async (
    context: RequestContext,
    id: string,
    work: (db: TenantDb, within: RequestContext, ticket: TicketRow) => Promise<void>,
  ): Promise<TicketRow> => {
    const { within } = await requireSeen(context, id);
    return tenants.transaction(within, async (db) => {
      const ticket = await findTicket(db, id);
      if (!ticket) throw new NotFoundError('Support ticket');
      await work(db, within, ticket);
      const after = await findTicket(db, id);
      if (!after) throw new NotFoundError('Support ticket');
      await outbox.emit(db, within, 'ops.ticket_changed', { ticketId: id, status: after.status, priority: after.priority });
      return after;
    });
  };
  const keep = async (db: TenantDb, ticket: TicketRow, data: Parameters<typeof updateTicket>[2]): Promise<void> => {
    if (!(await updateTicket(db, ticket, data))) throw new ConflictError('Somebody else has just changed this ticket');
  };
  const stepOf = (status: TicketStatus, ticket: TicketRow, now: Date) => ({
    status,
    resolvedAt: isResolved(status) ? (ticket.resolvedAt ?? now) : null,
  });
  const requireStaff = (context: RequestContext): void => {
    if (!isStaff(context)) throw new ForbiddenError('This is for staff of the platform');
    requirePermission(context, STAFF_MANAGE);
  };

  const confirm = async (context: RequestContext, db: TenantDb, userId: string, number: string, subject: string): Promise<void> => {
    const [contact] = await findContacts(db, [userId]);
    if (!contact || contact.email === null) return;
    const values = { displayName: contact.displayName, number, subject };
    await desk.send(db, context, { template: 'SUPPORT_TICKET_CONFIRMATION', to: contact.email, values });
  };

  return {
    find: async (context, id) => (await seen(context, id))?.ticket ?? null,
    messages: (context, ticketId) => context.loaders.of(context, messages).load(ticketId),
    async list(context, args, filter) {
      const page = pageOf(args, TICKET_SORT);
      const rowsWithin = async (): Promise<TicketRow[]> => {
        if (isStaff(context)) {
          requirePermission(context, STAFF_READ, STAFF_MANAGE);
          return findTicketPage(platform.db, page, filter);
        }
        const { userId } = requireMember(context);
        const hers = hasPermission(context, 'settings:read') ? {} : { requesterId: userId };
        return findTicketPage(tenants.of(context), page, { ...filter, ...hers });
      };
      return connectionOf(page, await rowsWithin(), (row) => [row.createdAt, row.id]);
    },
    async open(context, { idempotencyKey, ...input }) {
      const { userId } = requireMember(context);
      const { subject, body, priority } = validate(newTicketSchema, input);
      return tenants.transaction(context, async (db) => {
        const call = { operation: 'createSupportTicket', key: idempotencyKey, input };
        const { id } = await once(context, db, call, async () => {
          const now = context.clock.now();
          const ticketId = uuidv7();
          const row = { id: ticketId, subject, priority: priorityOn(context.tenant.plan, priority), requesterId: userId, createdAt: now, updatedAt: now };
          let number = '';
          for (let tried = 0; number === ''; tried += 1) {
            if (tried === NUMBERS_TRIED) throw new Error('No number of a ticket is free');
            const candidate = generateTicketNumber(now);
            if (await insertTicket(db, { ...row, number: candidate })) number = candidate;
          }
          await insertTicketMessage(db, { id: uuidv7(), ticketId, authorKind: 'member', authorId: userId, body, isInternal: false, at: now });
          await confirm(context, db, userId, number, subject);
          await outbox.emit(db, context, 'ops.ticket_changed', { ticketId, status: 'OPEN', priority: row.priority });
          return ticketId;
        });
        const ticket = await findTicket(db, id);
        if (!ticket) throw new NotFoundError('Support ticket');
        return ticket;
      });
    },
    async reply(context, id, input) {
      const { body, isInternal } = validate(replySchema, input);
      const staff = isStaff(context);
      if (staff) requireStaff(context);
      if (isInternal && !staff) throw new ForbiddenError('Only staff speaks among itself');
      const authorId = context.principal.kind === 'platform' ? context.principal.adminId : requireMember(context).userId;
      return change(context, id, async (db, within, ticket) => {
        if (ticket.status === 'CLOSED') throw new ConflictError('This ticket is closed; open another one');
        const now = context.clock.now();
        const authorKind = staff ? 'platform' : 'member';
        await insertTicketMessage(db, { id: uuidv7(), ticketId: id, authorKind, authorId, body, isInternal, at: now });
        const status = staff ? undefined : afterCustomerSpoke(ticket.status);
        const answered = staff && !isInternal;
        await keep(db, ticket, {
          updatedAt: now,
          ...(status === undefined ? {} : stepOf(status, ticket, now)),
          ...(answered && ticket.answeredAt === null ? { answeredAt: now } : {}),
        });
        if (answered) await notifier.tellMember(within, db, ticket.requesterId, ticketAnswered(ticket), now);
      });
    },
    async changeStatus(context, id, status) {
      // A customer may say that it is done; everything else is for staff.
      if (isStaff(context)) requireStaff(context);
      else if (!isResolved(status)) throw new ForbiddenError('This is for staff of the platform');
      return change(context, id, async (db, _within, ticket) => {
        if (ticket.status === status) throw new InvalidTransitionError(status, status);
        requireStep(ticket.status, status);
        const now = context.clock.now();
        await keep(db, ticket, { updatedAt: now, ...stepOf(status, ticket, now) });
      });
    },
    async changePriority(context, id, priority) {
      requireStaff(context);
      return change(context, id, (db, _within, ticket) => keep(db, ticket, { priority, updatedAt: context.clock.now() }));
    },
    async assign(context, id, adminId) {
      requireStaff(context);
      return change(context, id, (db, _within, ticket) => keep(db, ticket, { assigneeId: adminId, updatedAt: context.clock.now() }));
    },
  };
}
