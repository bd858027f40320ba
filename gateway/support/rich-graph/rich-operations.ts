import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import { seeded } from '../seeded.js';

export interface GeneratedOperation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Names that the planner needs itself, or that differ in type from one type to the next. */
const ALIASES = [
  ...['id', 'id', 'email', 'sku', 'itemId', 'location', 'country', 'code', 'lines', 'status', 'customer', 'quantity'],
  ...['item', 'variant', 'payment', 'warehouse', 'role', 'tags', 'size', 'weight', 'name', 'title', '__typename'],
  ...['x', 'y', 'z', 'x', 'y', 'x__alias_0', 'asked_id_', 'constructor', '_entities', 'brand', 'holder', 'from'],
];
const IDS = ['u1', 'u2', 'u3', 'u4', 'i1', 'i2', 'i4', 'o1', 'o2', 'o4', 'p1', 'none'];
const MAX_DEPTH = 6;
const ATTEMPTS = 200;

type Names = Map<string, string>;

class Draft {
  readonly fragments: string[] = [];
  readonly declared = new Map<string, string>();
  readonly variables: Record<string, unknown> = {};
  private budget: number;
  private readonly schema: GraphQLSchema;
  private readonly random: () => number;

  constructor(schema: GraphQLSchema, random: () => number) {
    this.schema = schema;
    this.random = random;
    this.budget = 6 + Math.floor(random() * 26);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  private variable(type: string, value: unknown, fallback: string): string {
    // Now and then the very name of the planner's own variable.
    const name = this.chance(0.05) && !this.declared.has('representations') ? 'representations' : `v${this.declared.size}`;
    const isGiven = this.chance(0.7);
    const isRequired = isGiven && this.chance(0.5);
    this.declared.set(name, `$${name}: ${type}${isRequired ? '!' : ` = ${fallback}`}`);
    if (isGiven) this.variables[name] = value;
    return `$${name}`;
  }

  private condition(): string {
    if (!this.chance(0.12)) return '';
    const truth = this.chance(0.5);
    const value = this.chance(0.6) ? this.variable('Boolean', truth, String(!truth)) : String(truth);
    return ` @${this.pick(['skip', 'include'])}(if: ${value})`;
  }

  private argument(argument: GraphQLArgument): string {
    const type = getNamedType(argument.type);
    if (isEnumType(type)) {
      const { name } = this.pick(type.getValues());
      return this.chance(0.3) ? this.variable(type.name, name, name) : name;
    }
    const value = type.name === 'Int' ? 1 + Math.floor(this.random() * 4) : this.pick(IDS);
    const text = JSON.stringify(value);
    return this.chance(0.4) ? this.variable(type.name, value, text) : text;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number, names: Names, aliasChance: number): string {
    const given = field.args
      .filter((argument) => isRequiredArgument(argument) || this.chance(0.6))
      .map((argument) => `${argument.name}: ${this.argument(argument)}`);
    const text = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
    let name = this.chance(aliasChance) ? this.pick(ALIASES) : field.name;
    if (names.has(name) && names.get(name) !== text) name = `a${this.budget}_${depth}`;
    names.set(name, text);
    this.budget -= 1;
    const type = getNamedType(field.type);
    const below = isCompositeType(type) ? ` ${this.selections(type, depth + 1, new Map())}` : '';
    return `${name === field.name ? '' : `${name}: `}${text}${this.condition()}${below}`;
  }

  /** Types to which a fragment inside `type` may be narrowed or widened. */
  private conditionsFor(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    if (isAbstractType(type)) return [...this.schema.getPossibleTypes(type), type];
    return [type, ...('getInterfaces' in type ? type.getInterfaces() : [])];
  }

  private fragment(type: GraphQLCompositeType, depth: number, names: Names): string {
    const target = this.pick(this.conditionsFor(type));
    if (this.chance(0.25)) {
      const name = `F${this.fragments.length}`;
      this.fragments.push('');
      const body = this.selections(target, depth, new Map(names));
      this.fragments[Number(name.slice(1))] = `fragment ${name} on ${target.name} ${body}`;
      return `...${name}${this.condition()}`;
    }
    const on = target === type && this.chance(0.3) ? '' : ` on ${target.name}`;
    const inner = target === type ? names : new Map(names);
    return `...${on}${this.condition()} ${this.selections(target, depth, inner)}`;
  }

  private typeName(names: Names): readonly string[] {
    if (!this.chance(0.2)) return [];
    if (this.chance(0.5)) return ['__typename'];
    const alias = this.pick(['kind', 'id', 'type']);
    names.set(alias, '__typename');
    return [`${alias}: __typename`];
  }

  private prefersFragment(type: GraphQLCompositeType, depth: number): boolean {
    if (depth === 0 || depth >= MAX_DEPTH) return false;
    if (!('getFields' in type)) return this.chance(0.95);
    return this.chance(isAbstractType(type) ? 0.4 : 0.15);
  }

  selections(type: GraphQLCompositeType, depth: number, names: Names): string {
    const parts = [...this.typeName(names)];
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const wanted = 1 + Math.floor(this.random() * 4);
    for (let nth = 0; nth < wanted && this.budget > 0; nth += 1) {
      if (this.prefersFragment(type, depth)) parts.push(this.fragment(type, depth + 1, names));
      else if (fields.length > 0) {
        const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
        const field = this.pick(depth >= MAX_DEPTH && leaves.length > 0 ? leaves : fields);
        if (depth < MAX_DEPTH + 1 || leaves.includes(field)) parts.push(this.field(field, depth, names, 0.3));
      }
    }
    return `{ ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
  }
}

/**
 * Makes up valid operations with aliases, fragments, variables and conditions, the same ones for the same seed.
 * @throws when no valid operation is found in many attempts
 */
export function createRichGenerator(schema: GraphQLSchema, seed: number): (kind: OperationTypeNode) => GeneratedOperation {
  const random = seeded(seed);
  return (kind) => {
    const root = schema.getRootType(kind);
    if (!isObjectType(root)) throw new Error(`no ${kind} type`);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const draft = new Draft(schema, random);
      const body = draft.selections(root, 0, new Map());
      const declared = [...draft.declared.values()].join(', ');
      const source = [`${kind} Made${declared && `(${declared})`} ${body}`, ...draft.fragments].join('\n');
      if (validate(schema, parse(source)).length === 0) return { source, variables: draft.variables };
    }
    throw new Error('no valid operation was found');
  };
}
