import { attributesOf, type AttributeDefinition, type AttributeRoot, type AttributeType, type ResourceType } from './catalogue.js';
import type { CompiledCondition, Comparison, Operand, PolicyCondition, PolicyOperator, Scalar } from './policy.js';
import { valueReader } from './value.js';

export type CompiledConditionResult =
  | { readonly ok: true; readonly condition: CompiledCondition }
  | { readonly ok: false; readonly field: 'attribute' | 'operator' | 'value' | 'otherAttribute'; readonly message: string };

type Refusal = Extract<CompiledConditionResult, { readonly ok: false }>;

interface Meaning {
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly swapped: boolean;
  readonly kinds: readonly AttributeType['kind'][];
}

const SCALARS = ['id', 'text', 'number', 'instant'] as const;
const ORDERED = ['number', 'instant'] as const;
const SETS = ['texts'] as const;

const meaning = (
  comparison: Comparison,
  kinds: Meaning['kinds'],
  { negated = false, swapped = false }: { negated?: boolean; swapped?: boolean } = {},
): Meaning => ({ comparison, kinds, negated, swapped });

/** `a > b` is `b < a`, not the opposite of `a <= b`: what is missing is neither less nor greater. */
const MEANINGS: Readonly<Record<PolicyOperator, Meaning>> = {
  EQUALS: meaning('equals', SCALARS),
  NOT_EQUALS: meaning('equals', SCALARS, { negated: true }),
  IN: meaning('in', SCALARS),
  NOT_IN: meaning('in', SCALARS, { negated: true }),
  LESS_THAN: meaning('lessThan', ORDERED),
  AT_MOST: meaning('atMost', ORDERED),
  GREATER_THAN: meaning('lessThan', ORDERED, { swapped: true }),
  AT_LEAST: meaning('atMost', ORDERED, { swapped: true }),
  CONTAINS: meaning('contains', SETS),
  NOT_CONTAINS: meaning('contains', SETS, { negated: true }),
};

const MOST_VALUES = 200;
const ROOTS: readonly string[] = ['resource', 'user', 'context'] satisfies AttributeRoot[];

interface Found {
  readonly root: AttributeRoot;
  readonly name: string;
  readonly definition: AttributeDefinition;
}

const refuse = (field: Refusal['field'], message: string): Refusal => ({ ok: false, field, message });

/** An attribute by its path, when every one of the resources has it. */
function find(path: string, resources: readonly ResourceType[]): Found | null {
  const [root = '', name = '', ...rest] = path.split('.');
  if (!ROOTS.includes(root) || rest.length > 0) return null;
  const definitions = resources.map((resource) => {
    const attributes = attributesOf(root as AttributeRoot, resource);
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  });
  const [definition] = definitions;
  return definition && !definitions.includes(undefined) ? { root: root as AttributeRoot, name, definition } : null;
}

const sameType = (one: AttributeType, other: AttributeType): boolean =>
  one.kind === other.kind && (one.kind !== 'id' || other.kind !== 'id' || one.prefix === other.prefix);

function attributeOperand(
  path: string,
  left: Found,
  { comparison }: Meaning,
  resources: readonly ResourceType[],
): Operand | Refusal {
  const right = find(path, resources);
  if (!right || right.root === 'resource') {
    return refuse('otherAttribute', 'must be an attribute of the user or of the context, such as user.id');
  }
  const { type, optional } = right.definition;
  const leftType = left.definition.type;
  const fits = comparison === 'in' ? type.kind === 'texts' && leftType.kind === 'text' : comparison === 'contains' ? type.kind === 'text' : sameType(leftType, type);
  if (!fits) return refuse('otherAttribute', `cannot be compared with ${left.root}.${left.name}, which is another kind of value`);
  return { from: right.root, name: right.name, optional: optional === true };
}

function valueOperand(value: unknown, { type }: AttributeDefinition, { comparison }: Meaning): Operand | Refusal {
  const read = valueReader(type);
  if (comparison !== 'in') {
    const answer = read(value);
    return answer.ok ? { from: 'value', value: answer.value } : refuse('value', answer.message);
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_VALUES) {
    return refuse('value', `must be a list of 1 to ${MOST_VALUES} values`);
  }
  const values: Scalar[] = [];
  for (const [at, entry] of value.entries()) {
    const answer = read(entry);
    if (!answer.ok) return refuse('value', `at ${at} ${answer.message}`);
    values.push(answer.value);
  }
  return { from: 'value', value: values };
}

/** A condition with its types checked. @param resources types the policy is for */
export function compileCondition(given: PolicyCondition, resources: readonly ResourceType[]): CompiledConditionResult {
  const left = find(given.attribute, resources);
  if (!left) {
    const names = resources.flatMap((resource) => Object.keys(attributesOf('resource', resource)));
    const known = [...new Set(names)].map((name) => `resource.${name}`);
    return refuse('attribute', `must be one of ${[...known, 'user.…', 'context.…'].join(', ')}`);
  }
  const meant = MEANINGS[given.operator];
  const { type, optional } = left.definition;
  if (!meant.kinds.includes(type.kind)) {
    return refuse('operator', `${given.operator} does not go with ${given.attribute}`);
  }
  const { otherAttribute, value } = given;
  if ((otherAttribute == null) === (value == null)) {
    return refuse('value', 'exactly one of value and otherAttribute must be given');
  }
  const right =
    otherAttribute == null ? valueOperand(value, left.definition, meant) : attributeOperand(otherAttribute, left, meant, resources);
  if ('ok' in right) return right;
  const { comparison, negated, swapped } = meant;
  return {
    ok: true,
    condition: {
      left: { from: left.root, name: left.name, optional: optional === true },
      comparison,
      right,
      negated,
      swapped,
    },
  };
}
