import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';

/** For whom the authorization rules are evaluated. */
export interface Asker {
  readonly principal: Principal;
  readonly tenant: TenantIdentity;
  readonly requestId?: string;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
}

/** Somebody who asks for one operation: each policy is asked once, however many fields name it. */
export interface OperationAsker extends Asker {
  readonly answers: Map<string, Promise<boolean>>;
}

/** Decides the names that `@policy` carries. Whatever it throws counts as a refusal. */
export interface PolicyRegistry {
  allows(policy: string, asker: Asker): Promise<boolean>;
}

/** What a policy says to one operation. */
export function askOnce(policies: PolicyRegistry, policy: string, asker: OperationAsker): Promise<boolean> {
  const known = asker.answers.get(policy);
  if (known) return known;
  const answer = policies.allows(policy, asker);
  asker.answers.set(policy, answer);
  return answer;
}

export type Policy = (asker: Asker) => boolean | Promise<boolean>;

/** A fixed set of policies by name. A name it does not know is refused. */
export const createPolicyRegistry = (policies: Readonly<Record<string, Policy>>): PolicyRegistry => ({
  async allows(policy, asker) {
    return Object.hasOwn(policies, policy) ? ((await policies[policy]?.(asker)) ?? false) : false;
  },
});
