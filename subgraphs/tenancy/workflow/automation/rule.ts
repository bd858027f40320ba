import { z } from 'zod';
import { lineSchema } from '../../../_kernel/validation/text.js';
import { LONGEST_EXPRESSION, holds, parseExpression } from '../expression/expression.js';
import { actionsSchema, type Action } from './action.js';

/** What rules can be made for. */
export const AUTOMATED_EVENTS = [
  'booking.created',
  'booking.confirmed',
  'booking.completed',
  'booking.cancelled',
  'booking.no_show',
  'booking.expired',
  'booking.client_kept',
  'commerce.payment_succeeded',
  'commerce.payment_failed',
  'commerce.payment_refunded',
  'identity.membership_granted',
  'tenancy.workflow_started',
  'tenancy.workflow_ended',
  'tenancy.entity_decided',
] as const;

/** With what names in conditions, paths and texts may begin: what the event says. */
export const RULE_ROOTS = ['event'] as const;

export const MOST_RULES = 100;
/** Rules that cause one another end after so many. */
export const LONGEST_CHAIN = 5;

const conditionSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(LONGEST_EXPRESSION)
  .superRefine((source, context) => {
    const parsed = parseExpression(source, RULE_ROOTS);
    if (!parsed.ok) context.addIssue(parsed.message);
  });

export const ruleSchema = z.strictObject({
  name: lineSchema(100),
  event: z.enum(AUTOMATED_EVENTS),
  condition: conditionSchema.nullable(),
  actions: actionsSchema.refine((actions) => actions.every((action) => action.do !== 'DECIDE'), 'only a workflow decides'),
});
export type RuleDraft = z.output<typeof ruleSchema>;

export const grantsRole = (actions: readonly Action[]): boolean => actions.some((action) => action.do === 'GRANT_ROLE');

/** Whether a rule is to be followed for what an event says. */
export function applies(condition: string | null, payload: unknown): boolean {
  if (condition === null) return true;
  const parsed = parseExpression(condition, RULE_ROOTS);
  return parsed.ok && holds(parsed.expression, { event: payload });
}

/** How many automations stand behind an event. */
export function depthOf(payload: unknown): number {
  if (payload === null || typeof payload !== 'object' || !('depth' in payload)) return 0;
  return typeof payload.depth === 'number' ? payload.depth : 0;
}
