import { z } from 'zod';
import type { FieldIssue } from '../../../_kernel/errors/domain-error.js';
import { lineSchema } from '../../../_kernel/validation/text.js';
import { actionSchema, actionsSchema } from '../automation/action.js';
import { compileForm, type FormSchema } from './form.js';

/** Who moves a step on: a person, the platform at once, the clock, something that happens elsewhere, or nobody any more. */
export type StepNature = 'TASK' | 'EFFECT' | 'TIMER' | 'EVENT' | 'END';

/** The word that every task may end with beside its own, when its time is over. */
export const OVERDUE = 'OVERDUE';

/** What a kind of step is. Those of the platform are below; others are registered beside them. */
export interface StepType<Config = unknown> {
  /** In capitals, such as `APPROVAL`. */
  readonly name: string;
  readonly nature: StepNature;
  /** Words it can end with; transitions say what comes then. */
  readonly outcomes: readonly string[];
  /** What is configured of one. */
  readonly config: z.ZodType<Config>;
  /** JSON Schema of what is submitted; null where it is not to be described so. */
  formOf?(config: Config): FormSchema | null;
  /** What is wrong with what somebody submits; `field` begins with `data`. */
  check?(config: Config, outcome: string, data: Readonly<Record<string, unknown>>): readonly FieldIssue[];
  /** Whose work it is shown to be: she approves nothing of the same run. */
  readonly takesPart?: boolean;
  /** How many different people must say an outcome before it counts; one unless said. */
  votesNeeded?(config: Config, outcome: string): number;
}

const NOTHING_SUBMITTED: FormSchema = { type: 'object', properties: {}, additionalProperties: false };

const formSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  const form = compileForm(schema);
  if (!form.ok) context.addIssue(form.message);
});

function issuesOf(schema: FormSchema, data: unknown): readonly FieldIssue[] {
  const form = compileForm(schema);
  return form.ok ? form.check(data) : [{ field: 'data', message: 'cannot be checked' }];
}

const typeOf = <Schema extends z.ZodType>(
  config: Schema,
  type: Omit<StepType<z.output<Schema>>, 'config'>,
): StepType<never> => ({ ...type, config }) as unknown as StepType<never>;

const FORM = typeOf(z.strictObject({ schema: formSchema }), {
  name: 'FORM',
  nature: 'TASK',
  outcomes: ['SUBMIT'],
  takesPart: true,
  formOf: ({ schema }) => schema,
  check: ({ schema }, _outcome, data) => issuesOf(schema, data),
});

const documentSchema = z.strictObject({
  /** What it is called in what is submitted. */
  kind: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'must be a name such as identityCard'),
  label: lineSchema(100),
  required: z.boolean().default(true),
});
const documentsConfig = z.strictObject({ documents: z.array(documentSchema).min(1).max(20) });

const documentForm = ({ documents }: z.output<typeof documentsConfig>): FormSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    documents.map(({ kind, label }) => [kind, { type: 'string', title: label, description: 'Global id of a file.', maxLength: 60 }]),
  ),
  required: documents.filter(({ required }) => required).map(({ kind }) => kind),
  additionalProperties: false,
});

const DOCUMENT = typeOf(documentsConfig, {
  name: 'DOCUMENT',
  nature: 'TASK',
  outcomes: ['SUBMIT'],
  takesPart: true,
  formOf: documentForm,
  check: (config, _outcome, data) => issuesOf(documentForm(config), data),
});

const verificationConfig = z.strictObject({ checks: z.array(lineSchema(200)).min(1).max(30) });

const VERIFICATION = typeOf(verificationConfig, {
  name: 'VERIFICATION',
  nature: 'TASK',
  outcomes: ['VERIFY', 'REJECT'],
  formOf: ({ checks }) => ({
    type: 'object',
    properties: { checked: { type: 'array', items: { type: 'string', enum: checks }, uniqueItems: true } },
    additionalProperties: false,
  }),
  check({ checks }, outcome, data) {
    const checked: unknown = data['checked'] ?? [];
    if (!Array.isArray(checked) || checked.some((check) => !checks.includes(check as string))) {
      return [{ field: 'data.checked', message: 'must list checks of this step' }];
    }
    const missing = checks.filter((check) => !checked.includes(check));
    return outcome === 'VERIFY' ? missing.map((check) => ({ field: 'data.checked', message: `lacks: ${check}` })) : [];
  },
});

const APPROVAL = typeOf(z.strictObject({ approvals: z.int().min(1).max(5).default(1) }), {
  name: 'APPROVAL',
  nature: 'TASK',
  outcomes: ['APPROVE', 'REJECT'],
  formOf: () => NOTHING_SUBMITTED,
  check: (_config, _outcome, data) => issuesOf(NOTHING_SUBMITTED, data),
  votesNeeded: ({ approvals }, outcome) => (outcome === 'APPROVE' ? approvals : 1),
});

const NOTIFICATION = typeOf(z.strictObject({ notice: actionSchema.refine((action) => action.do === 'NOTIFY', 'must be a NOTIFY') }), {
  name: 'NOTIFICATION',
  nature: 'EFFECT',
  outcomes: ['DONE'],
});
const AUTOMATION = typeOf(z.strictObject({ actions: actionsSchema }), {
  name: 'AUTOMATION',
  nature: 'EFFECT',
  outcomes: ['DONE'],
});

const A_YEAR_IN_MINUTES = 366 * 24 * 60;
export const minutesSchema = z.int().min(1).max(A_YEAR_IN_MINUTES);

const TIMER = typeOf(z.strictObject({ minutes: minutesSchema }), { name: 'TIMER', nature: 'TIMER', outcomes: ['ELAPSED'] });
/** What can be waited for, to happen to whom or what a workflow is about. */
export const AWAITED_EVENTS = ['EMAIL_VERIFIED'] as const;
export type AwaitedEvent = (typeof AWAITED_EVENTS)[number];

const EVENT = typeOf(z.strictObject({ event: z.enum(AWAITED_EVENTS) }), { name: 'EVENT', nature: 'EVENT', outcomes: ['HAPPENED'] });
const END = typeOf(z.strictObject({ outcome: z.string().regex(/^[A-Z][A-Z_]{0,39}$/, 'must be a word such as APPROVED') }), {
  name: 'END',
  nature: 'END',
  outcomes: [],
});

/** Kinds of steps by their names. */
export type StepTypes = ReadonlyMap<string, StepType>;

/**
 * The platform's kinds of steps, and others beside them.
 * @throws {TypeError} for two of one name
 */
export function createStepTypes(registered: readonly StepType<never>[] = []): StepTypes {
  const types = new Map<string, StepType>();
  for (const type of [FORM, DOCUMENT, VERIFICATION, APPROVAL, NOTIFICATION, AUTOMATION, TIMER, EVENT, END, ...registered]) {
    if (types.has(type.name)) throw new TypeError(`There are two kinds of steps named ${type.name}`);
    // Whoever calls it has had the configuration checked by its own schema.
    types.set(type.name, type);
  }
  return types;
}
