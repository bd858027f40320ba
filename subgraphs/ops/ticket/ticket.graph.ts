import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { AdminUserId, UserId } from '../../identity/ids.js';
import { ActorKindEnum, actorIdIn } from '../actor.graph.js';
import { builder } from '../builder.js';
import { uuidInFilter } from '../id-in-filter.js';
import { SupportTicketId, TicketMessageId } from '../ids.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import { resolutionMinutes, type TICKET_PRIORITIES, type TICKET_STATUSES } from './ticket.js';
import type { TicketMessageRow, TicketRow } from './ticket.store.js';

const TicketStatusEnum = builder.enumType('TicketStatus', {
  description: 'How far a support ticket has come.',
  values: {
    OPEN: { description: 'Nobody has seen to it yet.' },
    IN_PROGRESS: { description: 'Staff sees to it.' },
    WAITING_FOR_CUSTOMER: { description: 'Staff has asked something.' },
    RESOLVED: { description: 'It is done; a further word opens it again.' },
    CLOSED: { description: 'It is done for good.' },
  } satisfies Record<(typeof TICKET_STATUSES)[number], { description: string }>,
});

const TicketPriorityEnum = builder.enumType('TicketPriority', {
  description: 'How pressing a support ticket is.',
  values: {
    LOW: { description: 'When there is time.' },
    MEDIUM: { description: 'As is usual.' },
    HIGH: { description: 'Work suffers from it.' },
    URGENT: { description: 'Work stands still.' },
  } satisfies Record<(typeof TICKET_PRIORITIES)[number], { description: string }>,
});

