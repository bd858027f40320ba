import DataLoader from 'dataloader';
import type {
  LoaderDefinition,
  RequestContext,
  RequestLoaders,
  TenantLoaderDefinition,
} from './request-context.js';

export type { LoaderDefinition, TenantLoaderDefinition } from './request-context.js';

type Definition<Key, Value> = LoaderDefinition<Key, Value> | TenantLoaderDefinition<Key, Value>;

/**
 * The DataLoaders of one request, made when first asked for. A loader sees its own request's context,
 * so two tenants can never share a batch.
 */
export class Loaders implements RequestLoaders {
  readonly #instances = new Map<object, DataLoader<unknown, unknown, unknown>>();
  readonly #shared: Loaders | undefined;

  /** @param shared where reads that look the same to everybody in the tenant are kept; all its users are of one tenant */
  constructor(shared?: Loaders) {
    this.#shared = shared;
  }

  of<Key, Value>(context: RequestContext, definition: Definition<Key, Value>): DataLoader<Key, Value, unknown> {
    if (this.#shared && 'ofTenant' in definition) return this.#shared.of(context, definition);
    let loader = this.#instances.get(definition);
    if (!loader) {
      const { cacheKey } = definition;
      const created = new DataLoader<Key, Value, unknown>(
        (keys) => definition.batch(context, keys),
        cacheKey ? { cacheKeyFn: cacheKey } : {},
      );
      loader = created;
      this.#instances.set(definition, loader);
    }
    return loader as DataLoader<Key, Value, unknown>;
  }

  clear(): void {
    for (const loader of this.#instances.values()) loader.clearAll();
  }
}

/** Puts rows found in any order into the order of their keys, null where there is none. */
export function inKeyOrder<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Gathers the rows of a one-to-many read under their keys. */
export function groupByKey<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): Row[][] {
  const groups = new Map<Key, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key) ?? []);
}
