import { requireEnvironment, type OpsEnvironment } from '../environment.js';
import { optionalText, requireText, SpineInputError } from '../input-error.js';
import { prefixedStableId } from '../stable-id.js';
import type { FlagChange, FlagScope, FlagStore } from './flag-store.js';
import {
  EMPTY_FLAG_VALUES,
  fitsFlagType,
  flagTypeOf,
  requireFlagValue,
  type FlagType,
  type FlagValue,
} from './flag-value.js';

/** A flag known beforehand: its type is held to, its default is read until somebody sets a value. */
export interface FlagDefinition {
  readonly key: string;
  readonly type: FlagType;
  readonly defaultValue: FlagValue;
}

export interface SetFlagInput {
  readonly key: string;
  readonly newValue: FlagValue;
  readonly actorUserId: string;
  /** Absent: the value of everyone who has none of their own. */
  readonly tenantId?: string | null | undefined;
  readonly reason: string;
}

export interface FlagControllerOptions {
  readonly definitions?: readonly FlagDefinition[] | undefined;
  readonly now?: (() => Date) | undefined;
}

const FLAG_KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

function requireFlagKey(value: unknown): string {
  const key = requireText(value, 'key');
  if (FLAG_KEY.test(key)) return key;
  throw new SpineInputError(
    'key',
    'must start with a letter and have at most 128 letters, digits, dots, hyphens or underscores',
  );
}

/**
 * Reads and changes flags at run time. A tenant's own value wins over the global one, the global one over the
 * declared default; without any of them a flag is false, 0, '' or null. A flag keeps the type of its definition,
 * or else of the first value set.
 */
export class FeatureFlagController {
  readonly #store: FlagStore;
  readonly #env: OpsEnvironment;
  readonly #definitions: ReadonlyMap<string, FlagDefinition>;
  readonly #now: () => Date;

  /** @throws {SpineInputError} when a definition's default is not of its type */
  constructor(store: FlagStore, env: OpsEnvironment, options: FlagControllerOptions = {}) {
    this.#store = store;
    this.#env = requireEnvironment(env);
    this.#now = options.now ?? (() => new Date());
    this.#definitions = new Map(
      (options.definitions ?? []).map((definition) => {
        const defaultValue = requireFlagValue(
          definition.defaultValue,
          definition.type,
          `definitions.${definition.key}.defaultValue`,
        );
        return [requireFlagKey(definition.key), { ...definition, defaultValue }];
      }),
    );
  }

  /**
   * Sets the value and records who changed what, from what, and why.
   * @throws {SpineInputError} naming the field; also when the value is not of the flag's type
   */
  async setFlag(input: SetFlagInput): Promise<FlagChange> {
    const scope = this.#scope(input.key, input.tenantId);
    const actorUserId = requireText(input.actorUserId, 'actorUserId');
    const reason = requireText(input.reason, 'reason').trim();
    // Checked before the store is asked: only JSON can be kept, whatever the flag's type turns out to be.
    requireFlagValue(input.newValue, null, 'newValue');
    const globalValue =
      scope.tenantId === null ? undefined : await this.#store.read({ ...scope, tenantId: null });
    return this.#store.replace(scope, (oldValue) => {
      const type = this.#typeOf(scope.key, globalValue === undefined ? oldValue : globalValue);
      const change = {
        ...scope,
        oldValue: oldValue ?? null,
        hadValue: oldValue !== undefined,
        newValue: requireFlagValue(input.newValue, type, 'newValue'),
        actorUserId,
        reason,
        changedAtISO: this.#now().toISOString(),
      };
      return { id: prefixedStableId('fch', change), ...change };
    });
  }

  /** @throws {SpineInputError} naming `key`, when the flag is not BOOLEAN; likewise the three below */
  async getBool(key: string, tenantId?: string | null): Promise<boolean> {
    return (await this.#read(key, tenantId, 'BOOLEAN')) as boolean;
  }

  async getNumber(key: string, tenantId?: string | null): Promise<number> {
    return (await this.#read(key, tenantId, 'NUMBER')) as number;
  }

  async getString(key: string, tenantId?: string | null): Promise<string> {
    return (await this.#read(key, tenantId, 'STRING')) as string;
  }

  /** Reads a flag of any type; the value is a copy. */
  async getJson(key: string, tenantId?: string | null): Promise<FlagValue> {
    return structuredClone(await this.#read(key, tenantId, 'JSON'));
  }

  async #read(key: string, tenantId: string | null | undefined, type: FlagType): Promise<FlagValue> {
    const scope = this.#scope(key, tenantId);
    const set = await this.#readNearest(scope);
    // Null is a value a JSON flag may be set to, so only undefined falls through.
    const value = set === undefined ? this.#defaultOf(scope.key, type) : set;
    if (fitsFlagType(value, type)) return value;
    throw new SpineInputError('key', `${scope.key} is ${flagTypeOf(value)} and not ${type}`);
  }

  async #readNearest(scope: FlagScope): Promise<FlagValue | undefined> {
    const own = scope.tenantId === null ? undefined : await this.#store.read(scope);
    return own === undefined ? this.#store.read({ ...scope, tenantId: null }) : own;
  }

  #defaultOf(key: string, type: FlagType): FlagValue {
    const definition = this.#definitions.get(key);
    return definition === undefined ? EMPTY_FLAG_VALUES[type] : definition.defaultValue;
  }

  #scope(key: unknown, tenantId: unknown): FlagScope {
    return { env: this.#env, key: requireFlagKey(key), tenantId: optionalText(tenantId, 'tenantId') };
  }

  #typeOf(key: string, present: FlagValue | undefined): FlagType | null {
    return this.#definitions.get(key)?.type ?? (present === undefined ? null : flagTypeOf(present));
  }
}
