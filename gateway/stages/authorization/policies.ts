import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';

/** For whom the authorization rules are evaluated. */
export interface Asker {
  readonly principal: Principal;
  readonly tenant: TenantIdentity;
}

/** Decides the names that `@policy` carries. Whatever it throws counts as a refusal. */
export interface PolicyRegistry {
  allows(policy: string, asker: Asker): Promise<boolean>;
}

export type Policy = (asker: Asker) => boolean | Promise<boolean>;

/** A fixed set of policies by name. A name it does not know is refused. */
export const createPolicyRegistry = (policies: Readonly<Record<string, Policy>>): PolicyRegistry => ({
  async allows(policy, asker) {
    return Object.hasOwn(policies, policy) ? ((await policies[policy]?.(asker)) ?? false) : false;
  },
});
