import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Blueprint } from '../instance/engine.js';
import { definitionSchema, type WorkflowDefinition } from './definition.js';
import type { StepTypes } from './step-types.js';
import type { VersionRow } from './version.store.js';

const BLUEPRINTS_KEPT = 500;

/** The same for the same definition, however its JSON is written. */
export function digestOf(definition: WorkflowDefinition): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
  };
  return createHash('sha256').update(JSON.stringify(sorted(definition))).digest('hex');
}

/** Versions as they are run. One never changes, so it is read once. */
export interface Blueprints {
  of(version: VersionRow): Blueprint & { readonly version: number };
}

export function createBlueprints(types: StepTypes): Blueprints {
  const kept = new LRUCache<string, Blueprint & { readonly version: number }>({ max: BLUEPRINTS_KEPT });
  return {
    of({ tenantId, id, version, body }) {
      const key = `${tenantId}:${id}`;
      const known = kept.get(key);
      if (known) return known;
      const blueprint = { definition: definitionSchema.parse(body), types, version };
      kept.set(key, blueprint);
      return blueprint;
    },
  };
}