const TicketMessageRef = builder.objectRef<TicketMessageRow>('TicketMessage').implement({
  description: 'Something that was said about a ticket.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => TicketMessageId.encode(id) }),
    authorKind: t.expose('authorKind', { type: ActorKindEnum, description: 'Who said it: a member or staff.' }),
    authorId: t.id({ nullable: true, description: 'Global id of who said it.', resolve: ({ authorKind, authorId }) => actorIdIn(authorKind, authorId) }),
    body: t.exposeString('body', { description: 'What was said, plain text.' }),
    isInternal: t.exposeBoolean('isInternal', { description: 'Whether only staff sees it.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const SupportTicketRef = builder.objectRef<TicketRow>('SupportTicket').implement({
  description: 'Something that a company asks the staff of the platform for help with.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => SupportTicketId.encode(id) }),
    ticketNumber: t.exposeString('number', { description: 'What people call it by, such as `TKT-20270502-7KQ2MX`.' }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company.', resolve: tenantOf }),
    subject: t.exposeString('subject', { description: 'It in one line.' }),
    status: t.expose('status', { type: TicketStatusEnum, description: 'How far it has come.' }),
    priority: t.expose('priority', { type: TicketPriorityEnum, description: 'How pressing it is.' }),
    requesterId: t.id({ description: 'Global id of who asked.', resolve: ({ requesterId }) => UserId.encode(requesterId) }),
    assigneeId: t.id({
      nullable: true,
      description: 'Global id of the administrator who sees to it.',
      resolve: ({ assigneeId }) => (assigneeId === null ? null : AdminUserId.encode(assigneeId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When something last happened to it.' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true, description: 'When staff first answered.' }),
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: 'When it was done.' }),
    resolutionTimeMinutes: t.int({ nullable: true, description: 'Minutes from its opening until it was done.', resolve: resolutionMinutes }),
    messages: t.field({
      type: [TicketMessageRef],
      description: 'What was said about it, in order.',
      resolve: async ({ id }, _args, { request, services }) => [...(await services.tickets.messages(request, id))],
    }),
  }),
});

const CreateSupportTicketInput = builder.inputType('CreateSupportTicketInput', {
  description: 'What you need help with.',
  fields: (t) => ({
    subject: t.string({ description: 'It in one line; up to 200 characters.' }),
    body: t.string({ description: 'All of it, plain text; up to 10,000 characters.' }),
    priority: t.field({ type: TicketPriorityEnum, required: false, description: 'MEDIUM unless said.' }),
    idempotencyKey: t.string({ description: 'A key of your own: the same call again is the same ticket.' }),
  }),
});

builder.queryFields((t) => ({
  supportTicket: t.field({
    type: SupportTicketRef,
    nullable: true,
    authenticated: true,
    description: 'One support ticket.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = SupportTicketId.decode(id);
      return uuid === null ? null : services.tickets.find(request, uuid);
    },
  }),
  supportTickets: t.connection(
    {
      type: SupportTicketRef,
      nullable: true,
      authenticated: true,
      description: "Support tickets, newest first: yours; with `settings:read` your company's; for staff every company's.",
      args: {
        status: t.arg({ type: TicketStatusEnum, required: false, description: 'Only those that have come so far.' }),
        priority: t.arg({ type: TicketPriorityEnum, required: false, description: 'Only those that are so pressing.' }),
        assigneeId: t.arg.id({ required: false, description: 'Only those of this administrator.' }),
      },
      resolve: (_root, { status, priority, assigneeId, ...page }, { request, services }) =>
        services.tickets.list(request, page, {
          status: status ?? undefined,
          priority: priority ?? undefined,
          assigneeId: uuidInFilter(assigneeId, AdminUserId),
        }),
    },
    { name: 'SupportTicketConnection', description: 'A page of support tickets.' },
    { name: 'SupportTicketEdge', description: 'A support ticket in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createSupportTicket: t.field({
    type: SupportTicketRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, ConflictError, UnauthenticatedError] },
    description: 'Asks staff for help; a mail confirms it.',
    args: { input: t.arg({ type: CreateSupportTicketInput, description: 'What you need help with.' }) },
    resolve: (_root, { input }, { request, services }) => services.tickets.open(request, input),
  }),
  replyToSupportTicket: t.field({
    type: SupportTicketRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, UnauthenticatedError] },
    description: 'Says something about a ticket. A word of the company opens one again that is resolved.',
    args: {
      id: t.arg.id({ description: 'Global id.' }),
      body: t.arg.string({ description: 'Plain text; up to 10,000 characters.' }),
      isInternal: t.arg.boolean({ required: false, description: 'For staff alone to see; only staff may say so.' }),
    },
    resolve: (_root, { id, ...input }, { request, services }) => services.tickets.reply(request, SupportTicketId.require(id), input),
  }),
  changeSupportTicketStatus: t.field({
    type: SupportTicketRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, InvalidTransitionError, ConflictError, ForbiddenError, UnauthenticatedError] },
    description: 'Says how far a ticket has come. The company may say that it is done.',
    args: {
      id: t.arg.id({ description: 'Global id.' }),
      status: t.arg({ type: TicketStatusEnum, description: 'How far.' }),
    },
    resolve: (_root, { id, status }, { request, services }) => services.tickets.changeStatus(request, SupportTicketId.require(id), status),
  }),
  changeSupportTicketPriority: t.field({
    type: SupportTicketRef,
    nullable: true,
    requiresScopes: [['platform:support:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Says how pressing a ticket is.',
    args: {
      id: t.arg.id({ description: 'Global id.' }),
      priority: t.arg({ type: TicketPriorityEnum, description: 'How pressing.' }),
    },
    resolve: (_root, { id, priority }, { request, services }) => services.tickets.changePriority(request, SupportTicketId.require(id), priority),
  }),
  assignSupportTicket: t.field({
    type: SupportTicketRef,
    nullable: true,
    requiresScopes: [['platform:support:manage']],
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Says which administrator sees to a ticket.',
    args: {
      id: t.arg.id({ description: 'Global id of the ticket.' }),
      adminId: t.arg.id({ required: false, description: 'Global id of the administrator; nobody when null.' }),
    },
    resolve: (_root, { id, adminId }, { request, services }) =>
      services.tickets.assign(request, SupportTicketId.require(id), adminId == null ? null : AdminUserId.require(adminId)),
  }),
}));
