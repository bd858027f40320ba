/**
 * The conditions that definitions and rules are written with: comparisons of what is known with literals, joined by
 * `and`, `or`, `not` and parentheses, such as `steps.details.amount > 1000 and input.country in ['DE', 'AT']`.
 * They cannot call anything, loop or fail: what is not there is null, and what cannot be compared is not so.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'not'; readonly inner: Expression }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Expression; readonly right: Expression };

type Scalar = string | number | boolean | null;
type Literal = Scalar | readonly Scalar[];

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>', 'in', 'contains'] as const;
type Operator = (typeof OPERATORS)[number];

export type ParsedExpression =
  { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly message: string };

/** Characters that one may have. */
export const LONGEST_EXPRESSION = 1_000;
const DEEPEST = 20;

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly at: number;
}

const TOKEN = /\s*(?:([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)|(==|!=|<=|>=|[<>()[\],]))/y;

class Refusal extends Error {}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex + 1;
    const match = TOKEN.exec(source);
    if (!match) throw new Refusal(`nothing is known that begins like this at character ${at}`);
    const [, word, single, double, number, sign] = match;
    const text = single ?? double;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (text !== undefined) tokens.push({ kind: 'text', text, at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else tokens.push({ kind: 'sign', text: sign ?? '', at });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length + 1 }];
}

const CONSTANTS: Readonly<Record<string, Scalar>> = { true: true, false: false, null: null };
const RESERVED = new Set(['and', 'or', 'not', 'in', 'contains']);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #roots: readonly string[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], roots: readonly string[]) {
    this.#tokens = tokens;
    this.#roots = roots;
  }

  whole(): Expression {
    const expression = this.#joined('or');
    if (this.#peek().kind !== 'end') this.#refuse('the end or an operator');
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: 'the end', at: 0 };
  }

  #refuse(expected: string): never {
    const { text, at } = this.#peek();
    throw new Refusal(`expected ${expected} at character ${at}, not ${text}`);
  }

  #take(text: string): boolean {
    const token = this.#peek();
    const taken = token.text === text && (token.kind === 'word' || token.kind === 'sign');
    if (taken) this.#next += 1;
    return taken;
  }

  #joined(kind: 'and' | 'or'): Expression {
    const part = (): Expression => (kind === 'or' ? this.#joined('and') : this.#negated());
    const first = part();
    const parts = [first];
    while (this.#take(kind)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  }

  #negated(): Expression {
    if (!this.#take('not')) return this.#compared();
    return this.#nested(() => ({ kind: 'not', inner: this.#negated() }));
  }

  #nested(parse: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Refusal(`is nested more than ${DEEPEST} deep`);
    const inner = parse();
    this.#depth -= 1;
    return inner;
  }

  #compared(): Expression {
    const left = this.#operand();
    const operator = OPERATORS.find((sign) => this.#take(sign));
    return operator ? { kind: 'compare', operator, left, right: this.#operand() } : left;
  }

  #operand(): Expression {
    if (this.#take('(')) {
      const inner = this.#nested(() => this.#joined('or'));
      if (!this.#take(')')) this.#refuse(')');
      return inner;
    }
    if (this.#take('[')) return { kind: 'literal', value: this.#list() };
    const token = this.#peek();
    if (token.kind === 'word' && !(token.text in CONSTANTS)) return this.#path(token);
    return { kind: 'literal', value: this.#scalar() };
  }

  #path({ text }: Token): Expression {
    const path = text.split('.');
    const [root = ''] = path;
    if (RESERVED.has(root) || !this.#roots.includes(root)) this.#refuse(`a value, or a name that begins with ${this.#roots.join(' or ')}`);
    this.#next += 1;
    return { kind: 'path', path };
  }

  #list(): readonly Scalar[] {
    const values: Scalar[] = [];
    if (this.#take(']')) return values;
    do values.push(this.#scalar());
    while (this.#take(','));
    if (!this.#take(']')) this.#refuse(']');
    return values;
  }

  #scalar(): Scalar {
    const { kind, text } = this.#peek();
    const constant = kind === 'word' && Object.hasOwn(CONSTANTS, text);
    if (kind !== 'text' && kind !== 'number' && !constant) this.#refuse('a value');
    this.#next += 1;
    if (constant) return CONSTANTS[text] ?? null;
    return kind === 'number' ? Number(text) : text;
  }
}

/** @param roots with what the names in it may begin, such as `input` */
export function parseExpression(source: string, roots: readonly string[]): ParsedExpression {
  if (source.length > LONGEST_EXPRESSION) return { ok: false, message: `is longer than ${LONGEST_EXPRESSION} characters` };
  try {
    return { ok: true, expression: new Parser(tokensOf(source), roots).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
}

/** What stands at a path; null where nothing does. Only what a value has itself is there, nothing inherited. */
export function valueAt(facts: unknown, path: readonly string[]): unknown {
  let value = facts;
  for (const name of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? null;
}

const sizeOf = (left: unknown, right: unknown): number | null => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return null;
};
const ordered = (holds: (difference: number) => boolean) => (left: unknown, right: unknown) => {
  const difference = sizeOf(left, right);
  return difference !== null && holds(difference);
};
const isAmong = (value: unknown, list: unknown): boolean => Array.isArray(list) && list.includes(value);

const COMPARISONS: Readonly<Record<Operator, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': ordered((difference) => difference < 0),
  '<=': ordered((difference) => difference <= 0),
  '>': ordered((difference) => difference > 0),
  '>=': ordered((difference) => difference >= 0),
  in: isAmong,
  contains: (left, right) =>
    typeof left === 'string' && typeof right === 'string' ? left.includes(right) : isAmong(right, left),
};

function valueOf(expression: Expression, facts: unknown): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return valueAt(facts, expression.path);
    case 'not':
      return valueOf(expression.inner, facts) !== true;
    case 'and':
      return expression.parts.every((part) => valueOf(part, facts) === true);
    case 'or':
      return expression.parts.some((part) => valueOf(part, facts) === true);
    case 'compare':
      return COMPARISONS[expression.operator](valueOf(expression.left, facts), valueOf(expression.right, facts));
  }
}

/** Whether it is so, by the facts. */
export const holds = (expression: Expression, facts: unknown): boolean => valueOf(expression, facts) === true;

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** A text with what stands at `{{path}}` put in; nothing where nothing does, or no single value. */
export const filledIn = (template: string, facts: unknown): string =>
  template.replaceAll(PLACEHOLDER, (_all, path: string) => {
    const value = valueAt(facts, path.split('.'));
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  });
