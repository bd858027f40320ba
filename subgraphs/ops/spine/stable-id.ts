import { createHash } from 'node:crypto';
import { canonicalJson, toJsonValue } from './json.js';

/**
 * The SHA-256 of the value's canonical JSON, as 64 hexadecimal digits: equal values have equal ids
 * in every process and whatever the order of their keys.
 * @throws {SpineInputError} naming the path of a part that is not JSON
 */
export function stableId(value: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(toJsonValue(value, 'value')))
    .digest('hex');
}

/** `<prefix>_<32 hex>`: the first 128 bits of the stable id, which also fit a uuid column. */
export function prefixedStableId(prefix: string, value: unknown): string {
  return `${prefix}_${stableId(value).slice(0, 32)}`;
}
