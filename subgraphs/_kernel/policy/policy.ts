import type { PolicyAction, ResourceType } from './catalogue.js';

export const POLICY_EFFECTS = ['ALLOW', 'DENY'] as const;
export type PolicyEffect = (typeof POLICY_EFFECTS)[number];

export const POLICY_OPERATORS = [
  'EQUALS',
  'NOT_EQUALS',
  'IN',
  'NOT_IN',
  'LESS_THAN',
  'AT_MOST',
  'GREATER_THAN',
  'AT_LEAST',
  'CONTAINS',
  'NOT_CONTAINS',
] as const;
export type PolicyOperator = (typeof POLICY_OPERATORS)[number];

/** One condition as a tenant writes it; exactly one of `value` and `otherAttribute` is there. */
export interface PolicyCondition {
  /** `resource.…`, `user.…` or `context.…`. */
  readonly attribute: string;
  readonly operator: PolicyOperator;
  readonly value?: unknown;
  /** `user.…` or `context.…`. */
  readonly otherAttribute?: string | null | undefined;
}

/** Whom a policy is for: whoever is in one of the lists. Everybody when all are empty. */
export interface PolicyPrincipals {
  readonly roles: readonly string[];
  /** Role families; stands for the roles that are in them. */
  readonly families: readonly string[];
  /** Ids of the graph. */
  readonly users: readonly string[];
}

/** A policy as a tenant writes it. It applies where its action, its resource, its principals and all conditions do. */
export interface PolicyDocument {
  readonly description: string;
  readonly effect: PolicyEffect;
  /** Of the catalogue, or all of a group as `booking:*`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: PolicyPrincipals;
  readonly conditions: readonly PolicyCondition[];
}

export type Scalar = string | number;

/** Where a value comes from when a decision is made. */
export type Operand =
  | { readonly from: 'value'; readonly value: Scalar | readonly Scalar[] }
  | { readonly from: 'user' | 'context'; readonly name: string; readonly optional: boolean };

export type Comparison = 'equals' | 'in' | 'lessThan' | 'atMost' | 'contains';

/** A condition as it is compiled: every operator is one of five comparisons, or the opposite of one. */
export interface CompiledCondition {
  readonly left: { readonly from: 'resource' | 'user' | 'context'; readonly name: string; readonly optional: boolean };
  readonly comparison: Comparison;
  readonly right: Operand;
  /** Holds where the comparison does not. */
  readonly negated: boolean;
  /** The sides are the other way round: `right` is compared with `left`. */
  readonly swapped: boolean;
}

/** A policy as it is published to those who decide. Ids are UUIDs, instants epoch milliseconds. */
export interface CompiledPolicy {
  readonly id: string;
  readonly effect: PolicyEffect;
  readonly description: string;
  readonly actions: readonly PolicyAction[];
  readonly resources: readonly ResourceType[];
  /** Null for everybody. */
  readonly principals: { readonly roles: readonly string[]; readonly users: readonly string[] } | null;
  readonly conditions: readonly CompiledCondition[];
  /** The same in Cedar, which decides. */
  readonly cedar: string;
}

/** What a decision is about: the values of the catalogue's attributes, ids as UUIDs, instants as dates, texts as lists. */
export interface PolicyResource {
  readonly type: ResourceType;
  /** UUID; null where the decision is about no single one. */
  readonly id: string | null;
  /** Tenant whose it is; null where the decision is about no single one. */
  readonly tenantId: string | null;
  readonly attributes: Readonly<Record<string, string | number | bigint | Date | readonly string[] | null>>;
}

export const DECISION_LAYERS = ['PLATFORM_GUARD', 'DENY_POLICY', 'ROLES', 'ALLOW_POLICY', 'NOTHING', 'ERROR'] as const;
/** What decided. */
export type DecisionLayer = (typeof DECISION_LAYERS)[number];

export interface Decision {
  readonly allowed: boolean;
  readonly layer: DecisionLayer;
  /** UUIDs of the policies that decided; empty where something else did. */
  readonly decidedBy: readonly string[];
  /** In words. */
  readonly reasons: readonly string[];
  /** What went wrong; whatever does denies. */
  readonly errors: readonly string[];
}
