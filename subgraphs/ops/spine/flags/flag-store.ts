import type { OpsEnvironment } from '../environment.js';
import type { FlagValue } from './flag-value.js';

/** Where a value is set: for everyone in the environment, or, with a tenant, for that tenant alone. */
export interface FlagScope {
  readonly env: OpsEnvironment;
  readonly key: string;
  readonly tenantId: string | null;
}

export interface FlagChange extends FlagScope {
  /** `fch_<32 hex>`, from the change itself. */
  readonly id: string;
  /** Null when the scope had no value of its own; the value null is told apart by `hadValue`. */
  readonly oldValue: FlagValue;
  readonly hadValue: boolean;
  readonly newValue: FlagValue;
  readonly actorUserId: string;
  readonly reason: string;
  readonly changedAtISO: string;
}

/** Where flags are kept, together with the history of their changes. */
export interface FlagStore {
  /** The value set for exactly this scope; undefined when none is. */
  read(scope: FlagScope): Promise<FlagValue | undefined>;
  /**
   * Sets the value and keeps the change, both or neither. `describe` is called with the value being replaced,
   * after other writers of the scope are shut out, so that the history has no gaps; what it throws must be
   * rethrown and leave everything as it was.
   */
  replace(scope: FlagScope, describe: (oldValue: FlagValue | undefined) => FlagChange): Promise<FlagChange>;
}
