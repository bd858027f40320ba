import { z } from 'zod';
import { lineSchema, textSchema } from '../../../_kernel/validation/text.js';
import { filledIn, valueAt } from '../expression/expression.js';

/** Dotted names that lead to a value of what is known, such as `input.userId`. */
const pathSchema = z.string().max(200).regex(/^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$/, 'must be a path such as input.userId');
const roleSchema = z.string().regex(/^[A-Z][A-Z0-9_]{1,49}$/, 'must be the name of a role');
export const workflowKeySchema = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');
export const entityTypeSchema = z.string().regex(/^[A-Z][A-Za-z]{0,39}$/, 'must be a name such as Provider');
export const rolesSchema = z.array(roleSchema).max(10);

/** Roles that no workflow hands out: whoever has one can make more of them herself. */
const NEVER_GRANTED = ['OWNER', 'ADMIN'];

/** What can be done without anybody doing it. */
export const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('NOTIFY'),
    /** Everybody who has one of them. */
    roles: rolesSchema.default([]),
    /** Where the id of one person stands. */
    user: pathSchema.optional(),
    title: lineSchema(120),
    body: textSchema(2_000),
  }),
  z.strictObject({
    do: z.literal('GRANT_ROLE'),
    role: roleSchema.refine((role) => !NEVER_GRANTED.includes(role), 'is never granted by a workflow'),
    user: pathSchema,
  }),
  z.strictObject({
    do: z.literal('DECIDE'),
    /** What has been decided of the entity the workflow is about. */
    decision: z.enum(['APPROVED', 'REJECTED']),
  }),
  z.strictObject({
    do: z.literal('START_WORKFLOW'),
    workflow: workflowKeySchema,
    entityType: entityTypeSchema,
    /** Where the id of the entity stands. */
    entityId: pathSchema,
    /** What it is started with, by name: where each value stands. */
    input: z.record(z.string().regex(/^[A-Za-z]\w{0,39}$/), pathSchema).default({}),
  }),
]);
export type Action = z.output<typeof actionSchema>;

export const actionsSchema = z.array(actionSchema).min(1, 'must do something').max(10);

/** An action with its paths followed and its texts filled in. */
export type PreparedAction =
  | {
      readonly do: 'NOTIFY';
      readonly roles: readonly string[];
      readonly userId: string | null;
      readonly title: string;
      readonly body: string;
    }
  | { readonly do: 'GRANT_ROLE'; readonly role: string; readonly userId: string }
  | { readonly do: 'DECIDE'; readonly decision: 'APPROVED' | 'REJECTED' }
  | {
      readonly do: 'START_WORKFLOW';
      readonly workflow: string;
      readonly entityType: string;
      readonly entityId: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

const textAt = (facts: unknown, path: string): string | null => {
  const value = valueAt(facts, path.split('.'));
  return typeof value === 'string' && value !== '' ? value : null;
};

/** @returns null when what it needs is not there, so that it cannot be done */
export function prepareAction(action: Action, facts: unknown): PreparedAction | null {
  switch (action.do) {
    case 'NOTIFY': {
      const userId = action.user === undefined ? null : textAt(facts, action.user);
      if (userId === null && action.roles.length === 0) return null;
      const { roles, title, body } = action;
      return { do: 'NOTIFY', roles, userId, title: filledIn(title, facts), body: filledIn(body, facts) };
    }
    case 'GRANT_ROLE': {
      const userId = textAt(facts, action.user);
      return userId === null ? null : { do: 'GRANT_ROLE', role: action.role, userId };
    }
    case 'DECIDE':
      return action;
    case 'START_WORKFLOW': {
      const entityId = textAt(facts, action.entityId);
      if (entityId === null) return null;
      const { workflow, entityType } = action;
      const input = Object.fromEntries(
        Object.entries(action.input).map(([name, path]) => [name, valueAt(facts, path.split('.'))]),
      );
      return { do: 'START_WORKFLOW', workflow, entityType, entityId, input };
    }
  }
}
