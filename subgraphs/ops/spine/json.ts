import { SpineInputError } from './input-error.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Deeper input is refused, so that walking it cannot exhaust the stack. */
const MAX_DEPTH = 64;

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Object.prototype of any realm: it is the one that inherits from nothing.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * A deep copy that survives a JSON round trip unchanged: no functions, no NaN, no class instances,
 * no cycles. Properties that are undefined are left out, as JSON does.
 * @param field the path that errors start with
 * @throws {SpineInputError} naming the path of the part that is not JSON
 */
export function toJsonValue(value: unknown, field: string, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new SpineInputError(field, 'is nested too deeply or refers to itself');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new SpineInputError(field, 'must be a finite number');
    return value === 0 ? 0 : value;
  }
  if (Array.isArray(value)) {
    return Array.from(value, (item: unknown, index) => toJsonValue(item, `${field}.${index}`, depth + 1));
  }
  if (!isPlainObject(value)) throw new SpineInputError(field, 'must be a JSON value');
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, toJsonValue(item, `${field}.${key}`, depth + 1)]),
  );
}

/** One text per JSON value: keys in UTF-16 code unit order, no white space, numbers as ECMAScript prints them (RFC 8785). */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.join(',')}}`;
}

// Array.isArray does not narrow a readonly array out of the union.
function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
