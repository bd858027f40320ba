/** An object of a subgraph's answer, as it came or as it was merged. */
export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of an own property: an answer must not be read through to `Object.prototype`. */
export const ownValue = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/**
 * Merges a subgraph's answer into what is there. Objects are merged, lists of equal length element by element,
 * anything else is replaced. `__proto__` is never written: an answer may carry JSON that a user wrote.
 */
export function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const present = ownValue(target, key);
    if (isJsonObject(present) && isJsonObject(value)) mergeInto(present, value);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present as unknown[], value as readonly unknown[]);
    } else target[key] = value;
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  source.forEach((value, index) => {
    const present = target[index];
    if (isJsonObject(present) && isJsonObject(value)) mergeInto(present, value);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present as unknown[], value as readonly unknown[]);
    } else target[index] = value;
  });
}
