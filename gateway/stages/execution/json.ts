/** An object of a subgraph's answer, as it came or as it was merged. */
export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The value of an own property: an answer must not be read through to `Object.prototype`, whose properties are all
 * functions but for `__proto__`. Only what looks like one of them is worth the dearer question whose it is.
 */
export function ownValue(object: Readonly<JsonObject>, key: string): unknown {
  const value = object[key];
  const maybeInherited = typeof value === 'function' || key === '__proto__';
  return maybeInherited && !Object.hasOwn(object, key) ? undefined : value;
}

/** A copy that shares no object and no list with the original. */
export const copyOf = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) if (key !== '__proto__') copy[key] = copyOf((value as JsonObject)[key]);
  return copy as Value;
};

/**
 * Merges a subgraph's answer into what is there. Objects are merged, lists of equal length element by element,
 * anything else is replaced; null takes nothing away that another subgraph gave. `__proto__` is never written: an answer may carry JSON that a user wrote.
 * @param interfaces names of interfaces: a subgraph that knows only the interface of an object must not make its
 * type forgotten
 */
export function mergeInto(target: JsonObject, source: JsonObject, interfaces: ReadonlySet<string>): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const present = ownValue(target, key);
    if (present === undefined) {
      target[key] = value;
      continue;
    }
    if (value === null) continue;
    if (isJsonObject(present) && isJsonObject(value)) mergeInto(present, value, interfaces);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present as unknown[], value as readonly unknown[], interfaces);
    } else if (key !== '__typename' || typeof present !== 'string' || !interfaces.has(value as string)) {
      target[key] = value;
    }
  }
}

function mergeLists(target: unknown[], source: readonly unknown[], interfaces: ReadonlySet<string>): void {
  source.forEach((value, index) => {
    const present = target[index];
    if (value === null) return;
    if (isJsonObject(present) && isJsonObject(value)) mergeInto(present, value, interfaces);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present as unknown[], value as readonly unknown[], interfaces);
    } else target[index] = value;
  });
}
