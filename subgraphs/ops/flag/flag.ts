import { z } from 'zod';
import { ValidationError } from '../../_kernel/errors/domain-error.js';
import { CONSTRAINT_OPERATORS } from '../../_kernel/flags/evaluation/constraint.js';
import {
  isOfFlagType,
  type FlagDefinition,
  type FlagOverride,
  type FlagRule,
  type FlagType,
  type FlagValue,
} from '../../_kernel/flags/evaluation/flag.js';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import { PLANS } from '../../_kernel/wire/tenant.js';

/** One change of a flag, as it is proposed, done and remembered. Plain JSON. */
export type FlagStep =
  | { readonly kind: 'CREATED'; readonly definition: FlagDefinition }
  | { readonly kind: 'VALUE'; readonly value: FlagValue }
  | { readonly kind: 'OVERRIDE'; readonly tenantId: string; readonly value: FlagValue; readonly until: string | null }
  | { readonly kind: 'OVERRIDE_REMOVED'; readonly tenantId: string }
  | { readonly kind: 'PLANS'; readonly plans: FlagDefinition['plans'] }
  | { readonly kind: 'RULES'; readonly rules: readonly FlagRule[] }
  | { readonly kind: 'KILL_SWITCH'; readonly value: FlagValue }
  | { readonly kind: 'KILL_SWITCH_OFF' }
  | { readonly kind: 'ARCHIVED' }
  | { readonly kind: 'RESTORED' };

/** What of a flag a step replaces, and by what; null for nothing. */
export interface FlagDifference {
  readonly definition: FlagDefinition;
  readonly before: FlagValue;
  readonly after: FlagValue;
}

/** Whatever the step says is plain JSON, though not all of it is typed as such. */
const json = (value: unknown): FlagValue => (value ?? null) as FlagValue;

const without = (overrides: FlagDefinition['overrides'], tenantId: string): FlagDefinition['overrides'] =>
  Object.fromEntries(Object.entries(overrides).filter(([id]) => id !== tenantId));

/** Null where the company has no value of its own. */
export const overrideOf = ({ overrides }: FlagDefinition, tenantId: string): FlagOverride | null =>
  (Object.hasOwn(overrides, tenantId) ? overrides[tenantId] : undefined) ?? null;

const replaceOverride = (definition: FlagDefinition, tenantId: string, next: FlagOverride | null): FlagDifference => ({
  definition: {
    ...definition,
    overrides: { ...without(definition.overrides, tenantId), ...(next ? { [tenantId]: next } : {}) },
  },
  before: json(overrideOf(definition, tenantId)),
  after: json(next),
});

/** The flag after the step. */
export function takeStep(definition: FlagDefinition, step: FlagStep): FlagDifference {
  switch (step.kind) {
    case 'CREATED':
      return { definition: step.definition, before: null, after: json(step.definition) };
    case 'VALUE':
      return { definition: { ...definition, defaultValue: step.value }, before: definition.defaultValue, after: step.value };
    case 'OVERRIDE':
      return replaceOverride(definition, step.tenantId, { value: step.value, until: step.until });
    case 'OVERRIDE_REMOVED':
      return replaceOverride(definition, step.tenantId, null);
    case 'PLANS':
      return { definition: { ...definition, plans: step.plans }, before: json(definition.plans), after: json(step.plans) };
    case 'RULES':
      return { definition: { ...definition, rules: step.rules }, before: json(definition.rules), after: json(step.rules) };
    case 'KILL_SWITCH': {
      const killSwitch = { value: step.value };
      return { definition: { ...definition, killSwitch }, before: json(definition.killSwitch), after: killSwitch };
    }
    case 'KILL_SWITCH_OFF':
      return { definition: { ...definition, killSwitch: null }, before: json(definition.killSwitch), after: null };
    case 'ARCHIVED':
    case 'RESTORED': {
      const archived = step.kind === 'ARCHIVED';
      return { definition: { ...definition, archived }, before: definition.archived, after: archived };
    }
  }
}

