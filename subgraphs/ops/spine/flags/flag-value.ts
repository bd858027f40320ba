import { SpineInputError } from '../input-error.js';
import { toJsonValue, type JsonValue } from '../json.js';

export const FLAG_TYPES = ['BOOLEAN', 'NUMBER', 'STRING', 'JSON'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

export type FlagValue = JsonValue;

/** What a flag gives where nobody has set or declared a value. */
export const EMPTY_FLAG_VALUES: Readonly<Record<FlagType, FlagValue>> = {
  BOOLEAN: false,
  NUMBER: 0,
  STRING: '',
  JSON: null,
};

/** The narrowest type of a value: JSON for objects, arrays and null. */
export function flagTypeOf(value: FlagValue): FlagType {
  switch (typeof value) {
    case 'boolean':
      return 'BOOLEAN';
    case 'number':
      return 'NUMBER';
    case 'string':
      return 'STRING';
    default:
      return 'JSON';
  }
}

/** Whether a flag of this type may hold the value. A JSON flag may hold any. */
export function fitsFlagType(value: FlagValue, type: FlagType): boolean {
  return type === 'JSON' || flagTypeOf(value) === type;
}

/**
 * A copy of the value, checked against the type when there is one.
 * @throws {SpineInputError} naming `field`
 */
export function requireFlagValue(value: unknown, type: FlagType | null, field: string): FlagValue {
  const json = toJsonValue(value, field);
  if (type !== null && !fitsFlagType(json, type)) {
    throw new SpineInputError(field, `must be ${type}, as the flag is, and not ${flagTypeOf(json)}`);
  }
  return json;
}
