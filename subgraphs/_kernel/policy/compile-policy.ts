import { policyToText, validate, type Expr, type PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { FieldIssue } from '../errors/domain-error.js';
import { ACTIONS, POLICY_ACTIONS, RESOURCE_TYPES, type PolicyAction, type ResourceType } from './catalogue.js';
import { CEDAR_SCHEMA } from './cedar-schema.js';
import { compileCondition } from './compile-condition.js';
import type { CompiledCondition, CompiledPolicy, Operand, PolicyDocument } from './policy.js';
import { valueReader } from './value.js';

/** A policy that does not fit the catalogue; every broken field is named. */
export type Compiled =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

const isResourceType = (name: string): name is ResourceType => (RESOURCE_TYPES as readonly string[]).includes(name);

/** The actions that a word of a policy stands for: itself, or all of a group as `booking:*`. */
const actionsOf = (word: string): readonly PolicyAction[] =>
  POLICY_ACTIONS.filter((action) => action === word || (word.endsWith(':*') && action.startsWith(word.slice(0, -1))));

const CEDAR_VARIABLE = { resource: 'resource', user: 'principal', context: 'context' } as const;
type Reference = CompiledCondition['left'] | Exclude<Operand, { readonly from: 'value' }>;

const variable = ({ from }: Reference): Expr => ({ Var: CEDAR_VARIABLE[from] });
const literal = (value: string | number): Expr => ({ Value: value });
const both = (left: Expr, right: Expr): Expr => ({ '&&': { left, right } });

function expressionOf(operand: Reference | Operand): Expr {
  if (operand.from !== 'value') return { '.': { left: variable(operand), attr: operand.name } };
  const { value } = operand;
  return typeof value === 'object' ? { Set: value.map(literal) } : literal(value);
}

function comparisonOf({ left, right, comparison, swapped }: CompiledCondition): Expr {
  const [one, other] = swapped ? [right, left] : [left, right];
  const sides = { left: expressionOf(one), right: expressionOf(other) };
  switch (comparison) {
    case 'equals':
      return { '==': sides };
    case 'lessThan':
      return { '<': sides };
    case 'atMost':
      return { '<=': sides };
    case 'contains':
      return { contains: sides };
    case 'in':
      return { contains: { left: sides.right, right: sides.left } };
  }
}

function conditionToCedar(condition: CompiledCondition): Expr {
  const present = [condition.left, condition.right].flatMap((side) =>
    side.from !== 'value' && side.optional ? [side] : [],
  );
  const holds = present.reduceRight<Expr>(
    (rest, side) => both({ has: { left: variable(side), attr: side.name } }, rest),
    comparisonOf(condition),
  );
  return condition.negated ? { '!': { arg: holds } } : holds;
}

function principalsToCedar({ roles, users }: NonNullable<CompiledPolicy['principals']>): Expr {
  const principal = { Var: 'principal' } as const;
  return {
    '||': {
      left: {
        containsAny: { left: { '.': { left: principal, attr: 'roles' } }, right: { Set: roles.map(literal) } },
      },
      right: { contains: { left: { Set: users.map(literal) }, right: { '.': { left: principal, attr: 'id' } } } },
    },
  };
}

/** Cedar knows no type of an empty list; a name that nobody can have stands in it. */
const NOBODY = '';
const orNobody = (names: readonly string[]): readonly string[] => (names.length === 0 ? [NOBODY] : names);

function toCedar(policy: Omit<CompiledPolicy, 'cedar'>): PolicyJson {
  const { principals, conditions, resources } = policy;
  const bodies = [
    ...(principals ? [principalsToCedar({ roles: orNobody(principals.roles), users: orNobody(principals.users) })] : []),
    ...conditions.map(conditionToCedar),
  ];
  const [only, ...others] = resources;
  return {
    effect: policy.effect === 'DENY' ? 'forbid' : 'permit',
    principal: { op: 'All' },
    action: { op: 'in', entities: policy.actions.map((id) => ({ type: 'Action', id })) },
    resource: only !== undefined && others.length === 0 ? { op: 'is', entity_type: only } : { op: 'All' },
    conditions: bodies.map((body) => ({ kind: 'when', body })),
  };
}

/** What Cedar itself finds wrong with a policy, in its words. Empty when it is strictly valid. */
export function cedarProblems(id: string, cedar: string): readonly string[] {
  const answer = validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies: { [id]: cedar } } });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  return answer.validationErrors.map(({ error }) => error.message);
}

/**
 * A tenant's policy for those who decide, checked against the catalogue and then by Cedar's strict validation.
 * @param rolesOfFamily the roles that are in a family; null for a family that is not there
 */
export function compilePolicy(
  id: string,
  document: PolicyDocument,
  rolesOfFamily: (family: string) => readonly string[] | null,
): Compiled {
  const issues: FieldIssue[] = [];
  const resources = document.resources.filter(isResourceType);
  document.resources.forEach((name, at) => {
    if (!isResourceType(name)) {
      issues.push({ field: `resources.${at}`, message: `must be one of ${RESOURCE_TYPES.join(', ')}` });
    }
  });
  const actions = document.actions.flatMap((word, at) => {
    const meant = actionsOf(word);
    const fitting = meant.filter((action) => resources.includes(ACTIONS[action].resource));
    if (meant.length === 0) {
      issues.push({ field: `actions.${at}`, message: `must be one of ${POLICY_ACTIONS.join(', ')}, or a group as booking:*` });
    } else if (fitting.length === 0) {
      issues.push({ field: `actions.${at}`, message: `is no action of ${document.resources.join(', ')}` });
    }
    return fitting;
  });
  const { roles, families, users } = document.principals;
  const ofFamilies = families.flatMap((family, at) => {
    const found = rolesOfFamily(family);
    if (!found) issues.push({ field: `principals.families.${at}`, message: 'must be one of the role families' });
    return found ?? [];
  });
  const readUser = valueReader({ kind: 'id', prefix: 'usr' });
  const userIds = users.flatMap((user, at) => {
    const read = readUser(user);
    if (!read.ok) issues.push({ field: `principals.users.${at}`, message: read.message });
    return read.ok ? [String(read.value)] : [];
  });
  const conditions = document.conditions.flatMap((condition, at) => {
    const compiled = compileCondition(condition, resources);
    if (!compiled.ok) {
      issues.push({ field: `conditions.${at}.${compiled.field}`, message: compiled.message });
      return [];
    }
    return [compiled.condition];
  });
  if (issues.length > 0) return { ok: false, issues };

  const everybody = roles.length + families.length + users.length === 0;
  const policy: Omit<CompiledPolicy, 'cedar'> = {
    id,
    effect: document.effect,
    description: document.description,
    actions: [...new Set(actions)],
    resources,
    principals: everybody ? null : { roles: [...new Set([...roles, ...ofFamilies])], users: userIds },
    conditions,
  };
  const printed = policyToText(toCedar(policy));
  if (printed.type === 'failure') {
    return { ok: false, issues: printed.errors.map(({ message }) => ({ field: 'policy', message })) };
  }
  const problems = cedarProblems(id, printed.text);
  if (problems.length > 0) return { ok: false, issues: problems.map((message) => ({ field: 'policy', message })) };
  return { ok: true, policy: { ...policy, cedar: printed.text } };
}
