import { badRequest, type ScimError } from './scim-error.js';

const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type FilterValue = string | number | boolean | null;

/** A filter of RFC 7644, section 3.4.2.2. Paths are in lower case, without the address of a core schema before them. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'compare'; readonly path: string; readonly op: Comparison; readonly value: FilterValue }
  /** Of a value of several there is one that fits. */
  | { readonly kind: 'within'; readonly path: string; readonly of: Filter };

const LONGEST = 4_000;
const DEEPEST = 24;

const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;
const PATH = /^(?:urn:[\w.:-]+:)?[a-z][\w-]*(?:\.[a-z$][\w-]*)?$/;
const CORE_PREFIX = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/;

const refused = (detail: string): ScimError => badRequest('invalidFilter', `The filter is not understood: ${detail}`);

function tokensOf(text: string): readonly string[] {
  if (text.length > LONGEST) throw refused(`it is longer than ${LONGEST} characters`);
  const tokens: string[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw refused(`at character ${at + 1}`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

/** The name of an attribute as filters and columns spell it. */
export const normalPath = (path: string): string => path.toLowerCase().replace(CORE_PREFIX, '');

function valueOf(token: string | undefined): FilterValue {
  if (token === undefined) throw refused('a value is missing');
  try {
    const value: unknown = JSON.parse(token.startsWith('"') ? token : token.toLowerCase());
    if (typeof value === 'string' && value.includes('\0')) throw refused('a text holds a character that none can hold');
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as FilterValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refused(`${token.slice(0, 40)} is no value`);
}

/** Reads tokens by recursive descent: `or` binds less than `and`, and that less than `not`. */
class FilterReader {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): Filter {
    const filter = this.either();
    if (this.at < this.tokens.length) throw refused(`nothing is expected before ${this.tokens[this.at]?.slice(0, 40)}`);
    return filter;
  }

  private word(): string | undefined {
    return this.tokens[this.at]?.toLowerCase();
  }

  private expect(token: string): void {
    if (this.tokens[this.at] !== token) throw refused(`a ${token} is missing`);
    this.at += 1;
  }

  private either(): Filter {
    let left = this.both();
    while (this.word() === 'or') {
      this.at += 1;
      left = { kind: 'or', left, right: this.both() };
    }
    return left;
  }

  private both(): Filter {
    let left = this.one();
    while (this.word() === 'and') {
      this.at += 1;
      left = { kind: 'and', left, right: this.one() };
    }
    return left;
  }

  /** What stands in brackets of one kind or the other. */
  private enclosed(open: '(' | '[', close: ')' | ']'): Filter {
    this.depth += 1;
    if (this.depth > DEEPEST) throw refused('it is too deeply nested');
    this.expect(open);
    const inner = this.either();
    this.expect(close);
    this.depth -= 1;
    return inner;
  }

  private one(): Filter {
    if (this.word() === '(') return this.enclosed('(', ')');
    if (this.word() === 'not' && this.tokens[this.at + 1] === '(') {
      this.at += 1;
      return { kind: 'not', of: this.enclosed('(', ')') };
    }
    const token = this.tokens[this.at];
    const path = token === undefined ? '' : normalPath(token);
    if (!PATH.test(path)) throw refused(token === undefined ? 'it ends too early' : `${token.slice(0, 40)} is no attribute`);
    this.at += 1;
    if (this.word() === '[') return { kind: 'within', path, of: this.enclosed('[', ']') };
    const op = this.word();
    this.at += 1;
    if (op === 'pr') return { kind: 'present', path };
    const comparison = COMPARISONS.find((one) => one === op);
    if (!comparison) throw refused(`${op?.slice(0, 40) ?? 'nothing'} is no operator`);
    const value = valueOf(this.tokens[this.at]);
    this.at += 1;
    return { kind: 'compare', path, op: comparison, value };
  }
}

/** @throws {ScimError} invalidFilter */
export const parseFilter = (text: string): Filter => new FilterReader(tokensOf(text)).whole();
