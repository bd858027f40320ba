import { z } from 'zod';
import { lineSchema, textSchema } from '../../../_kernel/validation/text.js';
import { entityTypeSchema, rolesSchema, workflowKeySchema } from '../automation/action.js';
import { LONGEST_EXPRESSION } from '../expression/expression.js';
import { minutesSchema } from './step-types.js';

const stepKeySchema = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'must be a name such as reviewDocuments');
const outcomeSchema = z.string().regex(/^[A-Z][A-Z_]{0,39}$/, 'must be a word in capitals');

const stepSchema = z.strictObject({
  key: stepKeySchema,
  name: lineSchema(100),
  /** Kind of the step, such as `FORM`. */
  type: outcomeSchema,
  description: textSchema(1_000).optional(),
  /** Whose task it is: the one who started it, or a user by her id. Otherwise everybody's who has one of the roles. */
  assignee: z.union([z.literal('STARTER'), z.uuid()]).optional(),
  candidateRoles: rolesSchema.default([]),
  /** After how long it is overdue, and whose task it is then, too. */
  due: z.strictObject({ minutes: minutesSchema, escalateTo: rolesSchema.default([]) }).optional(),
  /** What its kind lets be configured. */
  config: z.record(z.string(), z.unknown()).default({}),
});

const transitionSchema = z.strictObject({
  from: stepKeySchema,
  /** The word that the step ended with. */
  on: outcomeSchema,
  to: stepKeySchema,
  /** When it is taken; the first that holds, in the order of the definition. Always, without one. */
  when: z.string().trim().min(1).max(LONGEST_EXPRESSION).optional(),
});

/** A workflow as data. Whether it holds together, `checkDefinition` says. */
export const definitionSchema = z.strictObject({
  key: workflowKeySchema,
  name: lineSchema(100),
  description: textSchema(1_000).optional(),
  /** What it is about, such as `Provider`. */
  entityType: entityTypeSchema,
  start: stepKeySchema,
  steps: z.array(stepSchema).min(2).max(100),
  transitions: z.array(transitionSchema).max(500),
});

export type WorkflowDefinition = z.output<typeof definitionSchema>;
export type WorkflowStep = WorkflowDefinition['steps'][number];

/** With what names in guards and texts may begin: what it was started with, what its steps were given, the run itself. */
export const WORKFLOW_ROOTS = ['input', 'steps', 'run'] as const;

export const stepOf = (definition: WorkflowDefinition, key: string): WorkflowStep | undefined =>
  definition.steps.find((step) => step.key === key);
