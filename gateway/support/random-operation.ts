import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  type GraphQLCompositeType,
  type GraphQLSchema,
} from 'graphql';
import type { Choices } from './random-choices.js';

export interface RandomOperation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MAX_DEPTH = 4;
const FLAGS = ['a', 'b'] as const;

/** Writes one operation; a field is always asked for under its name or under one alias, so nothing conflicts. */
class Writer {
  private readonly fragments = new Map<string, { readonly on: string; readonly text: string }>();
  private readonly schema: GraphQLSchema;
  private readonly choices: Choices;

  constructor(schema: GraphQLSchema, choices: Choices) {
    this.schema = schema;
    this.choices = choices;
  }

  private condition(): string {
    if (!this.choices.percent(15)) return '';
    const flag = this.choices.percent(70) ? `$${this.choices.of(FLAGS)}` : String(this.choices.percent(50));
    return ` @${this.choices.of(['skip', 'include'] as const)}(if: ${flag})`;
  }

  private field(type: GraphQLCompositeType, depth: number): string | null {
    if (isUnionType(type)) return null;
    const field = this.choices.of(Object.values(type.getFields()));
    const returned = getNamedType(field.type);
    const composite = isCompositeType(returned);
    if (composite && depth >= MAX_DEPTH) return null;
    const counted = field.args.length > 0 && this.choices.percent(50);
    const alias = counted ? 'n_' : this.choices.percent(20) ? 'x_' : '';
    const name = `${alias && `${alias}${field.name}: `}${field.name}${counted ? '(n: $n)' : ''}`;
    const conditional = depth === 0 && this.schema.getSubscriptionType() === type ? '' : this.condition();
    return `${name}${conditional}${composite ? ` ${this.selections(returned, depth + 1)}` : ''}`;
  }

  private fragment(type: GraphQLCompositeType, depth: number): string {
    const candidates = this.overlapping(type);
    const on = this.choices.of(candidates);
    const known = [...this.fragments].filter(([, fragment]) => fragment.on === on.name);
    if (known.length > 0 && this.choices.percent(50)) return `...${this.choices.of(known)[0]}${this.condition()}`;
    const text = this.selections(on, depth);
    if (!this.choices.percent(40)) return `... on ${on.name}${this.condition()} ${text}`;
    const name = `F${this.fragments.size}`;
    this.fragments.set(name, { on: on.name, text });
    return `...${name}${this.condition()}`;
  }

  /** Types a fragment may stand on where `type` is expected. */
  private overlapping(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    const possible = (of: GraphQLCompositeType): readonly string[] =>
      isAbstractType(of) ? this.schema.getPossibleTypes(of).map(({ name }) => name) : [of.name];
    const here = possible(type);
    return Object.values(this.schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType =>
        isCompositeType(other) &&
        !other.name.startsWith('__') &&
        // The planner fails on a union's fragment inside of an interface that a subgraph knows as an object.
        (!isUnionType(other) || isUnionType(type)) &&
        possible(other).some((name) => here.includes(name)),
    );
  }

  selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.choices.below(4);
    const parts = Array.from({ length: count }, () => {
      if (this.choices.percent(12)) return '__typename';
      if (depth < MAX_DEPTH && this.choices.percent(isUnionType(type) ? 90 : 25)) return this.fragment(type, depth + 1);
      return this.field(type, depth);
    });
    const filled = parts.filter((part) => part !== null);
    return `{ ${filled.length === 0 ? '__typename' : filled.join(' ')} }`;
  }

  root(type: GraphQLCompositeType): string {
    const count = this.schema.getSubscriptionType() === type ? 1 : 1 + this.choices.below(3);
    const parts = Array.from({ length: count }, () => this.field(type, 0)).filter((part) => part !== null);
    return `{ ${parts.join(' ')} }`;
  }

  definitions(): string {
    return [...this.fragments].map(([name, { on, text }]) => `\nfragment ${name} on ${on} ${text}`).join('');
  }
}

/** Makes up a valid operation: aliases, nested and named fragments, `@skip` and `@include` with and without variables. */
export function randomOperation(schema: GraphQLSchema, kind: 'query' | 'subscription', choices: Choices): RandomOperation {
  const root = kind === 'query' ? schema.getQueryType() : schema.getSubscriptionType();
  if (!root) throw new Error(`the schema has no ${kind}`);
  const writer = new Writer(schema, choices);
  const body = writer.root(root);
  const definitions = writer.definitions();
  const used = (name: string): boolean => new RegExp(`\\$${name}\\b`).test(body + definitions);
  const declared = [
    ...FLAGS.filter(used).map((flag) => `$${flag}: Boolean!`),
    ...(used('n') ? ['$n: Int'] : []),
  ];
  const flags = Object.fromEntries(FLAGS.filter(used).map((flag) => [flag, choices.percent(50)]));
  const variables = used('n') ? { ...flags, n: choices.below(5) } : flags;
  return { source: `${kind} Asked${declared.length > 0 ? `(${declared.join(', ')})` : ''} ${body}${definitions}`, variables };
}
