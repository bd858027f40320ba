import { invalidRequest } from './api-error.js';
import type { FormNode, FormTree } from './form.js';

const LIMITS = { keys: 50, keyLength: 40, valueLength: 500 } as const;

/** What a request asks to do with metadata: an empty value removes its key, `'clear'` removes all. */
export type MetadataChange = ReadonlyMap<string, string> | 'clear';

/**
 * Reads the parameters of one request, each by its type, and refuses what it was never asked for: a parameter this
 * double does not know is an error, never ignored.
 */
export class Params {
  readonly #tree: FormTree;
  readonly #prefix: string;
  readonly #read = new Set<string>();
  readonly #children: Params[] = [];

  constructor(tree: FormTree, prefix = '') {
    this.#tree = tree;
    this.#prefix = prefix;
  }

  /** The value; undefined when absent. An empty string means "unset" and is returned as it is. */
  text(name: string): string | undefined {
    const node = this.#take(name);
    if (node === undefined || typeof node === 'string') return node;
    throw invalidRequest(`Invalid string: ${this.#name(name)}`, { param: this.#name(name) });
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw this.#missing(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parsed = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(parsed)) {
      throw invalidRequest(`Invalid integer: ${value}`, {
        code: 'parameter_invalid_integer',
        param: this.#name(name),
      });
    }
    return parsed;
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw this.#missing(name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'true') return true;
    if (value === 'false') return false;
    throw invalidRequest(`Invalid boolean: ${value}`, { param: this.#name(name) });
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    throw invalidRequest(`Invalid ${this.#name(name)}: must be one of ${choices.join(', ')}`, {
      param: this.#name(name),
    });
  }

  texts(name: string): readonly string[] {
    const node = this.#take(name);
    if (node === undefined) return [];
    const values = typeof node === 'string' ? [] : [...node.values()];
    if (values.length === 0 || !values.every((value) => typeof value === 'string')) {
      throw invalidRequest(`Invalid array: ${this.#name(name)}`, { param: this.#name(name) });
    }
    return values;
  }

  object(name: string): Params | undefined {
    const node = this.#take(name);
    if (node === undefined) return undefined;
    if (typeof node === 'string') throw invalidRequest('Invalid object', { param: this.#name(name) });
    const child = new Params(node, this.#name(name));
    this.#children.push(child);
    return child;
  }

  requiredObject(name: string): Params {
    const child = this.object(name);
    if (child === undefined) throw this.#missing(name);
    return child;
  }

  /** A list of objects, as `line_items[0][quantity]` is part of; empty when absent. */
  objects(name: string): readonly Params[] {
    const list = this.object(name);
    return list === undefined ? [] : [...list.#tree.keys()].map((at) => list.requiredObject(at));
  }

  /** Whether the parameter was sent as an object, as `created[gte]` is and `created` is not. */
  isObject(name: string): boolean {
    const node = this.#tree.get(name);
    return node !== undefined && typeof node !== 'string';
  }

  metadata(): MetadataChange | undefined {
    const node = this.#take('metadata');
    if (node === undefined) return undefined;
    if (node === '') return 'clear';
    if (typeof node === 'string') throw invalidRequest('Invalid object', { param: 'metadata' });
    const change = new Map<string, string>();
    for (const [key, value] of node) change.set(key, metadataValue(key, value));
    return change;
  }

  /** @throws {ApiError} `parameter_unknown` naming the first parameter that nothing asked for */
  refuseUnknown(): void {
    for (const name of this.#tree.keys()) {
      if (this.#read.has(name)) continue;
      const param = this.#name(name);
      throw invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
    }
    for (const child of this.#children) child.refuseUnknown();
  }

  #take(name: string): FormNode | undefined {
    this.#read.add(name);
    return this.#tree.get(name);
  }

  #name(name: string): string {
    return this.#prefix === '' ? name : `${this.#prefix}[${name}]`;
  }

  #missing(name: string): Error {
    const param = this.#name(name);
    return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
}

/** @throws {ApiError} when more keys remain than an object may carry */
export function changedMetadata(
  current: Readonly<Record<string, string>>,
  change: MetadataChange | undefined,
): Record<string, string> {
  if (change === undefined) return { ...current };
  if (change === 'clear') return {};
  const merged = new Map([...Object.entries(current), ...change]);
  const kept = [...merged].filter(([, value]) => value !== '');
  if (kept.length > LIMITS.keys) {
    throw invalidRequest(`Metadata can have up to ${LIMITS.keys} keys`, { param: 'metadata' });
  }
  return Object.fromEntries(kept);
}

function metadataValue(key: string, value: FormNode): string {
  const param = `metadata[${key}]`;
  if (typeof value !== 'string') throw invalidRequest('Metadata values must be strings', { param });
  if (key.length > LIMITS.keyLength)
    throw invalidRequest(`Metadata keys can have up to ${LIMITS.keyLength} characters`, { param });
  if (value.length > LIMITS.valueLength) {
    throw invalidRequest(`Metadata values can have up to ${LIMITS.valueLength} characters`, { param });
  }
  return value;
}
