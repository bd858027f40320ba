import type { Plan } from '../../wire/tenant.js';
import type { Constraint } from './constraint.js';

export const FLAG_TYPES = ['BOOLEAN', 'STRING', 'NUMBER', 'JSON'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

/** Plain JSON. */
export type FlagValue =
  | boolean
  | number
  | string
  | null
  | readonly FlagValue[]
  | { readonly [name: string]: FlagValue };

/** One of several values of a rule, by weight. */
export interface FlagVariant {
  readonly name: string;
  /** Its share is its weight among the sum of all. */
  readonly weight: number;
  readonly value: FlagValue;
  /** Who gets this one whatever her share: values of a property of the context. */
  readonly overrides?: readonly { readonly property: string; readonly values: readonly string[] }[];
  /** Property by which people are told apart; the rule's when left out. */
  readonly stickiness?: string;
}

/** Whom a value is for: everyone who meets the constraints and is within the percentage. */
export interface FlagRule {
  readonly id: string;
  readonly constraints: readonly Constraint[];
  /** Whole percent of those who meet the constraints, 0 to 100. */
  readonly percentage: number;
  /** Property by which the percentage is drawn: `default`, `random`, `userId`, or any other of the context. */
  readonly stickiness: string;
  /** Rules of one group draw alike: whoever is within 10 % of it is so in each. */
  readonly group: string;
  readonly value: FlagValue;
  /** Instead of the one value. */
  readonly variants?: readonly FlagVariant[];
  /** Group by which variants are drawn; the rule's when left out. */
  readonly variantGroup?: string;
  /** ISO 8601 instants between which the rule is in force; open where null. */
  readonly from: string | null;
  readonly until: string | null;
}

/** What a company has instead of what everyone has. */
export interface FlagOverride {
  readonly value: FlagValue;
  /** ISO 8601 instant at which it ends; null for one that stays. */
  readonly until: string | null;
}

/** All that decides a flag's value. Plain JSON: it is kept and sent as it is. */
export interface FlagDefinition {
  readonly key: string;
  readonly type: FlagType;
  readonly description: string;
  /** What everyone has whom nothing else gives a value. */
  readonly defaultValue: FlagValue;
  /** While set, the value of everyone, whatever else is said. */
  readonly killSwitch: { readonly value: FlagValue } | null;
  /** By UUID of the company. */
  readonly overrides: Readonly<Record<string, FlagOverride>>;
  readonly plans: Readonly<Partial<Record<Plan, FlagValue>>>;
  /** The first that applies decides. */
  readonly rules: readonly FlagRule[];
  /** Whether a change needs a second person. */
  readonly needsApproval: boolean;
  /** Whether clients outside the platform are told its value. */
  readonly clientVisible: boolean;
  /** Whether it is meant to stay; one that is not goes stale. */
  readonly permanent: boolean;
  readonly archived: boolean;
}

const typeOf = (value: FlagValue): FlagType => {
  switch (typeof value) {
    case 'boolean':
      return 'BOOLEAN';
    case 'number':
      return 'NUMBER';
    case 'string':
      return 'STRING';
    default:
      return 'JSON';
  }
};

/** Whether a flag of this type may hold the value; a JSON flag may hold any. */
export const isOfFlagType = (value: FlagValue, type: FlagType): boolean => type === 'JSON' || typeOf(value) === type;