/** Every value that the step brings in, by the name of its field. */
function valuesIn(step: FlagStep): readonly (readonly [string, FlagValue])[] {
  switch (step.kind) {
    case 'CREATED':
      return [['defaultValue', step.definition.defaultValue]];
    case 'VALUE':
    case 'OVERRIDE':
    case 'KILL_SWITCH':
      return [['value', step.value]];
    case 'PLANS':
      return Object.entries(step.plans).map(([plan, value]) => [`plans.${plan}`, value] as const);
    case 'RULES':
      return step.rules.flatMap((rule, at) => [
        [`rules.${at}.value`, rule.value] as const,
        ...(rule.variants ?? []).map(({ value }, of) => [`rules.${at}.variants.${of}.value`, value] as const),
      ]);
    default:
      return [];
  }
}

/** @throws {ValidationError} naming each value that is not of the flag's type */
export function requireValuesOfType(step: FlagStep, type: FlagType): void {
  const issues = valuesIn(step)
    .filter(([, value]) => !isOfFlagType(value, type))
    .map(([field]) => ({ field, message: `must be ${type}, as the flag is` }));
  if (issues.length > 0) throw new ValidationError(issues);
}

/** What a second person need not see first: it is there for when there is no time. */
export const isEmergency = ({ kind }: FlagStep): boolean => kind === 'KILL_SWITCH';

export type Staleness = 'UNTOUCHED' | 'ROLLED_OUT';

const DAY_MS = 86_400_000;
/** How long a flag that is not meant to stay may be left alone. */
const UNTOUCHED_DAYS = 40;
/** How long everyone may have had the same before the flag is only in the way. */
const ROLLED_OUT_DAYS = 14;

const isForEveryone = ({ rules, overrides, plans }: FlagDefinition): boolean =>
  Object.keys(overrides).length === 0 &&
  Object.keys(plans).length === 0 &&
  rules[0] !== undefined &&
  rules[0].constraints.length === 0 &&
  rules[0].percentage === 100;

/** Why a flag should be removed from the code; null while it should not. @param changedAt null for never */
export function stalenessOf(definition: FlagDefinition, changedAt: Date | null, now: Date): Staleness | null {
  if (definition.permanent || definition.archived || !changedAt) return null;
  const days = (now.getTime() - changedAt.getTime()) / DAY_MS;
  if (days >= ROLLED_OUT_DAYS && isForEveryone(definition)) return 'ROLLED_OUT';
  return days >= UNTOUCHED_DAYS ? 'UNTOUCHED' : null;
}

const instant = z.iso.datetime({ offset: true });
const property = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'must be the name of a property');
/** Anything that came as the graph's JSON is JSON. */
const flagValue = z.custom<FlagValue>((value) => value !== undefined, 'is missing');

const constraintSchema = z.object({
  property,
  operator: z.enum(CONSTRAINT_OPERATORS),
  values: z.array(z.string().max(200)).max(1_000),
  inverted: z.boolean().default(false),
  caseInsensitive: z.boolean().default(false),
});

const variantSchema = z.object({
  name: lineSchema(64),
  weight: z.int().min(0).max(1_000),
  value: flagValue,
});

export const rulesSchema = z
  .array(
    z.object({
      id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be a short name without blanks'),
      constraints: z.array(constraintSchema).max(20).default([]),
      percentage: z.int().min(0).max(100).default(100),
      stickiness: property.default('default'),
      group: z.string().max(128).nullish(),
      value: flagValue,
      variants: z.array(variantSchema).max(20).default([]),
      from: instant.nullish(),
      until: instant.nullish(),
    }),
  )
  .max(50)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'each rule needs an id of its own');

export const plansSchema = z.partialRecord(z.enum(PLANS), flagValue);
export const reasonSchema = textSchema(500).min(1, 'must not be empty');
export const keySchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/, 'must start with a letter and have at most 128 letters, digits, dots, hyphens or underscores');
export const untilSchema = instant.nullable();
export const descriptionSchema = textSchema(500);

/** @param key a rule without a group of its own draws by it */
export const rulesOf = (key: string, given: z.output<typeof rulesSchema>): readonly FlagRule[] =>
  given.map(({ group, from, until, ...rule }) => ({ ...rule, group: group ?? key, from: from ?? null, until: until ?? null }));
