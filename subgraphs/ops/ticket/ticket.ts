import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import type { Plan } from '../../_kernel/wire/tenant.js';

export const TICKET_STATUSES = ['OPEN', 'IN_PROGRESS', 'WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const TICKET_PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

const STEPS: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  OPEN: ['IN_PROGRESS', 'WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'],
  IN_PROGRESS: ['WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'],
  WAITING_FOR_CUSTOMER: ['IN_PROGRESS', 'RESOLVED', 'CLOSED'],
  RESOLVED: ['IN_PROGRESS', 'CLOSED'],
  CLOSED: [],
};

/** @throws {InvalidTransitionError} */
export function requireStep(from: TicketStatus, to: TicketStatus): void {
  if (!STEPS[from].includes(to)) throw new InvalidTransitionError(from, to);
}

/** What a ticket becomes when the customer says something; undefined when that changes nothing. */
export function afterCustomerSpoke(status: TicketStatus): TicketStatus | undefined {
  return status === 'WAITING_FOR_CUSTOMER' || status === 'RESOLVED' ? 'IN_PROGRESS' : undefined;
}

export const isResolved = (status: TicketStatus): boolean => status === 'RESOLVED' || status === 'CLOSED';

/** Letters and digits that nobody takes for one another. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const RANDOM_CHARACTERS = 6;

/**
 * What people call a ticket by: `TKT-`, the day in UTC, and six characters by chance, of a billion.
 * @example `TKT-20270502-7KQ2MX`
 */
export function generateTicketNumber(now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const chance = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `TKT-${day}-${chance}`;
}

/** Companies with priority support are served a step before others. */
export function priorityOn(plan: Plan, asked: TicketPriority): TicketPriority {
  if (plan !== 'ENTERPRISE') return asked;
  return TICKET_PRIORITIES[TICKET_PRIORITIES.indexOf(asked) + 1] ?? 'URGENT';
}

/** Whole minutes from the first word to the resolution; null until then. */
export const resolutionMinutes = (ticket: { readonly createdAt: Date; readonly resolvedAt: Date | null }): number | null =>
  ticket.resolvedAt === null ? null : Math.round((ticket.resolvedAt.getTime() - ticket.createdAt.getTime()) / 60_000);

const body = textSchema(10_000).min(1, 'must not be empty');

export const newTicketSchema = z.object({
  subject: lineSchema(200),
  body,
  priority: z.enum(TICKET_PRIORITIES).nullish().transform((priority) => priority ?? 'MEDIUM'),
});
export const replySchema = z.object({ body, isInternal: z.boolean().nullish().transform((internal) => internal ?? false) });
