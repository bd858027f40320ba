import { ValidationError } from '../../_kernel/errors/domain-error.js';

/** As many as a company may set, and as one patch may change. */
export const MOST_ENTRIES = 200;
const MOST_CHANGES = 50;
const LONGEST_KEY = 100;
/** Of the value as JSON, in characters. */
const LONGEST_VALUE = 8_192;

const KEY = /^[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;

export const isConfigKey = (key: string): boolean => key.length <= LONGEST_KEY && KEY.test(key);

export interface ConfigPatch {
  /** What is set, by its key. */
  readonly set: ReadonlyMap<string, unknown>;
  /** What the company has no word on any more: the platform's holds again. */
  readonly removed: readonly string[];
}

function problemOf(key: string, value: unknown): string | null {
  if (!isConfigKey(key)) return 'must be lower-case words with dots between them, up to 100 characters';
  if (JSON.stringify(value).length > LONGEST_VALUE) return `must be at most ${LONGEST_VALUE} characters of JSON`;
  // PostgreSQL cannot hold it.
  return JSON.stringify(value).includes('\\u0000') ? 'must not contain null characters' : null;
}

/**
 * A patch, as in RFC 7396 one level deep: null takes away, anything else replaces.
 * @throws {ValidationError} naming the keys
 */
export function configPatchOf(patch: unknown): ConfigPatch {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw ValidationError.of('patch', 'must be an object');
  }
  const changes = Object.entries(patch);
  if (changes.length === 0) throw ValidationError.of('patch', 'must name at least one key');
  if (changes.length > MOST_CHANGES) throw ValidationError.of('patch', `must name at most ${MOST_CHANGES} keys`);
  const issues = changes.flatMap(([key, value]) => {
    const message = problemOf(key, value);
    return message === null ? [] : [{ field: `patch.${key.slice(0, LONGEST_KEY)}`, message }];
  });
  if (issues.length > 0) throw new ValidationError(issues);
  return {
    set: new Map(changes.filter(([, value]) => value !== null)),
    removed: changes.filter(([, value]) => value === null).map(([key]) => key),
  };
}
