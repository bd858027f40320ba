import type { Plan } from '../../wire/tenant.js';
import { meets, type Constraint } from './constraint.js';
import type { FlagDefinition, FlagRule, FlagValue, FlagVariant } from './flag.js';
import { shareOf, VARIANT_SEED } from './murmur.js';

/** Of whom and when a flag is asked. */
export interface FlagContext {
  /** UUID of the company. */
  readonly tenantId?: string | undefined;
  readonly plan?: Plan | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly now: Date;
  /** Anything else that rules may ask for, as text. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** What has decided a value, strongest first. */
export const FLAG_REASONS = ['KILL_SWITCH', 'TENANT_OVERRIDE', 'PLAN', 'RULE', 'DEFAULT'] as const;
export type FlagReason = (typeof FLAG_REASONS)[number];

export interface FlagEvaluation {
  readonly key: string;
  readonly value: FlagValue;
  readonly reason: FlagReason;
  /** The rule that applied. */
  readonly ruleId: string | null;
  /** Name of the variant that was drawn. */
  readonly variant: string | null;
}

function propertyOf(context: FlagContext, name: string): string | undefined {
  switch (name) {
    case 'tenantId':
    case 'plan':
    case 'userId':
    case 'sessionId':
      return context[name];
    case 'currentTime':
      return context.properties?.['currentTime'] ?? context.now.toISOString();
    default:
      return context.properties && Object.hasOwn(context.properties, name) ? context.properties[name] : undefined;
  }
}

/** By what somebody is told from others; undefined when the context does not say. */
function identityOf(context: FlagContext, stickiness: string): string | undefined {
  if (stickiness === 'random') return String(Math.random());
  if (stickiness !== 'default') return propertyOf(context, stickiness);
  return context.userId ?? context.sessionId ?? context.properties?.['targetingKey'] ?? String(Math.random());
}

function isWithin(rule: FlagRule, context: FlagContext): boolean {
  const identity = identityOf(context, rule.stickiness);
  // Also of everyone: who cannot be told apart is within no share.
  if (identity === undefined || identity === '') return false;
  return rule.percentage > 0 && shareOf(identity, rule.group) <= rule.percentage;
}

const isInForce = ({ from, until }: FlagRule, now: Date): boolean =>
  (from === null || Date.parse(from) <= now.getTime()) && (until === null || now.getTime() < Date.parse(until));

function applies(rule: FlagRule, context: FlagContext): boolean {
  const holds = (constraint: Constraint): boolean => meets(propertyOf(context, constraint.property), constraint);
  return isInForce(rule, context.now) && rule.constraints.every(holds) && isWithin(rule, context);
}

const isMeant = (variant: FlagVariant, context: FlagContext): boolean =>
  (variant.overrides ?? []).some(({ property, values }) => values.includes(propertyOf(context, property) ?? ''));

/** The variant somebody has; null when a rule has none that weighs anything. */
function drawVariant(rule: FlagRule, context: FlagContext): FlagVariant | null {
  const { variants = [], group, variantGroup = group } = rule;
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0) return null;
  const meant = variants.find((variant) => isMeant(variant, context));
  if (meant) return meant;
  const stickiness = variants[0]?.stickiness ?? rule.stickiness;
  const identity = identityOf(context, stickiness) ?? String(Math.random());
  const share = shareOf(identity, variantGroup, total, VARIANT_SEED);
  let upTo = 0;
  for (const variant of variants) {
    upTo += variant.weight;
    if (variant.weight > 0 && share <= upTo) return variant;
  }
  return null;
}

function byRule(definition: FlagDefinition, context: FlagContext): FlagEvaluation | null {
  const rule = definition.rules.find((each) => applies(each, context));
  if (!rule) return null;
  const variant = drawVariant(rule, context);
  return {
    key: definition.key,
    value: variant ? variant.value : rule.value,
    reason: 'RULE',
    ruleId: rule.id,
    variant: variant?.name ?? null,
  };
}

function byCompany({ overrides, plans }: FlagDefinition, context: FlagContext): Pick<FlagEvaluation, 'value' | 'reason'> | null {
  const { tenantId, plan, now } = context;
  const own = tenantId !== undefined && Object.hasOwn(overrides, tenantId) ? overrides[tenantId] : undefined;
  if (own && (own.until === null || now.getTime() < Date.parse(own.until))) {
    return { value: own.value, reason: 'TENANT_OVERRIDE' };
  }
  const ofPlan = plan === undefined ? undefined : plans[plan];
  return ofPlan === undefined ? null : { value: ofPlan, reason: 'PLAN' };
}

/**
 * The value somebody has: the kill switch wins over the company's own value, that over its plan's, that over the
 * rules with their percentages, and those over the default. Pure, and a matter of microseconds.
 */
export function evaluateFlag(definition: FlagDefinition, context: FlagContext): FlagEvaluation {
  const { key, killSwitch, defaultValue } = definition;
  const plain = { key, ruleId: null, variant: null };
  if (killSwitch) return { ...plain, value: killSwitch.value, reason: 'KILL_SWITCH' };
  const ofCompany = byCompany(definition, context);
  if (ofCompany) return { ...plain, ...ofCompany };
  return byRule(definition, context) ?? { ...plain, value: defaultValue, reason: 'DEFAULT' };
}
