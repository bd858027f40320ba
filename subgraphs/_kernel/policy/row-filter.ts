import { contextFacts, userFacts, type Asking } from './asking.js';
import { attributesOf, type PolicyAction, type ResourceType } from './catalogue.js';
import { refusingGuard } from './platform-guards.js';
import type { CompiledCondition, CompiledPolicy, Operand, Scalar } from './policy.js';
import { roleGrant } from './role-grant.js';

type TestComparison = 'equals' | 'in' | 'lessThan' | 'atMost' | 'greaterThan' | 'atLeast' | 'contains';

/** A comparison of one attribute of the row; false of one that is missing, unless negated. */
export interface RowTest {
  readonly kind: 'test';
  readonly attribute: string;
  readonly comparison: TestComparison;
  readonly value: Scalar | readonly Scalar[];
  readonly negated: boolean;
}

/** Which rows somebody may do something with: all that is left of the policies once it is known who asks. */
export type RowFilter = RowTest | { readonly kind: 'all' | 'any'; readonly of: readonly RowFilter[] };

export const EVERYTHING: RowFilter = { kind: 'all', of: [] };
export const NOTHING: RowFilter = { kind: 'any', of: [] };

const SWAPPED = { equals: 'equals', in: 'in', lessThan: 'greaterThan', atMost: 'atLeast', contains: 'contains' } as const;

const isEverything = (filter: RowFilter): boolean => filter.kind === 'all' && filter.of.length === 0;
const isNothing = (filter: RowFilter): boolean => filter.kind === 'any' && filter.of.length === 0;
const constant = (holds: boolean): RowFilter => (holds ? EVERYTHING : NOTHING);

function all(of: readonly RowFilter[]): RowFilter {
  if (of.some(isNothing)) return NOTHING;
  return { kind: 'all', of: of.filter((filter) => !isEverything(filter)) };
}

function any(of: readonly RowFilter[]): RowFilter {
  if (of.some(isEverything)) return EVERYTHING;
  return { kind: 'any', of: of.filter((filter) => !isNothing(filter)) };
}

function not(filter: RowFilter): RowFilter {
  if (filter.kind === 'test') return { ...filter, negated: !filter.negated };
  const opposite = filter.of.map(not);
  return filter.kind === 'all' ? any(opposite) : all(opposite);
}

type Value = Scalar | readonly Scalar[] | undefined;
type Facts = Readonly<Record<'user' | 'context', Readonly<Record<string, Value>>>>;

const valueOf = (operand: Operand, facts: Facts): Value =>
  operand.from === 'value' ? operand.value : facts[operand.from][operand.name];

const listOf = (value: Value): readonly Scalar[] => (typeof value === 'object' ? value : []);

function compare({ comparison, swapped }: CompiledCondition, left: Value, right: Value): boolean {
  if (left === undefined || right === undefined) return false;
  const [one, other] = swapped ? [right, left] : [left, right];
  switch (comparison) {
    case 'equals':
      return one === other;
    case 'lessThan':
      return Number(one) < Number(other);
    case 'atMost':
      return Number(one) <= Number(other);
    case 'contains':
      return listOf(one).includes(other as Scalar);
    case 'in':
      return listOf(other).includes(one as Scalar);
  }
}

function conditionFilter(condition: CompiledCondition, facts: Facts, type: ResourceType): RowFilter {
  const { left, right, comparison, negated, swapped } = condition;
  const value = valueOf(right, facts);
  if (left.from !== 'resource') {
    return constant(compare(condition, facts[left.from][left.name], value) !== negated);
  }
  if (!Object.hasOwn(attributesOf('resource', type), left.name)) {
    throw new Error(`a policy looks at ${type}.${left.name}, which there is not`);
  }
  if (value === undefined) return constant(negated);
  return { kind: 'test', attribute: left.name, comparison: swapped ? SWAPPED[comparison] : comparison, value, negated };
}

/**
 * The rows a list may show: exactly those for which a single decision allows.
 * @throws when a policy cannot be understood; nothing may be shown then
 */
export function rowFilterOf(
  policies: readonly CompiledPolicy[],
  asking: Asking,
  action: PolicyAction,
  type: ResourceType,
): RowFilter {
  if (asking.principal.kind === 'system') return EVERYTHING;
  // Rows are the tenant's own: row level security sees to that before any filter.
  if (refusingGuard(asking, { tenantId: null })) return NOTHING;
  const facts: Facts = { user: userFacts(asking), context: contextFacts(asking) };
  const { user } = facts;
  const isFor = ({ principals }: CompiledPolicy): boolean =>
    principals === null ||
    principals.users.includes(String(user['id'])) ||
    principals.roles.some((role) => listOf(user['roles']).includes(role));
  const matched = (effect: CompiledPolicy['effect']): RowFilter =>
    any(
      policies
        .filter((policy) => policy.effect === effect && policy.actions.includes(action) && isFor(policy))
        .map(({ conditions }) => all(conditions.map((condition) => conditionFilter(condition, facts, type)))),
    );
  const grant = roleGrant(asking, action);
  const byRoles: RowFilter =
    typeof grant === 'object'
      ? { kind: 'test', attribute: 'ownerId', comparison: 'equals', value: grant.ownedBy, negated: false }
      : constant(grant === 'everything');
  return all([not(matched('DENY')), any([byRoles, matched('ALLOW')])]);
}
