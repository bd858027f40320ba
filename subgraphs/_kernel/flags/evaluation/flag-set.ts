import { createHash } from 'node:crypto';
import { evaluateFlag, type FlagContext, type FlagEvaluation } from './evaluate.js';
import type { FlagDefinition, FlagValue } from './flag.js';
import { KNOWN_FLAGS } from './known-flags.js';

/** Flags as a process asks for them: from its memory, at any time, without waiting. */
export interface Flags {
  /** Null for a flag that there is not. */
  evaluate(key: string, context: FlagContext): FlagEvaluation | null;
  /** Whether the flag's value is true; false also for a flag that there is not. */
  isOn(key: string, context: FlagContext): boolean;
  /** The flag's value when it is a text; empty otherwise. */
  textOf(key: string, context: FlagContext): string;
  /** Every flag that is not archived, by key. */
  all(): readonly FlagDefinition[];
  /** Those that are not as code declares them. */
  kept(): readonly FlagDefinition[];
  /** Names this state of all flags: another state has another. */
  readonly version: string;
  /** Called after each change. @returns ends it */
  onChange(listener: () => void): () => void;
}

export interface FlagSet extends Flags {
  /** Takes over what is kept; flags that are not kept are as code declares them. */
  replace(kept: readonly FlagDefinition[]): void;
}

const versionOf = (kept: readonly FlagDefinition[]): string =>
  createHash('sha256').update(JSON.stringify(kept)).digest('base64url').slice(0, 22);

export function createFlagSet(): FlagSet {
  let definitions = new Map<string, FlagDefinition>(KNOWN_FLAGS.map((flag) => [flag.key, flag]));
  let keptNow: readonly FlagDefinition[] = [];
  let version = versionOf(keptNow);
  const listeners = new Set<() => void>();

  const evaluate = (key: string, context: FlagContext): FlagEvaluation | null => {
    const definition = definitions.get(key);
    return definition && !definition.archived ? evaluateFlag(definition, context) : null;
  };
  const valueOf = (key: string, context: FlagContext): FlagValue | undefined => evaluate(key, context)?.value;

  return {
    evaluate,
    isOn: (key, context) => valueOf(key, context) === true,
    textOf: (key, context) => {
      const value = valueOf(key, context);
      return typeof value === 'string' ? value : '';
    },
    all: () => [...definitions.values()].filter(({ archived }) => !archived).sort((a, b) => (a.key < b.key ? -1 : 1)),
    kept: () => keptNow,
    get version() {
      return version;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    replace(kept) {
      const next = versionOf(kept);
      if (next === version) return;
      definitions = new Map([...KNOWN_FLAGS, ...kept].map((flag) => [flag.key, flag]));
      keptNow = kept;
      version = next;
      for (const listener of [...listeners]) listener();
    },
  };
}
